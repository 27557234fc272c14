"""What is different between two pictures of the board."""

import pytest

from checks.board import CheckInfo, Snapshot, SystemInfo, begin, fold
from checks.model import Level, Observation, Reading, Result, Verdict
from runbooks.baseline import MOST_READINGS, baseline_of, difference, is_complete
from runbooks.comparison import Comparison
from runbooks.events import Entry, decoder, encoder
from runbooks.operators import Operator

AT = 1_800_000_000.0
READINGS = {
    "latency": ("s", 0.084),
    "used": ("%", 61.0),
    "free": ("B", 40e9),
    "backup_age": ("s", 3600.0),
    "rate": ("/s", 50.0),
}


def board(at: float = AT, **checks: Level | dict[str, float]) -> Snapshot:
    """A board whose checks have these levels; one of numbers is OK and has else the usual readings."""
    system = SystemInfo(checks=tuple(CheckInfo(name, attempts=1) for name in checks))
    snapshot = begin(system, at)
    for name, said in checks.items():
        numbers = said if isinstance(said, dict) else {}
        level = said if isinstance(said, Level) else Level.OK
        readings = tuple(
            Reading(one, numbers.get(one, usual), unit) for one, (unit, usual) in READINGS.items()
        )
        observation = Observation(f"{name} is {level}", level, readings=readings if numbers else ())
        snapshot = fold(snapshot, system, Result(name, level, at, 0.1, observation), at)
    return snapshot


def compared(before: Snapshot, now: Snapshot) -> Comparison:
    """As it is read back from the journal."""
    taken = baseline_of(before, "weekly", "window")
    row = decoder.decode(encoder.encode(Entry(1, "", AT, 0.0, "b", "h", Operator(), taken)))
    return difference(row.event, AT, now)  # type: ignore[arg-type]


def names(changes: tuple[object, ...]) -> list[str]:
    return [change.check for change in changes]  # type: ignore[attr-defined]


def test_checks_are_newly_bad_bad_before_or_fixed() -> None:
    before = board(a=Level.OK, b=Level.CRIT, c=Level.WARN, d=Level.OK, e=Level.WARN, f=Level.CRIT, g=Level.OK)
    now = board(
        a=Level.CRIT, b=Level.CRIT, c=Level.OK, d=Level.OK, e=Level.CRIT, f=Level.WARN, g=Level.UNKNOWN
    )
    found = compared(before, now)
    assert names(found.newly_bad) == ["a", "e", "g"]
    assert names(found.bad_before) == ["b", "f"]
    assert names(found.fixed) == ["c"]
    assert found.is_worse
    assert found.newly_bad[0].summary == "a is CRIT"


def test_what_a_walk_expects_to_fail_is_told_apart_and_makes_nothing_worse() -> None:
    before = board(a=Level.OK, b=Level.CRIT, c=Level.OK)
    now = board(a=Level.CRIT, b=Level.CRIT, c=Level.OK)
    taken = baseline_of(before, "weekly", "window")
    found = difference(taken, AT, now, {"a", "b", "c"})
    assert (names(found.expected), names(found.newly_bad), found.is_worse) == (["a"], [], False)
    assert names(found.bad_before) == ["b"], "what was bad already is no doing of the walk"
    assert names(difference(taken, AT, now).newly_bad) == ["a"]


def test_the_same_again_is_no_difference() -> None:
    found = compared(board(a=Level.OK, b=Level.CRIT), board(a=Level.OK, b=Level.CRIT))
    assert not (found.newly_bad or found.fixed or found.moved or found.is_worse)


def test_checks_that_came_and_went_are_named() -> None:
    found = compared(board(a=Level.OK, b=Level.OK), board(b=Level.OK, c=Level.CRIT))
    assert (found.gone, found.added, found.is_worse) == (("a",), ("c",), False)


@pytest.mark.parametrize(
    ("reading", "now", "said"),
    [
        ("latency", 0.310, "api latency: slower, 84 ms -> 310 ms (+269 %)"),
        ("latency", 0.020, "api latency: faster, 84 ms -> 20 ms (-76 %)"),
        ("latency", 0.120, ""),
        ("used", 85.0, "api used: fuller, 61 % -> 85 % (+24 points)"),
        ("used", 64.0, ""),
        ("free", 10e9, "api free: fuller, 37.3 GiB -> 9.31 GiB (-75 %)"),
        ("free", 39e9, ""),
        ("backup_age", 9000.0, "api backup_age: more, 1 h 0 m -> 2 h 30 m (+150 %)"),
        ("rate", 10.0, "api rate: less, 50 /s -> 10 /s (-80 %)"),
        ("rate", float("nan"), ""),
    ],
)
def test_readings_that_moved_are_told_by_how_much(reading: str, now: float, said: str) -> None:
    found = compared(board(api={"latency": 0.084}), board(api={reading: now}))
    assert [moved.words.replace("%)", " %)").replace("  ", " ") for moved in found.moved] == (
        [said] if said else []
    )
    assert not found.is_worse


def test_readings_that_rules_judge_are_kept_first_and_counts_without_a_rule_are_not() -> None:
    readings = (
        *(Reading(f"n{n}", 1.0, "B") for n in range(100)),
        Reading("queue", 5.0),
        Reading("other", 5.0),
    )
    judged = (Verdict("queue > 3", Level.WARN, True, 5.0, 3.0, "", reading="queue"),)
    system = SystemInfo(checks=(CheckInfo("a"),))
    result = Result("a", Level.WARN, AT, 0.1, Observation("x", readings=readings), judged)
    taken = baseline_of(fold(begin(system, AT), system, result, AT), "x", "hand")
    kept = [reading.name for reading in taken.readings["a"]]
    assert (kept[0], len(kept), "other" in kept) == ("queue", MOST_READINGS, False)


def test_a_board_is_complete_once_every_check_was_looked_at() -> None:
    system = SystemInfo(checks=(CheckInfo("a"),))
    assert not is_complete(begin(system, AT))
    assert is_complete(board(a=Level.OK))

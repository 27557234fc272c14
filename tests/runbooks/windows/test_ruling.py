"""When windows open and close by themselves, and what may be done with them by hand."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from checks.recurrence.timing import LONGEST, Once, Span
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry, Event, decoder, encoder
from runbooks.fold import fold_all as fold_walk
from runbooks.operators import WALKDOWN, Operator
from runbooks.walk import EMPTY
from runbooks.window_events import WindowClosed, WindowOpened
from runbooks.windows import ruling
from runbooks.windows.fold import fold_all
from runbooks.windows.plan import WindowPlan, next_planned
from runbooks.windows.state import WindowState, WindowWalk
from tests.runbooks.windows.planning import window

WEEKLY = window("weekly", every="sunday 03:00")
MONTHLY = window("monthly", every="first sunday 04:00")
PLANS = (WEEKLY, MONTHLY)
OPERATOR = Operator("oper1", 1000)


def at(text: str) -> float:
    return datetime.fromisoformat(f"2026-{text}Z").timestamp()


class Journal:
    """Rows as they come, and the window that they come to."""

    def __init__(self) -> None:
        self.rows: list[Entry] = []

    @property
    def state(self) -> WindowState:
        # As it is read back from a journal.
        return fold_all(decoder.decode(encoder.encode(row)) for row in self.rows)

    def write(self, event: Event, when: float, operator: Operator = OPERATOR) -> None:
        self.rows.append(Entry(len(self.rows) + 1, "", when, 0.0, "boot", "host", operator, event))

    def look(self, when: float) -> list[str]:
        """Let happen what is due; return what did."""
        happened = []
        while (event := ruling.due(self.state, PLANS, when)) is not None:
            self.write(event, when, WALKDOWN)
            happened.append(f"{type(event).__name__} {event.name}")
        return happened


def test_a_window_opens_and_closes_as_planned() -> None:
    journal = Journal()
    assert journal.look(at("11-22T02:59:59")) == []
    assert journal.look(at("11-22T03:00")) == ["WindowOpened weekly"]
    assert journal.look(at("11-22T04:59:59")) == []
    state = journal.state
    assert (state.until, state.planned_until, state.opened_by) == (
        at("11-22T05:00"),
        at("11-22T05:00"),
        WALKDOWN,
    )
    assert journal.look(at("11-22T05:00")) == ["WindowClosed weekly"]
    assert not journal.state.shut


def test_an_agent_that_comes_late_opens_for_the_rest_and_one_that_was_away_closes() -> None:
    journal = Journal()
    assert journal.look(at("11-22T04:30")) == ["WindowOpened weekly"]
    assert journal.state.until == at("11-22T05:00")
    assert journal.look(at("11-29T03:10")) == ["WindowClosed weekly", "WindowOpened weekly"]


def test_of_two_planned_windows_one_follows_the_other_without_a_gap() -> None:
    journal = Journal()
    journal.look(at("12-06T03:00"))
    assert journal.look(at("12-06T04:30")) == []
    assert journal.look(at("12-06T05:00")) == ["WindowClosed weekly", "WindowOpened monthly"]
    assert journal.state.until == at("12-06T06:00")


HOUR = 3600.0
YEAR = 365 * 86400.0
OPENED = WindowState("weekly", 1000.0, until=1000 + 2 * HOUR, first_until=1000 + 2 * HOUR)
ONCE = Once(Span(0.0, 1.0))


@pytest.mark.parametrize(
    ("lasts", "own", "bound"),
    [(2 * HOUR, None, 2 * HOUR), (600.0, None, HOUR), (2 * HOUR, 600.0, 600.0), (2 * HOUR, 0.0, 0.0)],
)
def test_a_window_may_be_extended_by_its_length_or_an_hour_or_what_its_file_says(lasts, own, bound) -> None:
    end = 1000 + lasts
    state = WindowState("weekly", 1000.0, until=end, first_until=end)
    plans = (WindowPlan("weekly", ONCE, "once", extend=own), WindowPlan("other", ONCE, "once", extend=9e9))
    assert ruling.latest(state, plans) == end + bound
    if bound:
        assert ruling.extended(state, bound, "why not", 1500, plans).until == end + bound
    with pytest.raises(RefusedDecisionError, match=r"may not be extended\.|altogether; .* of that is left"):
        ruling.extended(state, bound + 60, "why not", 1500, plans)


def test_extensions_count_together_and_only_a_full_reason_sets_the_bound_aside() -> None:
    extended = replace(OPENED, until=OPENED.until + 2 * HOUR - 300)
    with pytest.raises(RefusedDecisionError, match=r"by 2 h 0 m altogether; 5 m 0 s of that is left"):
        ruling.extended(extended, 600, "why not", 1500)
    assert ruling.extended(extended, 300, "why not", 1500, beyond=True).beyond is False
    with pytest.raises(RefusedDecisionError, match="a reason of at least 10 characters"):
        ruling.extended(extended, 600, "why not", 1500, beyond=True)
    found = ruling.extended(extended, 600, "the owner agrees", 1500, beyond=True)
    assert (found.until, found.beyond) == (extended.until + 600, True)
    month = replace(OPENED, until=1000 + LONGEST - 60)
    for beyond in (False, True):
        with pytest.raises(RefusedDecisionError, match=r"a window is open for .* at most"):
            ruling.extended(month, 120, "the owner agrees", 1500, beyond=beyond)


def test_what_was_closed_early_is_not_opened_again_by_its_plan_but_what_waited_for_it_is() -> None:
    journal = Journal()
    journal.look(at("12-06T03:00"))
    journal.write(ruling.closed_early(journal.state, "all done", at("12-06T04:10")), at("12-06T04:10"))
    assert journal.state.close_reason == "all done"
    assert journal.look(at("12-06T04:11")) == ["WindowOpened monthly"]
    journal.write(ruling.closed_early(journal.state, "that too", at("12-06T04:20")), at("12-06T04:20"))
    assert journal.look(at("12-06T04:21")) == journal.look(at("12-06T05:30")) == []
    coming = {one.name: one.start for one in ruling.planned(PLANS, at("12-06T04:30"), journal.state)}
    assert coming == {"weekly": at("12-13T03:00"), "monthly": at("01-03T04:00") + YEAR}
    assert journal.look(at("12-13T03:00")) == ["WindowOpened weekly"]


def opened_early(journal: Journal, when: str, lasts: float = 3600.0, name: str = "weekly") -> WindowOpened:
    now = at(when)
    coming = ruling.planned(PLANS, now, journal.state)
    event = ruling.opened_by_hand(journal.state, name, lasts, "to warm up", now, coming)
    journal.write(event, now)
    return event


def test_a_window_opened_shortly_before_its_time_is_that_time_and_not_opened_twice() -> None:
    journal = Journal()
    event = opened_early(journal, "11-22T02:15")
    assert (event.until, event.planned_until, event.planned_start) == (
        at("11-22T05:00"), at("11-22T05:00"), at("11-22T03:00"),
    )  # fmt: skip
    first = ruling.planned(PLANS, at("11-22T02:20"), journal.state)[0]
    assert (first.name, first.start) == ("weekly", at("11-29T03:00")), "this time has come"
    assert journal.look(at("11-22T03:10")) == []
    assert journal.look(at("11-22T05:00")) == ["WindowClosed weekly"]
    assert journal.look(at("11-22T05:01")) == []
    assert journal.look(at("11-29T03:00")) == ["WindowOpened weekly"]


def test_one_that_was_opened_and_closed_before_its_time_does_not_open_at_it_but_others_do() -> None:
    journal = Journal()
    opened_early(journal, "12-06T02:15")
    journal.write(ruling.closed_early(journal.state, "all done", at("12-06T02:45")), at("12-06T02:45"))
    now = at("12-06T02:50")
    assert [one.start for one in ruling.planned(PLANS, now, journal.state)] == [
        at("12-06T04:00"), at("12-13T03:00"),
    ]  # fmt: skip
    coming = next_planned(PLANS, now, journal.state.early)
    assert ruling.gate(journal.state, coming, now).endswith("monthly opens Sun 6 Dec 04:00 UTC")
    assert journal.look(at("12-06T03:30")) == []
    journal.write(
        ruling.opened_by_hand(journal.state, "urgent", 600, "disk", at("12-06T03:30")), at("12-06T03:30")
    )
    assert journal.look(at("12-06T03:45")) == ["WindowClosed urgent"], "nor after another one"
    assert journal.look(at("12-06T04:00")) == ["WindowOpened monthly"]


@pytest.mark.parametrize(
    ("when", "lasts", "until"),
    [
        ("11-22T01:59:59", 7200.0, "11-22T03:59:59"),
        ("11-22T02:30", 1200.0, "11-22T02:50"),
        ("11-22T02:00", 0.0, "11-22T05:00"),
        ("11-22T02:00", 86400.0, "11-22T05:00"),
    ],
)
def test_what_is_too_early_or_too_short_to_reach_its_time_is_a_window_of_its_own(
    when: str, lasts: float, until: str
) -> None:
    event = opened_early(Journal(), when, lasts)
    assert event.until == at(until)
    assert bool(event.planned_start) is (until == "11-22T05:00")


def test_what_comes_often_is_early_for_a_quarter_of_the_way_at_most() -> None:
    often = (window("often", cron="0 */2 * * *", lasts="30m"),)
    (coming,) = ruling.planned(often, at("11-22T02:31"))
    assert (coming.start, coming.early_from) == (at("11-22T04:00"), at("11-22T03:30"))


def test_a_window_without_a_length_that_is_not_near_is_refused() -> None:
    with pytest.raises(
        RefusedDecisionError, match="say for how long: weekly is not planned to open within 1 h"
    ):
        opened_early(Journal(), "11-22T01:00", 0.0)


def test_a_window_is_closed_over_open_walks_only_by_who_knows_of_them_and_says_why() -> None:
    journal = Journal()
    journal.look(at("11-22T03:00"))
    now, walks = at("11-22T03:10"), (WindowWalk("w1", "update", holder=OPERATOR), WindowWalk("w2", "dump"))
    for known in ((), ("w1",)):
        with pytest.raises(
            RefusedDecisionError, match=r"2 walks are open in weekly: update \(w1\), held by oper1"
        ):
            ruling.closed_early(journal.state, "the change is off", now, walks, known)
    with pytest.raises(RefusedDecisionError, match="at least 10 characters"):
        ruling.closed_early(journal.state, "off", now, walks, ("w1", "w2"))
    closed = ruling.closed_early(journal.state, "the change is off", now, walks, ("w1", "w2"))
    assert closed.walks == ("w1", "w2")
    assert ruling.closed_early(journal.state, "off", now).walks == ()


def test_an_extended_window_stays_open_beyond_its_plan() -> None:
    journal = Journal()
    journal.look(at("11-22T03:00"))
    journal.write(
        ruling.extended(journal.state, 1800, "restore is slow", at("11-22T04:50")), at("11-22T04:50")
    )
    assert journal.look(at("11-22T05:10")) == []
    assert [one.reason for one in journal.state.extensions] == ["restore is slow"]
    assert journal.look(at("11-22T05:30")) == ["WindowClosed weekly"]


def test_a_window_by_hand_lasts_as_said_and_the_plan_takes_over_afterwards() -> None:
    journal = Journal()
    now = at("11-22T02:30")
    journal.write(ruling.opened_by_hand(journal.state, "urgent", 3600, " disk is full ", now), now)
    state = journal.state
    assert (state.name, state.reason, state.planned_until) == ("urgent", "disk is full", 0.0)
    assert journal.look(at("11-22T03:10")) == []
    assert journal.look(at("11-22T03:30")) == ["WindowClosed urgent", "WindowOpened weekly"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            lambda state, now: ruling.opened_by_hand(state, "x", 3600, "why not", now),
            "weekly is open already",
        ),
        (
            lambda state, now: ruling.extended(state, 5, "why not", now),
            "a length is from 1 m 0 s to 31 d 0 h",
        ),
        (lambda state, now: ruling.extended(state, float("nan"), "why not", now), "a length is from"),
        (lambda state, now: ruling.extended(state, 600, "  x ", now), "a reason of at least 3 characters"),
        (lambda state, now: ruling.closed_early(state, "", now), "a reason of at least 3 characters"),
    ],
)
def test_what_may_not_be_done_while_a_window_is_open_is_refused(wish: object, said: str) -> None:
    journal = Journal()
    journal.look(at("11-22T03:00"))
    with pytest.raises(RefusedDecisionError, match=said):
        wish(journal.state, at("11-22T03:30"))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (lambda state, now: ruling.extended(state, 600, "why not", now), "no window is open"),
        (lambda state, now: ruling.closed_early(state, "why not", now), "no window is open"),
        (
            lambda state, now: ruling.opened_by_hand(state, "A b", 600, "why not", now),
            "small letters and digits",
        ),
    ],
)
def test_what_needs_a_window_is_refused_without_one(wish: object, said: str) -> None:
    with pytest.raises(RefusedDecisionError, match=said):
        wish(WindowState(), at("11-22T03:30"))  # type: ignore[operator]


def test_the_gate_says_when_the_next_window_opens_in_the_zone_of_the_system() -> None:
    berlin = window("nightly", every="daily 02:00", timezone="Europe/Berlin")
    now = at("11-22T03:30")
    assert ruling.gate(WindowState(), next_planned(PLANS, now), now) == (
        "no window is open; weekly opens Sun 29 Nov 03:00 UTC"
    )
    assert ruling.gate(WindowState(), next_planned((berlin,), now), now).endswith(
        "nightly opens Mon 23 Nov 01:00 UTC"
    )
    assert ruling.gate(WindowState(), None, now) == "no window is open, and none is planned"
    assert ruling.gate(WindowState("weekly", now, until=now + 60), None, now) == ""


@pytest.mark.parametrize(
    ("lasts", "left", "said"),
    [
        (7200, 1801, ""),
        (7200, 1800, "30"),
        (7200, 901, "30"),
        (7200, 899, "15"),
        (7200, 12, "5"),
        (1200, 1190, ""),
    ],
)
def test_a_reminder_comes_before_the_end(lasts: float, left: float, said: str) -> None:
    state = WindowState("weekly", 1000.0, until=1000.0 + lasts)
    words = ruling.reminder(state, state.until - left)
    assert words == (f"the window weekly closes within {said} minutes" if said else "")


def test_the_rows_of_windows_are_nothing_to_a_walk() -> None:
    journal = Journal()
    journal.write(WindowOpened("weekly", 1.0), 0.0)
    journal.write(WindowClosed("weekly"), 0.0)
    assert fold_walk(journal.rows, EMPTY).steps == ()

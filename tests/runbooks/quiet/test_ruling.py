"""Silences and acknowledgements: what may be done, and what begins and ends by itself."""

from __future__ import annotations

import pytest

from checks.board import CheckInfo, CheckState, SystemInfo
from checks.model import Level, Observation, Result
from checks.system import System
from runbooks.alert_events import AlertRaised
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.operators import Operator
from runbooks.quiet import ruling
from runbooks.quiet.covering import covered
from runbooks.quiet.fold import fold_all
from runbooks.quiet.ruling import LEFT_ON_AFTER, Scene, Wanted
from runbooks.quiet.state import QuietState

AT = 1_800_000_000.0
ALICE = Operator("root", 0, "alice")


class Desk:
    """A journal in memory, and what is folded from it."""

    def __init__(self) -> None:
        self.state = QuietState()
        self.seq = 0

    def write(self, *events, at: float = AT) -> None:
        for event in events:
            self.seq += 1
            self.state = fold_all([Entry(self.seq, "", at, 0.0, "", "", ALICE, event)], self.state)

    def look(self, scene: Scene) -> list[str]:
        events = ruling.due(self.state, scene)
        self.write(*events, at=scene.at)
        assert ruling.due(self.state, scene) == (), "what was done is not due any more"
        return [type(event).__name__ for event in events]


def state(
    name: str = "api", level: Level = Level.OK, at: float = AT, hard: Level | None = None
) -> CheckState:
    result = Result(name, level, at, 0.1, Observation(""))
    return CheckState(name, result, level, hard or level, is_hard=True)


def scene(at: float = AT, *states: CheckState, **more) -> Scene:
    return Scene(at, {one.name: one for one in states or (state(),)}, **more)


WEEKLY = Wanted("window", "weekly", ("api", "db"), "the window weekly is open")
WALK = Wanted("walk", "w1", ("api",), "minor-update is walked")


def test_a_silence_is_there_as_long_as_its_window_is() -> None:
    desk = Desk()
    assert desk.look(scene(wanted=(WEEKLY,))) == ["SilenceBegun"]
    (silence,) = desk.state.silences
    assert (silence.id, silence.checks, silence.is_maintenance) == ("s1", ("api", "db"), True)
    assert desk.look(scene(wanted=(WEEKLY,))) == []
    fewer = Wanted("window", "weekly", ("api",), "the window weekly is open")
    assert desk.look(scene(wanted=(fewer,))) == ["SilenceChanged"]
    with pytest.raises(RefusedDecisionError, match="s1 ends with the window weekly"):
        ruling.lifted(desk.state, "s1", "")
    assert desk.look(scene()) == ["SilenceEnded"]
    assert desk.state.silences == ()


def test_what_a_walk_has_silenced_stays_until_it_is_known_which_walks_are_open() -> None:
    desk = Desk()
    desk.look(scene(wanted=(WALK,)))
    assert desk.look(scene(walks_known=False)) == []
    assert desk.look(scene()) == ["SilenceEnded"]


def test_a_silence_by_hand_ends_by_itself_or_is_lifted() -> None:
    desk = Desk()
    desk.write(ruling.silenced(("api", "api"), {"api"}, 600, " noise ", AT))
    (silence,) = desk.state.silences
    assert (silence.checks, silence.reason, silence.by, silence.is_maintenance) == (
        ("api",),
        "noise",
        ALICE,
        False,
    )
    assert desk.look(scene(AT + 599)) == []
    assert desk.look(scene(AT + 600)) == ["SilenceEnded"]
    desk.write(ruling.silenced(("api",), {"api"}, 600, "noise", AT))
    desk.write(ruling.lifted(desk.state, desk.state.silences[0].id, "well again"))
    assert desk.state.silences == ()
    with pytest.raises(RefusedDecisionError, match="there is no silence 's9'"):
        ruling.lifted(desk.state, "s9", "")


@pytest.mark.parametrize(
    ("checks", "lasts", "reason", "said"),
    [
        (("apy",), 600, "noise", "no check is called 'apy'; did you mean 'api'?"),
        ((), 600, "noise", "name a check"),
        (("api",), 5, "noise", "a length is from 1 m"),
        (("api",), float("nan"), "noise", "a length is from 1 m"),
        (("api",), 600, "  ", "a reason of at least 3"),
    ],
)
def test_a_silence_that_may_not_be_is_refused(checks, lasts, reason, said) -> None:
    with pytest.raises(RefusedDecisionError, match=said.replace("?", r"\?")):
        ruling.silenced(checks, {"api"}, lasts, reason, AT)


@pytest.mark.parametrize(
    ("later", "why"),
    [
        (state(level=Level.OK, at=AT + 10), ["AcknowledgementEnded"]),
        (state(level=Level.CRIT, at=AT + 10), ["AcknowledgementEnded"]),
        (state(level=Level.WARN, at=AT + 10), []),
        (state(level=Level.UNKNOWN, at=AT + 10), []),
        (state(level=Level.OK, at=AT - 10), []),
        (state("db", Level.OK, AT + 10), ["AcknowledgementEnded"]),
    ],
    ids=["well", "worse", "as it was", "not known", "not looked at since", "gone"],
)
def test_an_acknowledgement_ends_with_the_trouble_or_when_it_gets_worse(later, why) -> None:
    desk = Desk()
    bad = {"api": state(level=Level.WARN)}
    desk.write(ruling.acknowledged(bad, "api", "seeing to it", 0, AT))
    assert desk.state.acknowledged("api") is not None
    assert desk.look(scene(AT + 11, later)) == why


def test_an_acknowledgement_expires_is_withdrawn_and_is_not_for_what_is_well() -> None:
    desk, bad = Desk(), state(level=Level.CRIT)
    desk.write(ruling.acknowledged({"api": bad}, "api", "seeing to it", 600, AT))
    desk.write(ruling.acknowledged({"api": bad}, "api", "bob does", 900, AT))
    assert [one.comment for one in desk.state.acknowledgements] == ["bob does"]
    assert desk.look(scene(AT + 899, bad)) == []
    assert desk.look(scene(AT + 900, bad)) == ["AcknowledgementEnded"]
    with pytest.raises(RefusedDecisionError, match="api is not acknowledged"):
        ruling.withdrawn(desk.state, "api", "")
    with pytest.raises(RefusedDecisionError, match="api is OK"):
        ruling.acknowledged({"api": state()}, "api", "seeing to it", 0, AT)


def test_maintenance_that_is_left_on_is_said_once() -> None:
    desk = Desk()
    open_ = {"wanted": (WALK,), "window_open": True}
    desk.look(scene(**open_))
    assert desk.look(scene(AT + LEFT_ON_AFTER + 1, **open_)) == []
    closed = {"wanted": (WALK,), "window_closed_at": AT + 60}
    assert desk.look(scene(AT + 60, **closed)) == ["SilenceLeftOn"]
    assert desk.state.silences[0].left_on == "the window in which it began is closed"
    other = Desk()
    other.look(scene(wanted=(WALK,)))
    assert other.look(scene(AT + LEFT_ON_AFTER - 1, wanted=(WALK,))) == []
    assert other.look(scene(AT + LEFT_ON_AFTER, wanted=(WALK,))) == ["SilenceLeftOn"]


def test_an_alert_from_outside_has_a_type_and_a_severity_and_a_check_that_there_is() -> None:
    alert = AlertRaised("ServiceDown", "CRIT", "", "api")
    assert ruling.raised(alert, {"api"}) is alert
    for wrong in (AlertRaised("", "CRIT"), AlertRaised("X", "BAD"), AlertRaised("X", "WARN", "", "apy")):
        with pytest.raises(RefusedDecisionError):
            ruling.raised(wrong, {"api"})


@pytest.mark.parametrize(
    ("covers", "names"),
    [
        (None, ("api", "db", "web")),
        ("all", ("api", "db", "web")),
        ("none", ()),
        (["data", "api"], ("api", "db")),
    ],
)
def test_a_window_covers_all_checks_unless_it_says_which(covers, names) -> None:
    checks = tuple(CheckInfo(name, group="data" if name == "db" else "") for name in ("api", "db", "web"))
    windows = {"weekly": {"every": "sunday 03:00"} | ({"covers": covers} if covers else {})}
    system = System(SystemInfo("shop", checks=checks), sections={"windows": windows})
    assert covered(system, "weekly") == names
    assert covered(system, "urgent") == ("api", "db", "web")

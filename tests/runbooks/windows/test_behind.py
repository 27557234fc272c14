"""What becomes of planned windows while another one is open: none is lost without a word."""

from datetime import datetime

import pytest

from runbooks.events import Entry, Event, decoder, encoder
from runbooks.operators import WALKDOWN, Operator
from runbooks.window_events import WindowExtended, WindowOpened
from runbooks.windows import behind, missing, ruling
from runbooks.windows.fold import fold_all
from runbooks.windows.state import Missed, WindowState
from tests.runbooks.windows.planning import window

SOON = window("soon", every="daily 05:17", lasts="3m")
OTHER = window("other", every="daily 05:30", lasts="1h")
PLANS = (SOON, OTHER)
OPERATOR = Operator("oper1", 1000)


def at(clock: str) -> float:
    return datetime.fromisoformat(f"2026-11-26T{clock}Z").timestamp()


def tell(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment):%M}"


class Journal:
    """Rows as they come, and looks as an agent takes them."""

    def __init__(self, since: str = "05:00") -> None:
        self.rows: list[Entry] = []
        self.since = at(since)

    @property
    def state(self) -> WindowState:
        return fold_all(decoder.decode(encoder.encode(row)) for row in self.rows)

    def write(self, event: Event, clock: str, operator: Operator = OPERATOR) -> None:
        self.rows.append(Entry(len(self.rows) + 1, "", at(clock), 0.0, "boot", "host", operator, event))

    def open(self, clock: str, seconds: float, name: str = "manual") -> None:
        self.write(ruling.opened_by_hand(self.state, name, seconds, "why not", at(clock)), clock)

    def close(self, clock: str) -> None:
        self.write(ruling.closed_early(self.state, "all done", at(clock)), clock)

    def look(self, clock: str) -> list[str]:
        happened = []
        for event in missing.missed(self.state, PLANS, self.since, at(clock)):
            self.write(event, clock, WALKDOWN)
            happened.append(f"missed {event.name} behind {event.behind or 'nobody'}")
        while (event := ruling.due(self.state, PLANS, at(clock))) is not None:
            self.write(event, clock, WALKDOWN)
            happened.append(f"{type(event).__name__.removeprefix('Window').lower()} {event.name}")
        self.since = at(clock)
        return happened


def test_a_window_that_is_closed_by_hand_swallows_no_other() -> None:
    journal = Journal()
    journal.open("05:15", 240)
    assert journal.look("05:17") == []
    (waits,) = behind.waiting(ruling.planned(PLANS, at("05:17"), journal.state), journal.state, at("05:17"))
    assert behind.waiting_words(waits, journal.state, tell) == (
        "soon was to open 17; it waits for manual to be closed"
    )
    journal.close("05:17:08")
    assert journal.look("05:17:09") == ["opened soon"]
    assert journal.state.until == at("05:20")
    assert journal.look("05:20") == ["closed soon"]


def test_a_window_that_runs_out_gives_way_to_the_planned_one() -> None:
    journal = Journal()
    journal.open("05:15", 240)
    assert journal.look("05:19") == ["closed manual", "opened soon"]
    assert journal.look("05:20") == ["closed soon"]


@pytest.mark.parametrize("closes", ["05:20", "05:21"])
def test_what_was_never_opened_is_missed_once_and_told_until_it_is_opened(closes: str) -> None:
    journal = Journal()
    journal.open("05:15", 60 * float(closes[-2:]) - 900)
    assert journal.look("05:19:59") == []
    told = [*journal.look("05:20"), *journal.look("05:21"), *journal.look("05:22")]
    assert sorted(told) == ["closed manual", "missed soon behind manual"]
    lost = journal.state.missed["soon"]
    assert lost == Missed(at("05:20"), at("05:17"), at("05:20"), "manual")
    assert behind.missed_words("soon", lost, tell) == "soon was not opened 17: manual was open all its time"
    assert [name for name, _ in behind.still_told(journal.state, at("05:40"))] == ["soon"]
    assert not list(behind.still_told(journal.state, at("05:40") + 86400))
    journal.since = at("05:10") + 86400
    journal.write(WindowOpened("soon", at("05:20") + 86400), "05:41")
    assert not list(behind.still_told(journal.state, at("05:42")))


def test_an_agent_that_comes_back_in_the_middle_finds_the_same_and_nothing_twice() -> None:
    journal = Journal()
    journal.open("05:15", 600)
    journal.look("05:21")
    journal.since = journal.state.opened_at
    assert journal.look("05:22") == []


def test_a_host_that_slept_says_that_nobody_was_there() -> None:
    journal = Journal("04:00")
    assert journal.look("05:25") == ["missed soon behind nobody"]
    assert behind.why_missed("") == "no agent was there to open it"


@pytest.mark.parametrize("until", ["05:19", "05:30"])
def test_a_time_in_which_its_own_window_was_open_is_not_missed(until: str) -> None:
    """Opened early and closed before its start; opened under its name beside all plans; extended into it."""
    journal = Journal()
    journal.write(WindowOpened("soon", at("05:20"), at("05:20"), "early", at("05:17")), "05:10")
    journal.close("05:12")
    assert journal.look("05:21") == []
    journal = Journal()
    journal.write(WindowOpened("soon", at("05:18"), 0.0, "by hand"), "05:05")
    journal.write(WindowExtended("soon", at(until), "slower"), "05:16")
    assert "missed soon" not in " ".join([*journal.look("05:20"), *journal.look("05:31")])
    journal = Journal()
    journal.look("05:17")
    journal.close("05:18")
    assert journal.look("05:19") == journal.look("05:21") == []


def test_it_is_said_beforehand_what_becomes_of_a_planned_one() -> None:
    journal = Journal()
    planned = ruling.planned(PLANS, at("05:15"), journal.state)
    assert behind.crossed(planned, "manual", at("05:17"), at("05:15")) == ()
    assert behind.crossed(planned, "soon", at("05:19"), at("05:15")) == ()
    (one,) = behind.crossed(planned, "manual", at("05:19"), at("05:15"))
    assert behind.crossing_words(one, "manual", at("05:19"), tell) == (
        "soon is planned from 17 to 20: it opens only once manual is closed, at 19 or before"
    )
    assert behind.crossing_words(one, "manual", at("05:20"), tell) == (
        "soon is planned from 17 to 20: it is not opened, for manual is open until 20"
    )
    assert len(behind.crossed(planned, "manual", at("05:40"), at("05:15"))) == 2

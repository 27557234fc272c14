"""The rules of checklists as tables: what ticks, what keeps, what is refused, what a report is told."""

from __future__ import annotations

import pytest

from checks.board import CheckState
from checks.model import Level
from runbooks.checklist_events import (
    ChecklistOpened,
    ItemLeftOut,
    ItemNoted,
    ItemTicked,
    ItemUnticked,
    PhaseBegun,
)
from runbooks.checklist_plan import ByChecks, ByRecord, ItemPlan, ListManner, ListPlan, PhasePlan
from runbooks.checklists import ruling
from runbooks.checklists.fold import fold_all
from runbooks.checklists.judging import Verdict, judge
from runbooks.checklists.opening import coming, due
from runbooks.checklists.sources import Facts, judge_record
from runbooks.checklists.state import Mark
from runbooks.checklists.telling import told
from runbooks.events import Entry
from runbooks.live import WalkHead
from runbooks.notice_events import NoticeSent
from runbooks.operators import WALKDOWN, Operator
from runbooks.report_events import ReportWritten
from runbooks.walk_events import WalkEnding
from runbooks.window_events import BaselineTaken, WindowClosed, WindowOpened
from runbooks.windows.state import PlannedWindow, WindowsNow, WindowState
from tests.tui.boards import SHOP, START, snapshot, state

ALICE = Operator("root", 0, "alice")
HOUR = 3600.0
WELL = dict.fromkeys(("web", "certificate", "api", "worker", "orders"), Level.OK)


def board(**levels: Level):
    return snapshot([state(name, levels.get(name, level)) for name, level in WELL.items()])


@pytest.mark.parametrize(
    ("source", "levels", "good", "why"),
    [
        (ByChecks(("api",)), {}, True, "api is OK: all is well"),
        (ByChecks(("api",)), {"api": Level.WARN}, False, "api is WARN"),
        (ByChecks(("api",), level="WARN"), {"api": Level.WARN}, True, "api is WARN: all is well"),
        (ByChecks(("api",), level="WARN"), {"api": Level.UNKNOWN}, False, "api is UNKNOWN"),
        (ByChecks(("api",), level="WARN"), {"api": Level.CRIT}, False, "api is CRIT"),
        (ByChecks(group="edge"), {"api": Level.CRIT}, True, "web is OK: all is well, certificate is OK"),
        (ByChecks(group="edge"), {"web": Level.CRIT}, False, "web is CRIT"),
        (ByChecks(group="none"), {}, False, "group 'none' has no checks"),
        (ByChecks(every=True), {}, True, "5 checks are OK"),
        (ByChecks(every=True, level="WARN"), {"api": Level.WARN}, True, "4 checks are OK; api is WARN"),
        (
            ByChecks(every=True),
            dict.fromkeys(WELL, Level.CRIT),
            False,
            "web is CRIT, certificate is CRIT, api is CRIT, and 2 more",
        ),
        (ByChecks(("gone",)), {}, False, "there is no check gone any more"),
    ],
)
def test_checks_tick_what_they_are_well_enough_for(source, levels, good, why) -> None:
    verdict = judge(source, board(**levels), SHOP)
    assert verdict.good is good
    assert verdict.why.startswith(why)


def test_what_was_never_seen_is_not_known_and_says_so() -> None:
    verdict = judge(ByChecks(("api",)), snapshot([CheckState("api")]), SHOP)
    assert verdict == Verdict(False, "api was not looked at yet", unseen=True)


def row(event, at: float) -> Entry:
    return Entry(1, "", at, 0, "boot", "host", ALICE, event)


def head(ending: WalkEnding | None, ended: float = START - HOUR, runbook: str = "update") -> WalkHead:
    return WalkHead("w1", runbook, "", ended - 60, ALICE, ended if ending else 0.0, ending)


def sent(
    at: float, starts: float = START + 24 * HOUR, window: str = "weekly", kind: str = "announcement"
) -> Entry:
    return row(NoticeSent("users", kind, window, starts, starts + HOUR), at)


OPEN = WindowsNow(WindowState("weekly", START - 60, WALKDOWN, START + HOUR))
ABOUT = {"window": "weekly", "window_start": START + 24 * HOUR}


def held(begin: float, end: float, planned: float) -> tuple[Entry, ...]:
    """A window that was open, for a time that was planned, and closed before that was over."""
    opening = WindowOpened("weekly", end + 600, end + 600, "to warm up", planned)
    closing = WindowClosed("weekly", early=True, reason="all done")
    return (
        Entry(7, "", begin, 0, "boot", "host", ALICE, opening),
        Entry(8, "", end, 0, "boot", "host", ALICE, closing),
    )


HELD = held(START - 1.5 * HOUR, START - 0.5 * HOUR, START - HOUR)
LONG_AGO = held(START - 5 * HOUR, START - 4 * HOUR, START - 5 * HOUR)
TOLD = sent(START - 60, START - 1.5 * HOUR, kind="completion")
FOR_IT = {"window": "weekly", "window_start": START - HOUR}


@pytest.mark.parametrize(
    ("source", "facts", "good", "why"),
    [
        (("walk", "update"), {"walks": (head(WalkEnding.DONE),)}, True, "update was done by alice"),
        (
            ("walk", "update"),
            {"walks": (head(WalkEnding.DONE, START - 3 * HOUR),)},
            False,
            "update was not walked",
        ),
        (
            ("walk", "update"),
            {"walks": (head(WalkEnding.FAILED),)},
            False,
            "update: the last walk, w1, is failed",
        ),
        (
            ("walk", "update"),
            {"walks": (head(WalkEnding.DONE, runbook="x"),)},
            False,
            "update was not walked",
        ),
        (
            ("walk", "update", HOUR / 2),
            {"walks": (head(WalkEnding.DONE),)},
            False,
            "update was not walked within",
        ),
        (
            ("walk", "update", 4 * HOUR),
            {"walks": (head(WalkEnding.DONE, START - 3 * HOUR),)},
            True,
            "update was",
        ),
        (("notice", "announcement"), {}, False, "no announcement was sent"),
        (("notice", "announcement"), {"rows": (sent(START - 60),), **ABOUT}, True, "users was sent"),
        (
            ("notice", "announcement", 24 * HOUR),
            {"rows": (sent(START - 60),), **ABOUT},
            True,
            "users was sent",
        ),
        (
            ("notice", "announcement", 24 * HOUR),
            {"rows": (sent(START + 60),), **ABOUT},
            False,
            "it was sent 23 h",
        ),
        (("notice", "announcement"), {"rows": (sent(START, window="x"),), **ABOUT}, False, "no announcement"),
        (("notice", "announcement"), {"rows": (sent(START, START + 9),), **ABOUT}, False, "no announcement"),
        (
            ("notice", "completion"),
            {"rows": (sent(START),), **ABOUT},
            False,
            "no completion was sent about weekly",
        ),
        (
            ("baseline", "taken"),
            {"rows": (row(BaselineTaken("weekly", "window"), START),)},
            True,
            "baseline weekly",
        ),
        (("baseline", "taken"), {"rows": (row(BaselineTaken("w1", "walk"), START),)}, False, "no baseline"),
        (("baseline", "taken"), {"rows": (row(BaselineTaken("x", "hand"), 1.0),)}, False, "no baseline"),
        (("window", "open"), {"windows": OPEN}, True, "weekly is open until"),
        (("window", "open"), {"windows": OPEN, "window": "other"}, False, "other is not open"),
        (("window", "open"), {"rows": HELD, **FOR_IT}, True, "weekly was open"),
        (("window", "planned"), {"rows": HELD, **FOR_IT}, True, "weekly was open"),
        (("window", "next"), {"rows": HELD, **FOR_IT}, False, "weekly is not planned"),
        (("window", "open"), {"rows": HELD, "window": "other"}, False, "other is not open"),
        (("window", "open"), {"rows": HELD[:-1], **FOR_IT}, True, "weekly was open"),
        (("window", "open"), {"rows": LONG_AGO, **FOR_IT}, False, "weekly is not open"),
        (("notice", "completion"), {"rows": (*HELD, TOLD), **FOR_IT}, True, "users was sent"),
        (("window", "planned"), {"windows": OPEN}, True, "weekly is open until"),
        (("window", "next"), {"windows": OPEN}, False, "a window is not planned"),
        (
            ("window", "next"),
            {"windows": OPEN, "next_window": {"weekly": START + HOUR}},
            True,
            "weekly opens",
        ),
        (
            ("window", "planned"),
            {"next_window": {"other": START}, "window": "weekly"},
            False,
            "weekly is not planned",
        ),
        (
            ("report", "window"),
            {"rows": (row(ReportWritten("window", "w.json", "ab"), START),)},
            True,
            "report w",
        ),
        (
            ("report", "window"),
            {"rows": (row(ReportWritten("daily", "d.json", "ab"), START),)},
            False,
            "no rep",
        ),
        (
            ("report", "window"),
            {"rows": (row(ReportWritten("window", "w", "ab"), 1.0),)},
            False,
            "no report wi",
        ),
        (("maintenance", "off"), {"snapshot": board()}, True, "no check is in maintenance"),
        (("maintenance", "on"), {"snapshot": board()}, False, "no check is in maintenance"),
        (("moon", "full"), {}, False, "this version knows nothing of moon"),
    ],
)
def test_what_is_written_down_ticks_by_its_rule(source, facts, good, why) -> None:
    verdict = judge_record(ByRecord(*source), Facts(START + 120, opened_at=START - 2 * HOUR, **facts))
    assert (verdict.good, verdict.why[: len(why)]) == (good, why)


ITEMS = (
    ItemPlan("auto", "A", source=ByChecks(("api",))),
    ItemPlan("hand", "H"),
    ItemPlan("maybe", "M", advisory=True),
)


def made(manner: ListManner, *events):
    plan = ListPlan(
        "it", manner=manner, phases=(PhasePlan("before", ITEMS), PhasePlan("after", (ItemPlan("z", "Z"),)))
    )
    rows = (ChecklistOpened(plan), *events)
    return fold_all(
        Entry(n, "l", START + n, 0, "boot", "host", WALKDOWN if isinstance(e, ItemUnticked) else ALICE, e)
        for n, e in enumerate(rows, 1)
    )


GOOD, BAD, UNSEEN = Verdict(True, "well"), Verdict(False, "ill"), Verdict(False, "?", unseen=True)
LOST = (ItemTicked("auto"), ItemUnticked("auto", "ill"))


@pytest.mark.parametrize(
    ("events", "verdict", "well_for", "grace", "moved"),
    [
        ((), GOOD, 0.0, False, [ItemTicked("auto", "well")]),
        ((), BAD, 0.0, False, []),
        ((ItemTicked("auto"),), GOOD, 99.0, False, []),
        ((ItemTicked("auto"),), BAD, 0.0, False, [ItemUnticked("auto", "ill")]),
        ((ItemTicked("auto"),), BAD, 0.0, True, [ItemUnticked("auto", "ill")]),
        ((ItemTicked("auto"),), UNSEEN, 0.0, False, [ItemUnticked("auto", "?")]),
        ((ItemTicked("auto"),), UNSEEN, 0.0, True, []),
        (LOST, GOOD, 9.9, False, []),
        (LOST, GOOD, 10.0, False, [ItemTicked("auto", "well")]),
        (LOST * 3, GOOD, 39.0, False, []),
        (LOST * 3, GOOD, 40.0, False, [ItemTicked("auto", "well")]),
        (LOST * 30, GOOD, 600.0, False, [ItemTicked("auto", "well")]),
        ((ItemLeftOut("auto", "why"),), GOOD, 99.0, False, []),
        ((ItemLeftOut("auto", "why"), ItemTicked("hand"), PhaseBegun("after")), GOOD, 99.0, False, []),
    ],
)
def test_items_move_by_themselves_only_as_they_should(events, verdict, well_for, grace, moved) -> None:
    state = made(ListManner.DO_CONFIRM, *events)
    assert list(ruling.moves(state, {"auto": verdict}, {"auto": well_for}, grace)) == moved


@pytest.mark.parametrize(
    ("manner", "events", "item", "why"),
    [
        (ListManner.DO_CONFIRM, (), "hand", ""),
        (ListManner.READ_DO, (), "hand", "this list goes item by item; auto comes first"),
        (ListManner.READ_DO, (ItemTicked("auto"),), "hand", ""),
        (ListManner.READ_DO, (ItemTicked("auto"),), "maybe", "this list goes item by item; hand comes first"),
        (ListManner.DO_CONFIRM, (), "auto", "it is ticked by what is seen"),
        (ListManner.DO_CONFIRM, (), "z", "after has not begun"),
        (ListManner.DO_CONFIRM, (), "nothing", "there is no item 'nothing' in this list"),
        (ListManner.DO_CONFIRM, (ItemTicked("hand"),), "hand", "hand was ticked by alice"),
        (ListManner.DO_CONFIRM, (ItemLeftOut("hand", "x"),), "hand", "hand was left out by alice"),
        (
            ListManner.DO_CONFIRM,
            (ItemTicked("auto"), ItemTicked("hand"), PhaseBegun("after")),
            "maybe",
            "before is over and stays as it is; write a note",
        ),
    ],
)
def test_why_a_person_may_not_tick_is_said(manner, events, item, why) -> None:
    assert ruling.why_not(made(manner, *events), item).startswith(why)
    assert bool(why) == bool(ruling.why_not(made(manner, *events), item))


def test_the_next_item_is_offered_after_the_present() -> None:
    assert ruling.present(made(ListManner.READ_DO)).id == "auto"
    assert ruling.present(made(ListManner.READ_DO, ItemTicked("auto"))).id == "hand"
    every = (ItemTicked("auto"), ItemTicked("hand"), ItemLeftOut("maybe", "why"))
    assert ruling.present(made(ListManner.READ_DO, *every)) is None


PLAN = ListPlan("weekly", window="weekly", ahead=2 * HOUR)
PLANNED = WindowsNow(planned=(PlannedWindow("weekly", "", "", START, START + HOUR),))
BY_HAND = WindowsNow(WindowState("weekly", START - 60, ALICE, START + HOUR))


@pytest.mark.parametrize(
    ("windows", "last", "at", "opens", "comes"),
    [
        (PLANNED, {}, START - 3 * HOUR, [], [START - 2 * HOUR]),
        (PLANNED, {}, START - HOUR, [START], []),
        (PLANNED, {}, START + 60, [START], []),
        (PLANNED, {"weekly": START}, START + 60, [], []),
        (PLANNED, {}, START + 2 * HOUR, [], []),
        (BY_HAND, {}, START, [START - 60], []),
        (BY_HAND, {"weekly": START - 60}, START, [], []),
        (WindowsNow(), {}, START, [], []),
    ],
)
def test_a_list_opens_with_its_window_or_ahead_of_it(windows, last, at, opens, comes) -> None:
    assert [event.window_start for event in due((PLAN,), windows, last, at)] == opens
    assert [one.at for one in coming((PLAN,), windows, last, at)] == comes


def test_a_report_is_told_who_when_and_on_what_evidence() -> None:
    state = made(
        ListManner.DO_CONFIRM,
        ItemTicked("hand", shown=("web OK: \x1b[31m200",), shown_sha256="ab", note="fine"),
        ItemNoted("hand", "slow"),
        *LOST,
    )
    report = told(state)
    by = {item.id: item for item in report.items}
    assert (report.ending, report.settled, len(report.items)) == ("open", 1, 4)
    assert (by["hand"].mark, by["hand"].by, by["hand"].at) == (Mark.DONE, "alice as root", START + 2)
    assert "\x1b" not in by["hand"].evidence[0]
    assert [note.rpartition(": ")[2] for note in by["hand"].notes] == ["fine", "slow"]
    assert (by["auto"].mark, by["auto"].why, by["auto"].lost) == (Mark.OPEN, "ill", 1)
    assert (by["maybe"].mandatory, by["z"].phase, by["z"].by) == (False, "after", "")

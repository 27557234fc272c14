"""The calendar's screen: what needs somebody, the days, and what is done about a task."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from agent.calendar_messages import (
    AskCalendar,
    CalendarAnswer,
    CalendarMoved,
    FinishTask,
    SkipTask,
    TasksAnswer,
)
from agent.checklist_messages import ChecklistsAnswer, ChecklistsMoved
from runbooks.calendar.state import Agenda, AgendaEntry, CalendarNow, Means, Slot, Standing, TaskNow
from runbooks.checklists.state import Lists
from runbooks.operators import Operator
from runbooks.task_events import TaskEnding, TaskOutcome
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import START
from tests.tui.golden import check_golden
from tests.tui.lists import WEEKLY, now, weekly
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import ALICE, LIBRARY, past
from tui.dialogs.checklist import OpenListDialog
from tui.dialogs.task import DoneDialog, SkipDialog
from tui.screens.checklist import ChecklistScreen
from tui.screens.past_walk import PastWalkScreen
from tui.screens.plan import PlanScreen

HOUR, DAY = 3600.0, 86400.0
MIDNIGHT = START - 8 * HOUR
TODAY = MIDNIGHT + 2 * HOUR


def outcome(ending: TaskEnding, start: float, **more: object) -> TaskOutcome:
    return TaskOutcome(ending, start + 1200, start, start + HOUR, by=ALICE, **more)  # type: ignore[arg-type]


BACKUP = TaskNow(
    "backup", "Nightly backup", "daily 02:00", "UTC", Means.COMMAND, "/opt/shop/backup.sh --all",
    expected=1200.0, usual=1260.0, start=TODAY + DAY, until=TODAY + DAY + HOUR,
    lost_at=TODAY + DAY + 2 * HOUR, coming=TODAY + DAY,
    missed=outcome(TaskEnding.MISSED, TODAY, count=3, first=TODAY - 2 * DAY),
)  # fmt: skip
DASHBOARDS = TaskNow(
    "dashboards", "Look at the dashboards", "daily 07:00", "UTC", expected=600.0, standing=Standing.DUE,
    start=START - HOUR, until=START + 23 * HOUR, lost_at=START + 23 * HOUR, coming=START + 23 * HOUR,
)  # fmt: skip
UPDATE = TaskNow(
    "update", "Minor update", "with weekly: sunday 03:00", "UTC", Means.RUNBOOK, "minor-update", "weekly",
    expected=1800.0, standing=Standing.OVERDUE, start=START - 3 * HOUR, until=START - HOUR,
    lost_at=START + HOUR, coming=START + 7 * DAY,
)  # fmt: skip
WANTED = TaskNow("optimise", "Optimise the search index", "by hand", "UTC", only="02:00-05:00",
                 standing=Standing.BY_HAND)  # fmt: skip
NOW = CalendarNow(
    (BACKUP, UPDATE, DASHBOARDS, WANTED),
    ("window weekly and window monthly overlap, next on Sun 7 Feb 2027 04:00, 14 times in 14 months",),
)
AGENDA = Agenda(
    MIDNIGHT - 14 * DAY,
    MIDNIGHT + 17 * DAY,
    (
        AgendaEntry(Slot.TASK, "backup", TODAY - DAY, TODAY - DAY + HOUR, "Nightly backup", Standing.MISSED),
        AgendaEntry(
            Slot.TASK, "update", MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR, "Minor update", Standing.LATE,
            "weekly", 1800.0, 2400.0, START - 2 * HOUR, ALICE, "walk-1",
        ),
        AgendaEntry(Slot.TASK, "dashboards", START - HOUR, START, "Look at the dashboards", Standing.DUE),
        AgendaEntry(Slot.TASK, "tick", START + HOUR, START + 2 * HOUR, "", count=60),
        AgendaEntry(Slot.TASK, "backup", TODAY + DAY, TODAY + DAY + HOUR, "Nightly backup", lasts=1260.0),
        AgendaEntry(Slot.WINDOW, "weekly", MIDNIGHT + 51 * HOUR, MIDNIGHT + 53 * HOUR, lasts=2 * HOUR),
        AgendaEntry(Slot.WINDOW, "later", MIDNIGHT + 16 * DAY, MIDNIGHT + 16 * DAY + HOUR, lasts=HOUR),
    ),
)  # fmt: skip


async def calendar(console: Stage, now: CalendarNow = NOW, agenda: Agenda = AGENDA) -> None:
    """Go to the calendar."""
    console.link.answers[CalendarAnswer] = CalendarAnswer(0, agenda)
    console.link.answers[TasksAnswer] = TasksAnswer(0, now)
    await console.link.stand(CalendarMoved(now))
    await console.press(key_of("calendar"))
    await console.until("needs somebody")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_the_calendar_looks_as_it_did(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await calendar(console)
        await console.pilot.pause(0.1)
        check_golden("calendar-{}x{}".format(*size), console.text)


async def test_what_needs_somebody_stands_on_top_and_the_days_follow() -> None:
    async with stage(size=(120, 40)) as console:
        await calendar(console)
        lines = console.text.splitlines()
        assert "DOES NOT GO TOGETHER" in lines[1]
        (top,) = [number for number, line in enumerate(lines) if "needs somebody" in line]
        assert "Nightly backup" in lines[top + 1] and "MISSED 3 TIMES" in lines[top + 1]
        assert "Minor update" in lines[top + 2] and "OVERDUE" in lines[top + 2]
        assert "Look at the dashboards" in lines[top + 3] and "23 h left" in lines[top + 3]
        assert "done late alice" in console.text
        assert "40 m of 30 m" in console.text
        assert "60 times" in console.line("tick")
        assert "when wanted" in console.text
        assert "does not go together" in console.text
        assert "later" not in console.text, "that is beyond these two weeks"
        (ask,) = [ask for ask in console.link.asked if isinstance(ask, AskCalendar)]
        assert (ask.start, ask.end) == (MIDNIGHT - 14 * DAY, MIDNIGHT + 17 * DAY)


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_what_does_not_go_together_is_seen_without_scrolling(size: tuple[int, int]) -> None:
    many = tuple(replace(DASHBOARDS, name=f"task-{number}", title=f"Task {number}") for number in range(60))
    async with stage(size=size) as console:
        await calendar(console, CalendarNow(many))
        assert "GO TOGETHER" not in console.text
        unfit = "window weekly is open for 2 h, and its task dump takes 3 h, next on Sun 17 Jan 2027 03:00"
        await console.link.stand(CalendarMoved(CalendarNow(many, (unfit, *NOW.warnings))))
        await console.until("2 DO NOT GO TOGETHER")
        shown = " ".join(console.text.split())
        assert "window weekly is open for 2 h" in shown
        if size == (80, 24):
            assert f"{unfit} G: all 2" in shown
        await console.link.stand(CalendarMoved(CalendarNow(many, NOW.warnings)))
        await console.until(" DOES NOT GO TOGETHER ")
        await console.link.stand(CalendarMoved(CalendarNow(many)))
        await console.until(lambda: "GO TOGETHER" not in console.text)


async def test_the_leaf_of_the_month_marks_what_was_missed_windows_and_today() -> None:
    async with stage(size=(120, 40)) as console:
        await calendar(console)
        await console.until("January 2027")
        assert "14!" in console.text
        assert "17w" in console.text
        assert "[15" in console.text
        assert "3 times" in console.text, "what is under the cursor is told beside it"


async def test_enter_goes_to_what_fulfils_a_task() -> None:
    async with stage(size=(120, 40)) as console:
        console.link.library = LIBRARY
        console.link.known_walks["walk-1"] = past()
        await calendar(console)
        await console.press("j", "enter")
        await console.until(lambda: isinstance(console.app.screen, PlanScreen))
        await console.press("escape", "j", "j", "enter")
        await console.until(lambda: isinstance(console.app.screen, PastWalkScreen))


REVIEW = TaskNow(
    "review", "The weekly review", "daily 07:00", "UTC", Means.CHECKLIST, "weekly-window",
    standing=Standing.OVERDUE, start=START - 3 * HOUR, until=START - HOUR, lost_at=START + HOUR,
)  # fmt: skip


async def test_enter_goes_to_the_list_that_fulfils_a_task() -> None:
    async with stage(size=(120, 40)) as console:
        await console.link.stand(ChecklistsMoved(now(weekly())))
        await calendar(console, CalendarNow((REVIEW,)))
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))


async def test_where_no_list_is_open_enter_asks_to_open_it() -> None:
    async with stage(size=(120, 40)) as console:
        console.link.answers[ChecklistsAnswer] = ChecklistsAnswer(0, Lists((WEEKLY,)), now())
        await calendar(console, CalendarNow((REVIEW,)))
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, OpenListDialog))


async def test_what_people_do_is_said_to_be_done_with_how_long_it_took() -> None:
    async with stage() as console:
        await calendar(console)
        await console.press("j", "j", "enter")
        await console.until(lambda: isinstance(console.app.screen, DoneDialog))
        await console.type("soon")
        await console.until("say how long it took")
        console.app.screen.query_one("#took", Input).value = ""
        await console.type("12m")
        await console.press("tab")
        await console.type("all green")
        await console.accept()
        (wish,) = [ask for ask in console.link.asked if isinstance(ask, FinishTask)]
        assert (wish.name, wish.took, wish.note, wish.failed) == ("dashboards", 720.0, "all green", False)
        await console.until(lambda: not isinstance(console.app.screen, DoneDialog))


async def test_the_keys_about_a_task_are_there_where_the_cursor_is_on_one() -> None:
    async with stage(size=(120, 40)) as console:
        await calendar(console)
        table, seen = console.app.screen.table, set()
        for _ in range(table.row_count):
            is_task = table.selected.value.task is not None
            await console.until(lambda wanted=is_task: ("d Done" in console.text.splitlines()[-1]) is wanted)
            seen.add(is_task)
            await console.press("j")
        assert seen == {True, False}


async def test_what_is_recorded_already_is_said_and_written_again_only_by_another_enter() -> None:
    async with stage() as console:
        await calendar(console)
        before = TaskOutcome(TaskEnding.DONE, START - 60, START - HOUR, by=Operator("bob", 1001))
        link = console.link
        link.answers[TasksAnswer] = replace(link.answers[TasksAnswer], already=before)
        await console.press("j", "j", "enter")
        await console.until(lambda: isinstance(console.app.screen, DoneDialog))
        await console.accept()
        await console.until("recorded already")
        assert "UTC, by bob" in " ".join(console.text.replace("│", " ").split())
        await console.until(lambda: "it was done once more" in console.hint)
        link.answers[TasksAnswer] = replace(link.answers[TasksAnswer], already=None)
        await console.accept()
        await console.until(lambda: not isinstance(console.app.screen, DoneDialog))
        wishes = [ask.again for ask in link.asked if isinstance(ask, FinishTask)]
        assert wishes == [False, True]


async def test_what_a_program_does_needs_a_note() -> None:
    async with stage() as console:
        await calendar(console)
        await console.press("d")
        await console.until(lambda: isinstance(console.app.screen, DoneDialog))
        await console.until("say in a note how it was done")
        await console.press("escape")
        await console.until(lambda: not isinstance(console.app.screen, DoneDialog))
        assert not [ask for ask in console.link.asked if isinstance(ask, FinishTask)]


async def test_what_was_missed_is_acknowledged_and_a_refusal_stays_in_the_dialog() -> None:
    async with stage() as console:
        await calendar(console)
        await console.press("x")
        await console.until(lambda: isinstance(console.app.screen, SkipDialog))
        await console.type("the host was off")
        console.link.refusal = "the journal cannot be written"
        await console.accept()
        await console.until("the journal cannot be written")
        console.link.refusal = ""
        await console.accept()
        (wish,) = [ask for ask in console.link.asked if isinstance(ask, SkipTask)]
        assert (wish.name, wish.reason) == ("backup", "the host was off")


async def test_other_weeks_are_turned_to_and_a_filter_finds() -> None:
    async with stage() as console:
        await calendar(console)
        await console.press("right_square_bracket")
        await console.until("later")
        asked = [ask for ask in console.link.asked if isinstance(ask, AskCalendar)]
        assert asked[-1].start == MIDNIGHT - 14 * DAY
        await console.press("t")
        await console.until("today, Fri 15 Jan")
        await console.press("slash")
        await console.type("index")
        await console.until(lambda: "Optimise" in console.text and "Minor update" not in console.text)


async def test_an_empty_calendar_and_one_that_cannot_be_had_say_so() -> None:
    async with stage() as console:
        console.link.answers[CalendarAnswer] = CalendarAnswer(0, Agenda(0.0, 1.0))
        await console.press(key_of("calendar"))
        await console.until("nothing is planned in these two weeks")
        console.link.refusal = "the journal cannot be read"
        await console.press("r")
        await console.until("the journal cannot be read")


@pytest.mark.parametrize("size", [(60, 15), (120, 40)])
async def test_hostile_names_do_nothing_to_the_terminal(size: tuple[int, int]) -> None:
    hostile = tuple(
        TaskNow(f"t{number}", payload, payload, "UTC", Means.COMMAND, payload, payload, standing=Standing.DUE,
                start=START, until=START + 60, failed=outcome(TaskEnding.FAILED, START, note=payload))
        for number, payload in enumerate(PAYLOADS)
    )  # fmt: skip
    entries = tuple(
        AgendaEntry(Slot.WINDOW, payload, START + number, START + HOUR, payload, note=payload)
        for number, payload in enumerate(PAYLOADS)
    )
    async with stage(size=size) as console:
        await calendar(console, CalendarNow(hostile, PAYLOADS), Agenda(0.0, START + DAY, entries))
        for _ in range(2 * len(PAYLOADS) // (size[1] - 5) + 2):
            assert not raw_in(console.text)
            await console.press("pagedown")
        await console.press("g", "x")
        await console.until(lambda: isinstance(console.app.screen, SkipDialog))
        assert not raw_in(console.text)
        assert console.app.is_running

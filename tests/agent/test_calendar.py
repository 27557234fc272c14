"""The calendar of an agent: a real journal, a still clock; and a real agent with walks and commands."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.calendar import KEEP_AFTER, Calendar
from agent.calendar_messages import AskTasks, CalendarMoved, TasksAnswer
from agent.task_running import _ended
from agent.walk_messages import AskEntries, AskWalks, EntriesAnswer, WalksAnswer
from checks.masking import Masker
from checks.testing import FakeClock
from runbooks.calendar.state import Standing
from runbooks.checklist_events import ChecklistClosed, ChecklistOpened, ListEnding
from runbooks.checklist_plan import ListPlan
from runbooks.errors import RefusedDecisionError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import Operator
from runbooks.task_events import TaskDone, TaskMissed, TaskPlanned, TasksKept
from runbooks.walk_events import WalkEnding
from tests.agent.walking import wait_until
from tests.runbooks.calendar.planning import system
from tests.servers.agents import QUICK
from tests.servers.commands import CommandLine

OPER = Operator("oper1", 1000)
NIGHTLY = {"every": "daily 02:00", "due_within": "1h", "grace": "1h", "command": ["true"], "title": "Backup"}


class Live:
    """What the calendar sees of a live system."""

    def __init__(self, **tasks: Any) -> None:
        self.plan(**tasks)
        self.announced: dict[str, tuple[Any, ...]] = {}

    def plan(self, **tasks: Any) -> None:
        self.system = system(tasks)

    def announce(self, source: str, notices: tuple[Any, ...]) -> None:
        self.announced[source] = notices


class Stage:
    """A calendar that can be ended and begun again on the same journal."""

    def __init__(self, folder: Path, **tasks: Any) -> None:
        self.live = Live(**tasks)
        self.clock = FakeClock(at("2026-11-23T12:00"))
        self.path = folder / "shop.journal.db"
        self.masker = Masker()

    def journal(self) -> Journal:
        return Journal(self.path, self.clock, ballast=0)

    def calendar(self, journal: Journal) -> Calendar:
        return Calendar(self.live, journal, self.masker, self.clock)  # type: ignore[arg-type]

    def set(self, when: str) -> None:
        self.clock.jump(at(when) - self.clock.now())


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}Z").timestamp()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, backup=NIGHTLY, look={"every": "daily 09:00"})


async def test_what_was_missed_is_a_warning_until_somebody_says_why_also_over_a_restart(stage: Stage) -> None:
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()
        stage.set("2026-11-24T05:00")
        await calendar.look()
        await calendar.look()
        (notice,) = stage.live.announced["calendar"]
        assert notice.text == (
            "Backup was missed on Tue 24 Nov 02:00 UTC; do it, or walkdown task skip backup --reason WHY"
        )
        version = await calendar.newer(0)
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()
        assert len(await journal.newest(TaskPlanned)) == 2
        assert len(await journal.newest(TaskMissed)) == 1
        assert stage.live.announced["calendar"] == (notice,)
        assert calendar.now.tasks[0].name == "backup", "what was missed stands first"
        await calendar.skip("backup", "the host was\x1b[2J off", OPER)
        assert stage.live.announced["calendar"] == ()
        assert version
        (row,) = await journal.newest(TaskMissed)
        assert row.event.outcome.start == at("2026-11-24T02:00")


async def test_a_year_without_an_agent_is_one_row_for_each_task(stage: Stage) -> None:
    async with stage.journal() as journal:
        await stage.calendar(journal).look()
    stage.set("2027-11-23T12:00")
    async with stage.journal() as journal:
        await stage.calendar(journal).look()
        rows = await journal.newest(TaskMissed)
        assert [(row.event.name, row.event.outcome.count) for row in rows] == [("backup", 365), ("look", 364)]


async def test_a_clock_that_jumps_back_takes_nothing_back(stage: Stage) -> None:
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()
        stage.set("2026-11-24T05:00")
        await calendar.look()
        stage.set("2026-11-24T01:00")
        await calendar.look()
        stage.set("2026-11-24T06:00")
        await calendar.look()
        assert len(await journal.newest(TaskMissed)) == 1


async def test_files_that_change_take_tasks_up_and_drop_them(stage: Stage) -> None:
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()
        stage.live.plan(look={"every": "daily 10:00"}, new={"every": "6 h"})
        await calendar.look()
        assert {task.name for task in calendar.now.tasks} == {"look", "new"}
        planned = [row.event.name for row in await journal.newest(TaskPlanned)]
        assert planned == ["backup", "look", "look", "new"]


async def test_lists_fulfil_their_task_once_and_lists_given_up_do_not(tmp_path: Path) -> None:
    stage = Stage(tmp_path, morning={"every": "daily 08:00", "checklist": "daily-health"})
    plan = ListPlan("daily-health")
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()
        stage.set("2026-11-24T08:10")
        await journal.append(Draft("l1", ChecklistOpened(plan), OPER))
        stage.set("2026-11-24T08:20")
        await journal.append(Draft("l1", ChecklistClosed(ListEnding.GIVEN_UP, "no time"), OPER))
        await calendar.look()
        (task,) = calendar.now.tasks
        assert task.standing is Standing.DUE
        assert task.failed is not None
        assert task.failed.note == "given up: no time"
        stage.set("2026-11-24T08:40")
        await journal.append(Draft("l2", ChecklistOpened(plan), OPER))
        stage.set("2026-11-24T09:00")
        await journal.append(Draft("l2", ChecklistClosed(ListEnding.DONE), OPER))
        await calendar.look()
        await calendar.look()
        (done,) = await journal.newest(TaskDone)
        outcome = done.event.outcome
        assert (outcome.walk, outcome.took, outcome.by.name) == ("l2", 1200.0, "oper1")
        assert calendar.now.tasks[0].coming == at("2026-11-25T08:00")


async def test_what_is_said_is_masked_and_what_cannot_be_done_is_refused(stage: Stage) -> None:
    stage.masker.learn("hunter2hunter2")
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        with pytest.raises(RefusedDecisionError, match="did you mean 'backup'"):
            await calendar.skip("bakup", "no reason", OPER)
        with pytest.raises(RefusedDecisionError, match="say in a note"):
            await calendar.finish("backup", "", 0.0, False, OPER)
        with pytest.raises(RefusedDecisionError, match="800 days"):
            await calendar.agenda(0.0, 1e12)
        await calendar.finish("look", "\x1b]0;x\x07fine, hunter2hunter2 " + "x" * 9000, 60.0, False, OPER)
        (row,) = await journal.newest(TaskDone)
        assert "\x1b" not in row.event.outcome.note
        assert "hunter2" not in row.event.outcome.note
        assert len(row.event.outcome.note) <= 4096


async def test_a_task_that_is_done_already_is_written_once_more_only_when_that_is_wanted(
    stage: Stage,
) -> None:
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()
        stage.set("2026-11-24T09:10")
        written, before = await calendar.finish("look", "all green", 60.0, False, OPER)
        assert (written.start, written.by, before) == (at("2026-11-24T09:00"), OPER, None)
        stage.set("2026-11-24T09:20")
        other = Operator("oper2", 1001)
        assert await calendar.finish("look", "", 0.0, False, other) == (None, written)
        assert len(await journal.newest(TaskDone)) == 1
        extra, _ = await calendar.finish("look", "", 0.0, False, other, again=True)
        assert (extra.start, extra.by) == (0.0, other)
        assert len(await journal.newest(TaskDone)) == 2
        # A try that failed, and what the crontab runs, are written as they were.
        await calendar.finish("backup", "no space", 5.0, True, OPER)


async def test_many_rows_are_kept_as_one_and_nothing_is_forgotten(stage: Stage) -> None:
    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.finish("look", "the first of all", 61.0, False, OPER)
        for _ in range(KEEP_AFTER):
            await calendar.finish("backup", "once more", 5.0, True, OPER)
        await calendar.look()
        (kept,) = await journal.newest(TasksKept)
        assert len(kept.event.records) == 2
        before = calendar.now
    async with stage.journal() as journal:
        again = stage.calendar(journal)
        await again.look()
        assert again.now == before
        assert again.now.task("look").last.note == "the first of all"


async def test_a_journal_that_cannot_be_written_is_said_and_nothing_is_claimed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runbooks.journal.errors import JournalError

    async with stage.journal() as journal:
        calendar = stage.calendar(journal)
        await calendar.look()

        async def full(*drafts: Draft) -> None:
            raise JournalError("the disk is full")

        monkeypatch.setattr(journal, "append", full)
        stage.set("2026-11-24T05:00")
        await calendar.look()
        assert calendar.now.trouble == "the disk is full"
        assert calendar.now.task("backup").missed is None
        with pytest.raises(RefusedDecisionError, match="the disk is full"):
            await calendar.finish("look", "done", 0.0, False, OPER)
        monkeypatch.undo()
        await calendar.look()
        assert calendar.now.trouble == ""
        assert calendar.now.task("backup").missed is not None


# With a real agent

TASKS = """
tasks:
  update: {every: by hand, runbook: test, title: Update}
  dump: {every: daily 00:00, command: [sh, -c, 'echo dumped; exit 0'], expected: 5 m}
  broken: {every: daily 00:00, command: [sh, -c, 'echo no space >&2; exit 3']}
  gated: {every: by hand, only: "%s", command: [touch, "%s"]}
  people: {every: by hand}
  watch: {every: daily %s, title: Look at it}
"""
WALK = "runbook: test\nsteps:\n  - {id: one, kind: command, run: ['true'], undo: none}\n"


@pytest.fixture
def place(agents: Any, tmp_path: Path) -> Path:
    hour = (datetime.now().hour + 12) % 24
    hours = f"{hour:02}:00-{hour:02}:30"
    found = agents.system(QUICK + TASKS % (hours, tmp_path / "touched", hours[:5]))
    agents.runbook(found, WALK)
    return found


def test_runs_of_commands_and_what_is_done_by_hand_are_recorded(
    agents: Any, place: Path, walkdown: CommandLine, tmp_path: Path
) -> None:
    try:
        assert walkdown("task", "run", "dump", "--system", place).stdout == "dumped\n"
        failed = walkdown("task", "run", "broken", "--system", place)
        assert failed.returncode == 3
        assert failed.stderr.startswith("no space\n")
        assert "ended with exit code 3" in failed.stderr
        gated = walkdown("task", "run", "gated", "--system", place)
        assert gated.returncode == 14
        assert "may be done" in gated.stderr
        assert not (tmp_path / "touched").exists()
        by_hand = walkdown("task", "done", "people", "--took", "5m", "--note", "swept", "--system", place)
        assert by_hand.returncode == 0, by_hand.stderr
        assert by_hand.stdout == "recorded: people done, now\n"
        first = walkdown("task", "done", "watch", "--system", place)
        assert (first.returncode, first.stderr) == (0, "")
        recorded, coming = first.stdout.splitlines()
        assert recorded == "recorded: Look at it done, beside its times, for none is due"
        assert coming.startswith("next due: ")
        again = walkdown("task", "done", "watch", "--system", place)
        assert again.returncode == 0
        already, nothing, coming = again.stdout.splitlines()
        assert already.startswith("recorded already: Look at it done, by "), already
        assert nothing == "nothing was written; --again writes it down once more"
        assert coming.startswith("next due: ")
        more = walkdown("task", "done", "watch", "--again", "--system", place)
        assert more.stdout.startswith("recorded: Look at it done, beside its times, for none is due\n")
        said = json.loads(walkdown("calendar", "-o", "json", "--system", place).stdout)
        tasks = {task["name"]: task for task in said["tasks"]}
        assert tasks["people"]["last_done"]["took"] == 300
        assert "ended with exit code 3" in tasks["broken"]["failed"]["note"]
        assert tasks["update"]["last_done"] is None
    finally:
        agents.end()


async def test_a_done_walk_of_its_runbook_is_the_task_done(
    agents: Any, place: Path, walkdown: CommandLine
) -> None:
    ran = walkdown("run", "test", "--auto", "--system", place)
    assert ran.returncode == 0, ran.stderr
    async with agents.link(place) as console:
        await console.attached()
        tasks = await console.link.ask(TasksAnswer, AskTasks)
        (walk,) = (await console.link.ask(WalksAnswer, AskWalks)).walks
        rows = (await console.link.ask(EntriesAnswer, lambda number: AskEntries(number, ""))).entries
    (done,) = [row.event for row in rows if isinstance(row.event, TaskDone)]
    assert walk.ending is WalkEnding.DONE
    assert (done.name, done.outcome.walk, done.outcome.by) == ("update", walk.id, walk.opened_by)
    assert tasks.calendar.task("update").last == done.outcome


async def test_a_command_that_is_not_there_is_told_as_a_shell_tells_it(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        code, said = await _ended(("/no/such/program", "x y"), lock.fileno())
        assert (code, said.startswith("/no/such/program 'x y' cannot be run")) == (127, True)
        code, said = await _ended((str(tmp_path),), lock.fileno())
        assert code == 126


async def test_consoles_are_told_of_tasks_as_they_move(agents: Any, place: Path) -> None:
    async with agents.link(place) as console:
        event = await console.until(lambda e: isinstance(e, CalendarMoved) and e.calendar.tasks)
        assert {task.name for task in event.calendar.tasks} >= {"update", "dump", "people"}
        answer = await console.link.ask(TasksAnswer, AskTasks)
        assert answer.calendar.task("people").standing is Standing.BY_HAND


def test_a_task_runs_once_at_a_time_and_its_signals_reach_the_command(
    tmp_path: Path, walkdown: CommandLine
) -> None:
    begun = tmp_path / "begun"
    slow = f"tasks: {{slow: {{every: by hand, command: [sh, -c, 'touch {begun}; exec sleep 60']}}}}\n"
    place = walkdown.system(QUICK + slow, "quick")
    with walkdown.started("task", "run", "slow", "--system", place) as child:
        wait_until(begun.exists)
        again = walkdown("task", "run", "slow", "--system", place)
        assert (again.returncode, again.stderr) == (14, "not begun: slow still runs\n")
        child.terminate()
        assert child.wait(30) == 128 + 15
    said = json.loads(walkdown("calendar", "-o", "json", "--system", place).stdout)
    assert "was ended by signal SIGTERM" in said["tasks"][0]["failed"]["note"]

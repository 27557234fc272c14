"""Owns the tasks of an agent: taken up, counted as done, found to be missed, written down, told as they move.

Nothing here runs a task. A walk, a list or a command fulfils it, or somebody says that it was done; what was
missed while no agent ran is found once, all of it together, by the next one.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable

from agent.calendar_messages import CalendarMoved
from agent.fulfilling import ENDS, finished_runs
from agent.kept import Kept
from agent.live import LiveSystem
from checks.board import Notice
from checks.clock import Clock
from checks.masking import Masker
from checks.recurrence.zones import zone_named
from checks.suggest import did_you_mean
from checks.system import System
from runbooks.calendar import ruling
from runbooks.calendar.agenda import KINDS as TOLD
from runbooks.calendar.agenda import agenda
from runbooks.calendar.fold import KINDS, Records, fold_all
from runbooks.calendar.plan import TaskPlan, tasks_of
from runbooks.calendar.ruling import Run, Times
from runbooks.calendar.state import Agenda, CalendarNow
from runbooks.calendar.warnings import schedule_warnings
from runbooks.calendar.wording import missed_words
from runbooks.errors import RefusedDecisionError
from runbooks.events import Event
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import WALKDOWN, Operator
from runbooks.task_events import TaskDone, TaskFailed, TaskOutcome, TaskRecord, TasksKept, TaskSkipped
from runbooks.windows.plan import WindowPlan, windows_of

SOURCE = "calendar"
WARN_EVERY = 6 * 3600.0
"""Seconds between two looks at what overlaps, by what tasks usually take then."""
KEEP_AFTER = 400
"""Rows about tasks after which all that they come to is written once more, as one row."""
READ = 1000
"""Rows of a kind that are read at most; more are never needed, for those before were kept as one."""
WIDEST = 800 * 86400.0
"""Seconds of an agenda."""

Ended = TaskDone | TaskFailed | TaskSkipped
"""What somebody says of a task."""

log = logging.getLogger(__name__)


class Calendar(Kept[CalendarNow]):
    """The tasks of one system: counted and missed as that happens while `run` runs, or done by hand."""

    called = "calendar"
    look_every = 1.0

    def __init__(self, live: LiveSystem, journal: Journal, masker: Masker, clock: Clock) -> None:
        """Know nothing yet."""
        super().__init__(CalendarNow(), live, journal, masker, clock)
        self._records: Records = {}
        self._rows = 0
        """Rows about tasks since all of them were kept as one."""
        self._seen = -1
        """The newest row of the journal when walks and lists were last looked at."""
        self._tasks: dict[str, TaskPlan] = {}
        self._windows: tuple[WindowPlan, ...] = ()
        self._planned_for: System | None = None
        """The system whose plans they are."""
        self._looked_at, self._moves_at = 0.0, 0.0
        """When it was last reckoned what is due, and when that changes by itself."""
        self._warnings: tuple[str, ...] = ()
        self._warned_at = -math.inf
        self._notices: tuple[Notice, ...] = ()

    def told(self) -> CalendarMoved:
        """Return how all tasks stand, for consoles."""
        return CalendarMoved(self._now)

    # What consoles ask and decide

    async def agenda(self, start: float, end: float) -> Agenda:
        """Return what is in the calendar between two moments.

        Raises:
            RefusedDecisionError: when the time is too long.
            JournalError: when what has been cannot be read.
        """
        if not 0 <= end - start <= WIDEST:
            raise RefusedDecisionError("a calendar is told for 800 days at most")
        await self.look()
        entries = await self._journal.newest(*TOLD, limit=READ)
        zone = zone_named(self._live.system.info.timezone)
        now, records = self._clock.now(), dict(self._records)
        tasks = tuple(self._tasks.values())
        return await asyncio.to_thread(agenda, self._windows, tasks, records, entries, start, end, now, zone)

    async def finish(
        self, name: str, note: str, took: float, failed: bool, operator: Operator, *, again: bool = False
    ) -> tuple[TaskOutcome | None, TaskOutcome | None]:
        """Write down that a task was done, or tried in vain; return what was written, and what was before.

        When its last time is recorded as done and none is due, that is returned and nothing is written,
        unless it is wanted `again`.

        Raises:
            RefusedDecisionError: when it may not be said; says why.
        """
        said, found = self._safe(note), list[TaskOutcome]()

        def rule(plan: TaskPlan, record: TaskRecord) -> Ended | None:
            now = self._clock.now()
            before = None if again or failed else ruling.already(plan, record, now)
            if before is not None:
                found.append(before)
                return None
            return ruling.done_by_hand(plan, record, Run(now, took, operator, note=said, failed=failed))

        written = await self._decide(name, rule, operator)
        return written, found[0] if found else None

    async def skip(self, name: str, reason: str, operator: Operator) -> TaskOutcome | None:
        """Leave a task out that is due, or acknowledge that it was missed; return what was written.

        Raises:
            RefusedDecisionError: when it may not be; says why.
        """
        said = self._safe(reason)

        def rule(plan: TaskPlan, record: TaskRecord) -> Ended:
            return ruling.skipped(plan, record, said, operator, self._clock.now())

        return await self._decide(name, rule, operator)

    async def _decide(
        self, name: str, rule: Callable[[TaskPlan, TaskRecord], Ended | None], operator: Operator
    ) -> TaskOutcome | None:
        async with self._decision():
            if self._trouble:
                raise RefusedDecisionError(self._trouble)
            if (plan := self._tasks.get(name)) is None:
                known = f"; tasks: {', '.join(self._tasks) or 'none'}"
                raise RefusedDecisionError(
                    f"no task is called {name!r}{did_you_mean(name, self._tasks) or known}"
                )
            await self._find_missed(collect=False)
            event = rule(plan, self._records[name])
            if event is None:
                return None
            await self._write(event, operator)
            return event.outcome

    # What happens by itself

    async def _learn(self) -> None:
        kept = await self._journal.newest(TasksKept, limit=1)
        after = kept[-1].seq if kept else 0
        kinds = [kind for kind in KINDS if kind is not TasksKept]
        rows = [row for row in await self._journal.newest(*kinds, limit=READ) if row.seq > after]
        self._records = fold_all((*kept, *rows))
        self._rows = len(rows)

    async def _do_due(self) -> None:
        await self._take_up()
        await self._count()
        if self._is_time:
            await self._find_missed()
        await self._keep()

    async def _take_up(self) -> None:
        """Write down which tasks are expected from now on, and which no longer."""
        if self._seen < 0:
            for event in ruling.taken_up(self._tasks.values(), self._records.values()):
                await self._write(event, WALKDOWN)

    async def _count(self) -> None:
        """Count the walks and lists that have ended."""
        head = self._journal.head.seq
        if head == self._seen:
            return
        ended = max((row.seq for row in await self._journal.newest(*ENDS, limit=1)), default=0)
        if ended <= self._seen:
            self._seen = head
            return
        for name, run in await finished_runs(self._journal, tuple(self._tasks.values()), self._records):
            plan = self._tasks[name]
            lost = ruling.missed(plan, self._records[name], run.at, collect=False)
            if lost is not None:
                await self._write(lost, WALKDOWN)
            counted = ruling.counted(plan, self._records[name], run)
            if counted is not None:
                await self._write(counted, WALKDOWN)
        self._seen = head

    @property
    def _is_time(self) -> bool:
        """Return whether something may be another way than when it was last reckoned."""
        behind = bool(self._trouble or self._now.trouble)
        return behind or not self._looked_at <= self._clock.now() < self._moves_at

    async def _find_missed(self, *, collect: bool = True) -> None:
        """Write down what was missed."""
        for plan in self._tasks.values():
            lost = ruling.missed(plan, self._records[plan.name], self._clock.now(), collect=collect)
            if lost is not None:
                log.warning("missed: %s", plan.name)
                await self._write(lost, WALKDOWN)

    async def _keep(self) -> None:
        """Write all that is known as one row, when many have come since the last one."""
        if self._rows >= KEEP_AFTER:
            await self._journal.append(Draft("", TasksKept(tuple(self._records.values()))))
            self._rows = 0

    async def _write(self, event: Event, operator: Operator) -> None:
        self._records = fold_all(await self._journal.append(Draft("", event, operator)), self._records)
        self._rows += 1
        self._moves_at = 0.0

    def _plan(self) -> None:
        """Take in the plans of the system as it is now."""
        system = self._live.system
        if system is not self._planned_for:
            self._planned_for = system
            self._tasks = {plan.name: plan for plan in tasks_of(system)}
            self._windows = windows_of(system)
            self._seen, self._moves_at, self._warned_at = -1, 0.0, -math.inf

    async def _warn(self) -> None:
        """Reckon what overlaps and what does not fit, now and then."""
        at = self._clock.monotonic()
        if at - self._warned_at < WARN_EVERY:
            return
        self._warned_at = at
        usual = {name: ruling.usual(record) for name, record in self._records.items()}
        zone = zone_named(self._live.system.info.timezone)
        tasks, now = tuple(self._tasks.values()), self._clock.now()
        self._warnings = await asyncio.to_thread(schedule_warnings, self._windows, tasks, usual, now, zone)
        self._moves_at = 0.0

    async def _stand(self) -> CalendarNow:
        await self._warn()
        if self._moves.version and not self._is_time:
            return self._now
        at = self._clock.now()
        self._looked_at, self._moves_at = at, math.inf
        tasks = []
        for plan in self._tasks.values():
            record = self._records.get(plan.name) or TaskRecord(plan.name, since=at)
            self._moves_at = min(self._moves_at, _edge(ruling.times(plan, record, at), record, at))
            tasks.append(ruling.stands(plan, record, at))
        now = CalendarNow(tuple(sorted(tasks, key=ruling.order)), self._warnings, self._trouble)
        self._announce(now)
        return now

    def _announce(self, now: CalendarNow) -> None:
        """Show what was missed on every board."""
        zone = zone_named(self._live.system.info.timezone)
        notices = tuple(
            Notice(SOURCE, missed_words(task, zone), at=task.missed.at) for task in now.tasks if task.missed
        )
        if notices != self._notices:
            self._notices = notices
            self._live.announce(SOURCE, notices)


def _edge(found: Times, record: TaskRecord, at: float) -> float:
    """Return when a task is another way by itself."""
    edge = found.moves_at(at)
    if found.lost and record.missed is not None:
        edge = min(edge, record.missed.at + ruling.COLLECTED)
    return edge

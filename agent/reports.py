"""Owns the reports of an agent: made when they are due, and of each window that has closed; kept and listed.

What was due while no agent ran is made once at the next start, the newest of each name only. Making one is
done in a thread of its own: probing and walking go on meanwhile. What cannot be written is a notice and is
tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from agent.live import LiveSystem
from agent.report_making import ReportWish, make, rendered, window_of
from agent.report_messages import PlannedReport
from checks import paths
from checks.board import Notice
from checks.clock import Clock
from checks.errors import StoreError, UsageError
from runbooks.composing import Composed
from runbooks.errors import RefusedDecisionError
from runbooks.events import JournalBegun
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.kept_reports import KeptReport
from runbooks.operators import WALKDOWN, Operator
from runbooks.report_events import ReportWritten
from runbooks.report_plans import WINDOW, plan_of, plans_of
from runbooks.report_shelf import SUFFIXES, listed, prune, read, save
from runbooks.section_registry import DEFAULTS
from runbooks.windows.fold import KINDS
from runbooks.windows.past import ended, past_windows
from runbooks.windows.state import WindowState

SOURCE = "reports"
LOOK_EVERY = 5.0
"""Seconds between two looks at what is due."""
SETTLED = 60.0
"""Seconds after its end in which a window is rechecked; then its report is made."""
CAUGHT_UP = 7 * 86400.0
"""Seconds after its end in which the report of a window is still made."""
RETRY = 600.0
"""Seconds until what could not be made is tried again."""
REMEMBERED = 500
"""Reports of each look into the journal, and windows."""
AFTER_A_WINDOW = "when a window has closed"

log = logging.getLogger(__name__)

T = TypeVar("T")


class Reports:
    """The reports of one system, while `run` runs."""

    def __init__(self, live: LiveSystem, source: Path | None, journal: Journal, clock: Clock) -> None:
        """Make none yet."""
        self._live = live
        self._source = source
        self._journal = journal
        self._clock = clock
        self._folder = paths.reports_folder(source)
        self._thread = ThreadPoolExecutor(1, "reports")
        self._done: set[tuple[str, float]] = set()
        """What was made: name and end of the time told of, or the opening of the window."""
        self._known = False
        """Whether the journal was asked what agents before this one have made."""
        self._begun_at = 0.0
        self._retry_at = 0.0
        self._past: tuple[WindowState, ...] = ()
        self._windows_at = -1
        """The last row of the journal when they were read."""

    @property
    def folder(self) -> Path:
        """Return where they are kept."""
        return self._folder

    async def run(self) -> None:
        """Make what is due, again and again, until cancelled."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Make what is due now; what cannot be is said in a notice, and tried again after a while."""
        if self._clock.monotonic() < self._retry_at:
            return
        try:
            await self._recall()
            for wish, key in await self._due():
                await self._make(wish, WALKDOWN, due=True)
                self._done.add(key)
        except (OSError, StoreError, UsageError) as error:
            log.warning("a report could not be made: %s", error)
            self._retry_at = self._clock.monotonic() + RETRY
            notice = Notice(SOURCE, f"a report that is due could not be made: {error}", at=self._clock.now())
            self._live.announce(SOURCE, (notice,))
        else:
            self._live.announce(SOURCE, ())

    async def make(self, name: str, since: float, until: float, operator: Operator) -> str:
        """Make a report by somebody's wish, keep it, and return its name.

        Raises:
            RefusedDecisionError: when it cannot be; says why.
        """
        try:
            return await self._make(ReportWish(name, self._clock.now(), since, until), operator, due=False)
        except (OSError, StoreError, UsageError) as error:
            raise RefusedDecisionError(str(error)) from error

    async def kept(self) -> tuple[KeptReport, ...]:
        """Return the reports that are kept, newest first.

        Raises:
            RefusedDecisionError: when the folder cannot be read.
        """
        try:
            return await self._run(partial(listed, self._folder))
        except OSError as error:
            raise RefusedDecisionError(str(error)) from error

    async def text(self, file: str, form: str) -> str:
        """Return what a kept report says.

        Raises:
            StoreError: when there is no such report.
        """
        return await self._run(partial(read, self._folder, file, form))

    def planned(self) -> tuple[PlannedReport, ...]:
        """Return the reports that are made by themselves, and when."""
        now, plans = self._clock.now(), plans_of(self._live.system, DEFAULTS)
        timed = tuple(
            PlannedReport(plan.name, plan.every, plan.next_due(now)) for plan in plans if plan.every
        )
        return (*timed, PlannedReport(WINDOW, AFTER_A_WINDOW, 0.0))

    async def _recall(self) -> None:
        """Learn from the journal what was made before, once."""
        if self._known:
            return
        for entry in await self._journal.newest(ReportWritten, limit=REMEMBERED):
            event = entry.event
            if isinstance(event, ReportWritten) and event.due:
                self._done.add((event.name, event.since if event.name.startswith(WINDOW) else event.until))
        begun = await self._journal.newest(JournalBegun, limit=1)
        self._begun_at = begun[0].at if begun else self._clock.now()
        self._known = True

    async def _due(self) -> list[tuple[ReportWish, tuple[str, float]]]:
        """Return what is to be made now, with what tells each from the others."""
        now, system = self._clock.now(), self._live.system
        found = []
        for plan in plans_of(system, DEFAULTS):
            span = plan.last_due(now)
            if span is not None and span.end > self._begun_at:
                found.append((ReportWish(plan.name, now, span.start, span.end), (plan.name, span.end)))
        for state in await self._windows():
            if SETTLED < now - ended(state, now) < CAUGHT_UP:
                wish = ReportWish(f"{WINDOW}:{state.name}", now, opened_at=state.opened_at)
                found.append((wish, (f"{WINDOW}-{state.name}", state.opened_at)))
        return [(wish, key) for wish, key in found if key not in self._done]

    async def _windows(self) -> tuple[WindowState, ...]:
        """Return the newest windows; the journal is only asked when something was written since."""
        head = self._journal.head.seq
        if head != self._windows_at:
            self._past = past_windows(await self._journal.newest(*KINDS, limit=REMEMBERED))
            self._windows_at = head
        return self._past

    async def _make(self, wish: ReportWish, operator: Operator, *, due: bool) -> str:
        system = self._live.system
        report = await self._run(partial(make, system, self._source, wish))
        texts = await self._run(partial(rendered, report, system, tuple(SUFFIXES)))
        name = _name(report)
        saved = await self._run(partial(save, self._folder, name, wish.now, texts))
        main = f"{saved.file}{SUFFIXES['json']}"
        others = {file: sha256 for file, sha256 in saved.sha256.items() if file != main}
        event = ReportWritten(name, main, saved.sha256[main], report.since, report.until, due, others)
        try:
            await self._journal.append(Draft("", event, operator))
        except JournalError as error:
            log.warning("the report %s is kept, and the journal does not say so: %s", saved.file, error)
        keep = plan_of(system, report.name, DEFAULTS).keep
        await self._run(partial(prune, self._folder, name, wish.now - keep))
        log.info("report %s is kept", saved.file)
        return saved.file

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _name(report: Composed) -> str:
    """Return under what name a report is kept: a window's has the name of the window in it."""
    return f"{WINDOW}-{window_of(report)}" if report.name == WINDOW and window_of(report) else report.name

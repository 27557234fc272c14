"""Owns all that an agent keeps beside its checks: the journal, and whoever writes in it, opened around it.

Each part is given the journal and the live system; none opens a file of another. To add a part: make it here
(a `Kept` when it decides and tells), let its clerk answer, run its loop, and tell consoles of it when
it moves.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from agent.admission import Admission
from agent.baselines import Baselines
from agent.calendar import Calendar
from agent.checklists import Checklists
from agent.clerk import Clerk
from agent.clerks.access import AccessClerk
from agent.clerks.baselines import BaselineClerk
from agent.clerks.calendar import CalendarClerk
from agent.clerks.checklists import ChecklistClerk
from agent.clerks.checks import CheckClerk
from agent.clerks.incidents import IncidentClerk
from agent.clerks.notices import NoticeClerk
from agent.clerks.quiet import QuietClerk
from agent.clerks.reports import ReportClerk
from agent.clerks.walks import WalkClerk
from agent.clerks.windows import WindowClerk
from agent.incidents import IncidentBook
from agent.live import LiveSystem
from agent.notice_drafts import NoticeDrafts
from agent.notices import Notices, Post
from agent.presence import Presence
from agent.rechecks import Rechecks
from agent.refusals import Refusals
from agent.reports import Reports
from agent.silences import Silences
from agent.standing import Standing
from agent.walks import Walks
from agent.window_view import list_in_window, walk_in_window
from agent.windows import Windows
from checks import paths
from checks.board import Notice
from checks.clock import Clock
from checks.masking import Masker
from runbooks.journal.journal import Journal

SOURCE = "journal"
LOOK_EVERY = 1.0
"""Seconds between two looks at whether the journal can be used."""


class Keeping:
    """The journal of one agent and its parts, while `opened` is open."""

    def __init__(
        self, live: LiveSystem, source: Path | None, post: Post, masker: Masker, clock: Clock
    ) -> None:
        """Make every part; the journal is opened later. `post` takes messages to people."""
        self._live = live
        self._clock = clock
        self.journal = Journal(paths.journal_file(source), clock)
        self.admission = Admission(live)
        self.presence = Presence()
        self.baselines = Baselines(live, self.journal)
        self.windows = Windows(live, self.journal, masker, clock)
        self.rechecks = Rechecks(live, self.windows, self.baselines, clock)
        self.checklists = Checklists(live, source, self.journal, self.windows, masker, clock)
        self.calendar = Calendar(live, self.journal, masker, clock)
        self.walks = Walks(
            live, source, self.journal, self.baselines, self.windows, self.admission, masker, clock
        )
        self.baselines.walking = lambda: self.walks.open_walks
        self.walks.attending = self.presence.attending
        self.silences = Silences(live, self.journal, self.windows, self.walks, masker, clock)
        self.refusals = Refusals(self.journal, self.walks, clock)
        self.incidents = IncidentBook(live, self.journal, masker, clock)
        drafts = NoticeDrafts(
            live,
            source,
            self.journal,
            self.windows,
            self.baselines,
            lambda: self.incidents.incidents,
            masker,
            clock,
        )
        self.notices = Notices(live, self.journal, drafts, post, masker, clock)
        self.reports = Reports(live, source, self.journal, clock)
        self.windows.listing = lambda: tuple(map(list_in_window, self.checklists.now.open))
        self.windows.walking = lambda: tuple(map(walk_in_window, self.walks.open_ones))

    @property
    def clerks(self) -> tuple[Clerk, ...]:
        """Return whoever answers consoles."""
        return (
            CheckClerk(self._live),
            WalkClerk(self.walks, self.refusals),
            WindowClerk(self.windows),
            BaselineClerk(self.baselines),
            NoticeClerk(self._live, self.notices),
            IncidentClerk(self.incidents),
            AccessClerk(self.presence, self.walks),
            ChecklistClerk(self.checklists),
            CalendarClerk(self.calendar, self.refusals),
            ReportClerk(self.reports),
            QuietClerk(self.silences, self._live),
        )

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Return what consoles are told of as it stands, whenever it moves."""
        return (
            self.presence,
            self.windows,
            self.checklists,
            self.calendar,
            self.notices,
            self.incidents,
            self.silences,
        )

    @property
    def busy(self) -> bool:
        """Return whether something is under way that needs the agent."""
        return bool(self.walks.under_way or self.windows.is_open or self.rechecks.busy)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open the journal and let every part do its work while the context is open."""
        async with self.journal:
            await self.windows.look()
            await self.silences.look()
            async with self.walks.opened(), asyncio.TaskGroup() as tasks:
                loops = (
                    tasks.create_task(self.windows.run(), name="windows"),
                    tasks.create_task(self.silences.run(), name="silences"),
                    tasks.create_task(self.checklists.run(), name="checklists"),
                    tasks.create_task(self.rechecks.run(), name="rechecks"),
                    tasks.create_task(self.calendar.run(), name="calendar"),
                    tasks.create_task(self.notices.run(), name="notices"),
                    tasks.create_task(self.incidents.run(), name="incidents"),
                    tasks.create_task(self.reports.run(), name="reports"),
                    tasks.create_task(self._watch_journal(), name="watch the journal"),
                )
                try:
                    yield
                finally:
                    for loop in loops:
                        loop.cancel()

    async def _watch_journal(self) -> None:
        """Say for as long as it is so that the journal cannot be used."""
        said = ""
        while True:
            if self.journal.broken != said:
                said = self.journal.broken
                self._live.announce(SOURCE, (Notice(SOURCE, said),) if said else ())
            await self._clock.sleep(LOOK_EVERY)

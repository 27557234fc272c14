"""Owns the notices that could be sent: read as their files are now, judged, filled in with how it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from agent.baselines import Baselines
from agent.filled import FilledTexts, key_of
from agent.live import LiveSystem
from agent.notice_messages import AskDraft
from agent.shelf import Shelf
from agent.turns import Turns
from agent.windows import Windows
from checks.board import EMPTY
from checks.clock import Clock
from checks.errors import UsageError
from checks.masking import Masker
from checks.text import clean
from runbooks.comparison import Comparison
from runbooks.contacts import contacts_of
from runbooks.errors import RefusedDecisionError
from runbooks.incidents.state import Incident
from runbooks.journal.journal import Journal
from runbooks.live import WalkHead
from runbooks.notice_events import NoticeKind
from runbooks.notices.about import about
from runbooks.notices.document import NoticeText
from runbooks.notices.filling import filled_in
from runbooks.notices.order import Filled, Task
from runbooks.notices.shelf import FOLDER, NoticeShelf, judged, problems_of, read_shelf, task_of
from runbooks.notices.state import DraftNotice, NoticeHead, sealed
from runbooks.notices.telling import Facts, values_of
from runbooks.operators import Operator
from runbooks.windows.plan import Occurrence, windows_of

LONGEST_SUBJECT = 160
"""Characters."""
LONGEST = 32 * 1024
"""Characters of a text."""
LONGEST_IMPACT = 1000
MOST_TASKS = 100
AT_ONCE = 2
"""Drafts that are filled in at the same time, each for another person; others wait their turn."""
WAITING = 20
"""Drafts of one person that wait."""
LISTED = 100
"""Walks that are told of at most."""


class NoticeDrafts:
    """The notices of one system as they would be sent now."""

    def __init__(
        self,
        live: LiveSystem,
        source: Path | None,
        journal: Journal,
        windows: Windows,
        baselines: Baselines,
        incidents: Callable[[], Mapping[str, Incident]],
        masker: Masker,
        clock: Clock,
    ) -> None:
        """Read nothing yet; `incidents` returns those that there are."""
        self._live = live
        self._source = source
        self._journal = journal
        self._windows = windows
        self._baselines = baselines
        self._incidents = incidents
        self._runbooks = Shelf(live, source)
        self._masker = masker
        self._clock = clock
        self._shelf = NoticeShelf()
        self._read_as: tuple[str, ...] | None = None
        """The files as they were when they were read."""
        self._reading = asyncio.Lock()
        self._turns = Turns(AT_ONCE, WAITING)
        self._filled = FilledTexts(clock)

    async def shelf(self) -> NoticeShelf:
        """Return the notices as their files are now, judged."""
        async with self._reading:
            system = self._live.system
            timezone, windows = system.info.timezone, tuple(system.sections.get("windows") or ())
            files = (timezone, *windows, *await asyncio.to_thread(_files, self._source))
            if files != self._read_as:
                self._shelf = await judged(
                    await asyncio.to_thread(read_shelf, self._source), timezone, windows
                )
                self._read_as = files
            return self._shelf

    @property
    def early(self) -> Mapping[str, float]:
        """Return for which planned start windows were opened early: that time does not come any more."""
        return self._windows.state.early

    async def heads(self) -> tuple[NoticeHead, ...]:
        """Return what there is to be sent, and what cannot be used."""
        shelf = await self.shelf()
        return (
            *(NoticeHead(text.name, text.kind, text.window) for text in shelf.texts),
            *(NoticeHead(one.name, problems=tuple(map(str, one.problems))) for one in shelf.broken),
        )

    async def text(self, name: str) -> NoticeText:
        """Return the notice of that name.

        Raises:
            RefusedDecisionError: when there is none that can be used; says why.
        """
        try:
            return (await self.shelf()).text(name)
        except UsageError as error:
            raise RefusedDecisionError(str(error)) from error

    async def draft(self, ask: AskDraft, operator: Operator) -> DraftNotice:
        """Return the notice as it would be sent.

        Raises:
            RefusedDecisionError: when it cannot be filled in; says why.
        """
        async with self._turns.turn(operator):
            text = await self.text(ask.notice)
            facts = await self._facts(text, ask, operator)
            named = {"impact"} if facts.impact else set()
            parts = tuple(part for part in task_of(text) if part[0] not in named)
            filled = await self._fill_in(Task(parts, values_of(facts)))
        if filled.mistakes:
            raise RefusedDecisionError("\n".join(map(str, problems_of(text, filled))))
        occurrence = facts.occurrence
        draft = DraftNotice(
            text.name,
            text.kind,
            filled.parts["subject"],
            filled.parts["body"],
            occurrence.window if occurrence else "",
            occurrence.span.start if occurrence else 0.0,
            occurrence.span.end if occurrence else 0.0,
            facts.incident.id if facts.incident else "",
        )
        return self.safe_draft(draft)

    def safe_draft(self, draft: DraftNotice) -> DraftNotice:
        """Return a draft as it may be sent, with the hash of that."""
        subject, body = self.safe_subject(draft.subject), self.safe(draft.body)
        return sealed(msgspec.structs.replace(draft, subject=subject, body=body))

    async def _fill_in(self, task: Task) -> Filled:
        """Return a text filled in, as it was a moment ago where nothing has changed since."""
        timezone = self._live.system.info.timezone
        key = key_of(task, timezone)
        filled = self._filled.of(key)
        if filled is None:
            (filled,) = await filled_in((task,), timezone)
            self._filled.keep(key, filled)
        return filled

    def safe(self, text: str) -> str:
        """Return a text as it may be sent: masked, clean, not too long."""
        return clean(self._masker.mask(text), lines=True).strip("\n")[:LONGEST]

    def safe_subject(self, text: str) -> str:
        """Return a subject as it may be sent, in one line."""
        return clean(" ".join(self._masker.mask(text).split()))[:LONGEST_SUBJECT]

    async def _facts(self, text: NoticeText, ask: AskDraft, operator: Operator) -> Facts:
        now, state = self._clock.now(), self._windows.now.state
        system, engine = self._live.system, self._live.engine
        occurrence = about(text.kind, ask.window or text.window, windows_of(system), state, now, ask.starts)
        return Facts(
            system.info,
            engine.snapshot if engine is not None else EMPTY,
            now,
            operator,
            occurrence,
            self._windows.until() if text.kind is not NoticeKind.ANNOUNCEMENT else 0.0,
            ask.tasks[:MOST_TASKS] or await self._planned(text, occurrence),
            await self._walks(text, occurrence, now),
            await self._difference(text, occurrence),
            self._incident(ask.incident),
            contacts_of(system.sections),
            self._masker.mask(ask.impact.strip())[:LONGEST_IMPACT],
        )

    async def _planned(self, text: NoticeText, occurrence: Occurrence | None) -> tuple[str, ...]:
        """Return what the text says is planned, runbooks by their titles; else the tasks of the window."""
        if text.tasks:
            titles = {plan.name: plan.title for plan in (await self._runbooks.library()).plans}
            return tuple(titles.get(task) or task for task in text.tasks)
        if occurrence is None:
            return ()
        tasks = self._live.system.sections.get("tasks") or {}
        fitting = {name: one for name, one in tasks.items() if one.get("window") == occurrence.window}
        return tuple(str(one.get("title") or name) for name, one in fitting.items())

    async def _walks(
        self, text: NoticeText, occurrence: Occurrence | None, now: float
    ) -> tuple[WalkHead, ...]:
        """Return the walks since the window opened, oldest first."""
        if text.kind is NoticeKind.ANNOUNCEMENT or occurrence is None:
            return ()
        span = occurrence.span
        heads = await self._journal.walks(LISTED)
        until = span.end if self._windows.until() == 0 else now
        return tuple(head for head in reversed(heads) if span.start <= head.opened_at <= until)

    async def _difference(self, text: NoticeText, occurrence: Occurrence | None) -> Comparison | None:
        """Return what is different from the baseline of the window; only where the text tells of it."""
        if occurrence is None or not any("difference" in part.text for _, part in text.parts):
            return None
        with contextlib.suppress(RefusedDecisionError):  # no baseline was taken
            return await self._baselines.difference(occurrence.window)
        return None

    def _incident(self, name: str) -> Incident | None:
        """Return the incident of that id; the only one that is open when none is named.

        Raises:
            RefusedDecisionError: when there is none of that id.
        """
        known = self._incidents()
        if name:
            if name not in known:
                raise RefusedDecisionError(f"there is no incident {name!r}")
            return known[name]
        still_open = [one for one in known.values() if one.is_open]
        return still_open[0] if len(still_open) == 1 else None


def _files(source: Path | None) -> tuple[str, ...]:
    """Return what tells whether the files of notices have changed."""
    if source is None:
        return ()
    found = []
    with contextlib.suppress(OSError):
        for file in sorted((source / FOLDER).iterdir()):
            about = file.stat()
            found.append(f"{file.name} {about.st_mtime_ns} {about.st_size}")
    return tuple(found)

"""Owns the shelf of runbooks of an agent: read again when its files change, with what is known of each.

A runbook that is broken is shown as such; the others, and the checks, go on.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from agent.fingerprint import fingerprint
from agent.live import LiveSystem
from runbooks.document.shelf import Library
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.library import load_library
from runbooks.live import BrokenRunbook, Runbooks, WalkHead
from runbooks.model import Plan
from runbooks.walk_events import WalkEnding
from runbooks.windows.durations import usual_seconds

LISTED = 500
"""Walks that are looked at to say how long runbooks take and when they were walked last."""


class Shelf:
    """The runbooks of one system."""

    def __init__(self, live: LiveSystem, source: Path | None) -> None:
        """Read nothing yet."""
        self._live = live
        self._source = source
        self._read: tuple[str, Library] | None = None
        self._reading = asyncio.Lock()

    async def library(self) -> Library:
        """Return the runbooks as their files are now."""
        async with self._reading:
            configuration = await asyncio.to_thread(fingerprint, self._source)
            if self._read is None or self._read[0] != configuration:
                found = await asyncio.to_thread(load_library, self._live.system, self._source)
                self._read = (configuration, self._with_targets(found))
            return self._read[1]

    def _with_targets(self, library: Library) -> Library:
        """Return the library in which every plan says what it changes: the system, when nothing else."""
        system = self._live.system.info.name
        plans = tuple(replace(plan, target=plan.target or system) for plan in library.plans)
        return replace(library, plans=plans)

    async def still_says(self, plan: Plan) -> bool:
        """Return whether the files still say what this plan says."""
        return plan.sha256 in {known.sha256 for known in (await self.library()).plans}

    async def plan(self, runbook: str) -> Plan:
        """Return the plan of that name.

        Raises:
            RefusedDecisionError: when there is none that can be walked; says why.
        """
        return (await self.library()).usable(runbook)

    async def runbooks(self, journal: Journal) -> Runbooks:
        """Return all of them, and when each was walked last."""
        library = await self.library()
        broken = tuple(
            BrokenRunbook(one.file, tuple(str(problem) for problem in one.problems)) for one in library.broken
        )
        try:
            heads = await journal.walks(LISTED)
        except JournalError as error:
            return Runbooks(library.plans, broken, trouble=str(error))
        last: dict[str, WalkHead] = {}
        for head in heads:
            last.setdefault(head.runbook, head)
        return Runbooks(library.plans, broken, _usual(heads), last, journal.broken)

    async def usual(self, plan: Plan, journal: Journal) -> dict[str, float]:
        """Return the seconds that each step usually takes: from past walks, else as the runbook says."""
        return usual_seconds(plan, await journal.durations(plan.name))


def _usual(heads: tuple[WalkHead, ...]) -> dict[str, float]:
    """Return the median of the seconds that walks took which were done, by runbook."""
    took: defaultdict[str, list[float]] = defaultdict(list)
    for head in heads:
        if head.ending is WalkEnding.DONE:
            took[head.runbook].append(head.ended_at - head.opened_at)
    return {runbook: statistics.median(seconds) for runbook, seconds in took.items()}

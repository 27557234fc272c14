"""Owns the shelf of checklists of an agent: read again when their files change."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent.fingerprint import fingerprint
from agent.live import LiveSystem
from runbooks.checklist_library import load_lists
from runbooks.checklist_plan import ListPlan
from runbooks.checklists.shelf import EMPTY, ListLibrary
from runbooks.checklists.state import BrokenList


class ListShelf:
    """The checklists of one system."""

    def __init__(self, live: LiveSystem, source: Path | None) -> None:
        """Read nothing yet."""
        self._live = live
        self._source = source
        self._seen: tuple[str, object] | None = None
        """The files and the system that the lists were read of."""
        self.library: ListLibrary = EMPTY
        """As it was read last."""
        self._reading = asyncio.Lock()

    async def read(self) -> ListLibrary:
        """Return the lists as their files are now; a file that is broken leaves the others usable."""
        async with self._reading:
            system = self._live.system
            configuration = await asyncio.to_thread(fingerprint, self._source)
            if self._seen != (configuration, system.info):
                self.library = await asyncio.to_thread(load_lists, system, self._source)
                self._seen = (configuration, system.info)
            return self.library

    async def plan(self, name: str) -> ListPlan:
        """Return the list of that name.

        Raises:
            RefusedDecisionError: when there is none that can be opened; says why.
        """
        return (await self.read()).usable(name)

    def broken(self) -> tuple[BrokenList, ...]:
        """Return the files that hold no usable list."""
        return tuple(BrokenList(one.file, tuple(map(str, one.problems))) for one in self.library.broken)

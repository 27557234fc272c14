"""Owns the baselines of an agent: taken, written into the journal, and compared with how things are now."""

from __future__ import annotations

import re

from agent.live import LiveSystem
from checks.board import Snapshot
from runbooks.baseline import baseline_of, difference
from runbooks.comparison import Comparison
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import WALKDOWN, Operator
from runbooks.window_events import BaselineTaken

SEARCHED = 200
"""The newest baselines among which one is looked for."""
_NAME = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")


class Baselines:
    """The baselines of one system."""

    def __init__(self, live: LiveSystem, journal: Journal) -> None:
        """Take none yet."""
        self._live = live
        self._journal = journal

    async def keep(
        self, snapshot: Snapshot, name: str, occasion: str, operator: Operator = WALKDOWN
    ) -> BaselineTaken:
        """Write down how everything is in this picture, and return it.

        Raises:
            JournalError: when it cannot be written.
        """
        taken = baseline_of(snapshot, name, occasion)
        await self._journal.append(Draft("", taken, operator))
        return taken

    async def take(self, name: str, operator: Operator) -> BaselineTaken:
        """Look at everything now, and write it down by somebody's wish.

        Raises:
            RefusedDecisionError: when it cannot be; says why.
        """
        if not _NAME.fullmatch(name) or len(name) > 64:
            raise RefusedDecisionError("the name of a baseline is letters and digits, joined by single - _ .")
        try:
            return await self.keep(await self._seen(), name, "hand", operator)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error

    async def difference(self, name: str) -> Comparison:
        """Look at everything now, and return what is different from the newest baseline (of that name).

        Raises:
            RefusedDecisionError: when there is no such baseline.
        """
        try:
            entries = await self._journal.newest(BaselineTaken, limit=SEARCHED)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error
        for entry in reversed(entries):
            if (taken := _taken(entry)) is not None and name in ("", taken.name):
                return difference(taken, entry.at, await self._seen())
        known = sorted({taken.name for entry in entries if (taken := _taken(entry)) is not None})
        named = f" called {name!r}; there are: {', '.join(known)}" if name and known else ""
        raise RefusedDecisionError(f"there is no baseline{named}")

    async def _seen(self) -> Snapshot:
        """Return a picture in which every check was probed after it was asked for."""
        engine = None
        while engine is None or engine.ended:
            engine = await self._live.engine_after(engine)
            names = tuple(info.name for info in engine.system.checks)
            snapshot = await engine.probed(names)
        return snapshot


def _taken(entry: Entry) -> BaselineTaken | None:
    return entry.event if isinstance(entry.event, BaselineTaken) else None

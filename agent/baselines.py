"""Owns the baselines of an agent: taken, written into the journal, and compared with how things are now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from agent.live import LiveSystem
from checks.board import Snapshot
from runbooks.baseline import BaselineHead, baseline_of, difference, is_complete
from runbooks.comparison import Comparison
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.maintaining import all_expected
from runbooks.operators import WALKDOWN, Operator
from runbooks.walk import Walk
from runbooks.window_events import AFTER, HAND, BaselineTaken

LISTED = 60
"""The newest baselines, which are listed."""
SEARCHED = 200
"""The newest baselines among which one is looked for."""
_NAME = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")


class Baselines:
    """The baselines of one system."""

    def __init__(self, live: LiveSystem, journal: Journal) -> None:
        """Take none yet."""
        self._live = live
        self._journal = journal
        self.walking: Callable[[], Iterable[Walk]] = tuple
        """Returns the open walks, which may expect checks to fail; set by who knows."""

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
            return await self.keep(await self.seen(), name, HAND, operator)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error

    async def difference(self, name: str) -> Comparison:
        """Look at everything now, and return what is different from the newest baseline (of that name).

        What was taken after a window is not compared with: it says how things were left.

        Raises:
            RefusedDecisionError: when there is no such baseline.
        """
        try:
            entries = await self._journal.newest(BaselineTaken, limit=SEARCHED)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error
        for entry in reversed(entries):
            taken = _taken(entry)
            if taken is not None and taken.occasion != AFTER and name in ("", taken.name):
                return self.compared(taken, entry.at, await self.seen())
        known = sorted({taken.name for entry in entries if (taken := _taken(entry)) is not None})
        named = f" called {name!r}; there are: {', '.join(known)}" if name and known else ""
        raise RefusedDecisionError(f"there is no baseline{named}")

    async def standing(self, seq: int) -> Comparison:
        """Return what is different from the baseline in that row, by what is known of every check now.

        Raises:
            RefusedDecisionError: when it is not there, or cannot be read.
        """
        try:
            taken, at = await self.kept(seq)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error
        engine = self._live.engine
        known = engine is not None and is_complete(engine.snapshot)
        return self.compared(
            taken, at, engine.snapshot if engine is not None and known else await self.seen()
        )

    def compared(self, taken: BaselineTaken, at: float, snapshot: Snapshot) -> Comparison:
        """Return what is different in this picture from a baseline; what walks expect is told apart."""
        return difference(taken, at, snapshot, all_expected(self.walking(), snapshot.states))

    async def heads(self) -> tuple[BaselineHead, ...]:
        """Return the baselines there are, newest first.

        Raises:
            RefusedDecisionError: when they cannot be read.
        """
        try:
            entries = await self._journal.newest(BaselineTaken, limit=LISTED)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error
        return tuple(
            BaselineHead(
                entry.seq,
                taken.name,
                taken.occasion,
                entry.at,
                entry.operator,
                Counter(taken.levels.values()),
            )
            for entry in reversed(entries)
            if (taken := _taken(entry)) is not None
        )

    async def kept(self, seq: int) -> tuple[BaselineTaken, float]:
        """Return the baseline in that row of the journal, and when it was taken.

        Raises:
            JournalError: when the journal cannot be read.
            RefusedDecisionError: when there is none in it.
        """
        entries = await self._journal.since(seq - 1, 1)
        if not entries or entries[0].seq != seq or (taken := _taken(entries[0])) is None:
            raise RefusedDecisionError("that baseline is not there")
        return taken, entries[0].at

    async def seen(self) -> Snapshot:
        """Return a picture in which every check was probed after it was asked for."""
        engine = None
        while engine is None or engine.ended:
            engine = await self._live.engine_after(engine)
            names = tuple(info.name for info in engine.system.checks)
            snapshot = await engine.probed(names)
        return snapshot


def _taken(entry: Entry) -> BaselineTaken | None:
    return entry.event if isinstance(entry.event, BaselineTaken) else None

"""Owns the news of an agent: what the journal says and people are to be told of, read as it comes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from agent.walks import Walks
from checks.alerts.alert import News
from checks.alerts.responses import Raised
from checks.board import CheckState
from checks.engine import Engine
from checks.model import Level
from runbooks.alert_events import AlertRaised
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.fold import fold_all
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.news import is_end_of_walk, news_of, news_of_walk
from runbooks.walk import Walk

LINES, LONGEST = 12, 600
"""Of what a failed step has left, so many last lines and characters are told."""
AT_ONCE = 500
"""Rows that are read in one go."""
RAISED = 100
"""Alerts from outside that may still be answered."""
OUTPUT = ("errors", "out")
"""What a step has left, in the order in which it is told."""

log = logging.getLogger(__name__)


class Newsroom:
    """Reads the journal for whoever tells people."""

    def __init__(self, journal: Journal, walks: Walks, engine: Callable[[], Engine | None]) -> None:
        """Read nothing yet."""
        self._journal = journal
        self._walks = walks
        self._engine = engine
        self._raised: tuple[Raised, ...] = ()
        self._looked_at = 0
        """The last row when it was looked for alerts from outside."""

    @property
    def head(self) -> int:
        """Return the number of the last row; -1 while the journal was not read."""
        return self._journal.head.seq or -1

    @property
    def anchor(self) -> str:
        """Return the head of the journal in short, for messages; empty while it was not read."""
        head = self._journal.head
        return head.short if head.seq else ""

    async def after(self, seq: int) -> tuple[int, tuple[News, ...]]:
        """Return the news after a row, and the last row that was looked at for it."""
        try:
            entries = await self._journal.since(seq, AT_ONCE)
            found = [news for entry in entries if (news := await self._news(entry)) is not None]
        except JournalError as error:
            log.warning("no news: %s", error)
            return seq, ()
        return (entries[-1].seq if entries else seq), tuple(found)

    async def raised(self) -> tuple[Raised, ...]:
        """Return the newest alerts from outside."""
        if (head := self._journal.head.seq) != self._looked_at:
            try:
                entries = await self._journal.newest(AlertRaised, limit=RAISED)
            except JournalError as error:
                log.warning("alerts from outside are not known: %s", error)
                return self._raised
            self._looked_at = head
            self._raised = tuple(
                Raised(event.kind, Level(event.severity), entry.at, event.check)
                for entry in entries
                if isinstance(event := entry.event, AlertRaised) and not event.in_window
            )
        return self._raised

    async def _news(self, entry: Entry) -> News | None:
        if not is_end_of_walk(entry):
            return news_of(entry, self._is_quiet)
        walk = fold_all(await self._journal.entries(entry.walk))
        if news_of_walk(walk, entry, "") is None:
            return None
        return news_of_walk(walk, entry, await self._log(walk))

    async def _log(self, walk: Walk) -> str:
        """Return the end of what the first failed step has left; empty when there is nothing to show."""
        for state in walk.states:
            if not (state.failed or state.outcome.error_class):
                continue
            names = {one.name for one in state.evidence if one.size}
            for name in [name for name in OUTPUT if name in names]:
                try:
                    text = await self._walks.evidence(walk.id, state.id, state.attempt, name)
                except RefusedDecisionError:
                    continue
                return "\n".join(text.strip().splitlines()[-LINES:])[-LONGEST:]
        return ""

    def _is_quiet(self, check: str) -> bool:
        """Return whether nobody is to be told of a check now; without one, whether of no check at all."""
        engine = self._engine()
        states: tuple[CheckState, ...] = engine.snapshot.states if engine is not None else ()
        if check:
            return any(one.name == check and (one.maintenance or one.silenced) for one in states)
        return bool(states) and all(one.maintenance for one in states)

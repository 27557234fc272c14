"""Owns the writing down of what was refused, in the walk that it was about if any.

That is what somebody has no right to, and runs without an operator that may not begin.
"""

from __future__ import annotations

import logging

from agent.walks import Walks
from checks.clock import Clock
from checks.text import clean
from runbooks.denials import Denials
from runbooks.events import Denied
from runbooks.journal.errors import FenceError, JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import Operator

LONGEST = 4096
"""Characters of what was wanted, and of why it is refused: a console may send any number."""

log = logging.getLogger(__name__)


class Refusals:
    """Writes refusals, as many as there is room for."""

    def __init__(self, journal: Journal, walks: Walks, clock: Clock) -> None:
        """Write into this journal, or what concerns an open walk into that."""
        self._journal = journal
        self._walks = walks
        self._denials = Denials(clock)

    async def write(
        self, what: str, why: str, operator: Operator, walk: str = "", *, alone: bool = False
    ) -> None:
        """Write down that somebody was refused something; that it cannot be written is logged.

        `alone` says that it was a run without an operator: of that people are told.
        """
        what, why = (clean(text)[:LONGEST] for text in (what, why))
        log.warning("refused to uid %d: %s: %s", operator.uid, what, why)
        if not self._denials.admits(operator):
            return
        denied = Denied(what, why + self._denials.unwritten(operator), alone)
        try:
            if not await self._walks.deny(walk, denied, operator):
                await self._journal.append(Draft("", denied, operator))
        except (JournalError, FenceError) as error:
            log.warning("a refusal was not written: %s", error)

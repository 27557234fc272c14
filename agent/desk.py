"""Owns the desk where consoles ask: whether they may, which clerk answers, and each failure in words.

It is the one place where rights are looked at; the table of them is `agent/rights.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from agent.clerk import Clerk, UnansweredError
from agent.protocol import Answer, Question, ToAgent
from agent.refusals import Refusals
from agent.rights import OwnerOnly, right_for
from checks.errors import StoreError
from runbooks.errors import RefusedDecisionError
from runbooks.operators import Operator
from runbooks.rights import Standpoint, role_of


class Desk:
    """Answers questions of those who may ask them."""

    def __init__(self, clerks: Iterable[Clerk], refusals: Refusals) -> None:
        """Know who answers what; what is refused for want of a right is written down."""
        self._clerks = {asked: clerk for clerk in clerks for asked in clerk.ASKED}
        self._refusals = refusals

    async def demand(self, message: ToAgent, asker: Standpoint) -> None:
        """Return when whoever asks may ask this.

        Raises:
            UnansweredError: when he may not; says why. It is written into the journal.
        """
        what, needed = type(message).__name__, right_for(type(message))
        if isinstance(needed, OwnerOnly):
            if asker.me.uid == os.geteuid():
                return
            why = "only the owner of this agent may do that"
        elif needed in asker.rights:
            return
        else:
            why = f"needs the right to {needed}, and {asker.me.name} has that to {role_of(asker.rights)}"
        await self._refusals.write(what, why, asker.me, getattr(message, "walk", ""))
        raise UnansweredError(why)

    async def turned_away(self, asker: Operator, why: str) -> None:
        """Have it written down that somebody was not let in."""
        await self._refusals.write("attach", why, asker)

    async def answer(self, question: Question, asker: Standpoint) -> Answer:
        """Return the answer for whoever the kernel says is asking.

        Raises:
            UnansweredError: when there is none, or he may not ask; says why.
        """
        await self.demand(question, asker)
        clerk = self._clerks.get(type(question))
        if clerk is None:
            raise UnansweredError(f"{type(question).__name__} is not understood")
        try:
            return await clerk.answer(question, asker.me)
        except (RefusedDecisionError, StoreError, ValueError, OverflowError) as error:
            # A time without end or a number beyond SQLite's is the console's mistake, not ours.
            raise UnansweredError(str(error)) from error

"""Owns the desk where consoles ask: each question goes to the clerk of its area, each failure into words."""

from __future__ import annotations

from collections.abc import Iterable

from agent.clerk import Clerk, UnansweredError
from agent.protocol import Answer, Question
from checks.errors import StoreError
from runbooks.errors import RefusedDecisionError
from runbooks.operators import Operator


class Desk:
    """Answers questions."""

    def __init__(self, clerks: Iterable[Clerk]) -> None:
        """Know who answers what."""
        self._clerks = {asked: clerk for clerk in clerks for asked in clerk.ASKED}

    async def answer(self, question: Question, operator: Operator) -> Answer:
        """Return the answer for whoever the kernel says is asking.

        Raises:
            UnansweredError: when there is none; says why.
        """
        clerk = self._clerks.get(type(question))
        if clerk is None:
            raise UnansweredError(f"{type(question).__name__} is not understood")
        try:
            return await clerk.answer(question, operator)
        except (RefusedDecisionError, StoreError, ValueError, OverflowError) as error:
            # A time without end or a number beyond SQLite's is the console's mistake, not ours.
            raise UnansweredError(str(error)) from error

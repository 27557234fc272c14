"""Owns the contract of a clerk: whoever answers the questions of one area."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from agent.protocol import Answer
from checks.errors import LinkError
from runbooks.operators import Operator


class UnansweredError(LinkError):
    """A question cannot be answered, or what was wanted will not be done; says why."""


class Clerk(Protocol):
    """Answers the questions of one area."""

    ASKED: ClassVar[tuple[type, ...]]
    """The questions that it answers."""

    async def answer(self, question: Any, operator: Operator) -> Answer:
        """Return the answer for whoever the kernel says is asking.

        Raises:
            RefusedDecisionError, StoreError: when there is none, or it will not be done; says why.
        """
        ...

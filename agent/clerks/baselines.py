"""Owns the answering of what is asked about baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.baseline_messages import (
    Answers,
    AskBaseline,
    AskBaselines,
    AskDifference,
    BaselineAnswer,
    BaselinesAnswer,
    DifferenceAnswer,
    KeptBaseline,
    Questions,
    TakeBaseline,
)
from agent.baselines import Baselines
from runbooks.errors import RefusedDecisionError
from runbooks.journal.errors import JournalError
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class BaselineClerk:
    """Takes baselines, and compares with them."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    baselines: Baselines

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        match ask:
            case TakeBaseline():
                return BaselineAnswer(ask.id, await self.baselines.take(ask.name, operator))
            case AskDifference():
                if ask.seq:
                    return DifferenceAnswer(ask.id, await self.baselines.standing(ask.seq))
                return DifferenceAnswer(ask.id, await self.baselines.difference(ask.name))
            case AskBaselines():
                return BaselinesAnswer(ask.id, await self.baselines.heads())
            case AskBaseline():
                try:
                    return KeptBaseline(ask.id, *await self.baselines.kept(ask.seq))
                except JournalError as error:
                    raise RefusedDecisionError(str(error)) from error

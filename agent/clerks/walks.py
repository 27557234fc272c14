"""Owns the answering of what is asked and decided about walks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.refusals import Refusals
from agent.walk_messages import (
    Answers,
    AskDryRun,
    AskEntries,
    AskEvidence,
    AskRunbooks,
    AskWalks,
    Decide,
    Decided,
    DryRunAnswer,
    EntriesAnswer,
    EvidenceAnswer,
    OpenWalk,
    Questions,
    RunbooksAnswer,
    WalkAnswer,
    WalksAnswer,
)
from agent.walks import Walks
from runbooks.errors import RefusedDecisionError
from runbooks.news import RUN
from runbooks.operators import Operator
from runbooks.walk_events import Manner


@dataclass(frozen=True, slots=True)
class WalkClerk:
    """Answers what is asked and decided about walks."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    walks: Walks
    refusals: Refusals

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        walks = self.walks
        match ask:
            case AskRunbooks():
                return RunbooksAnswer(ask.id, await walks.runbooks())
            case AskWalks():
                return WalksAnswer(ask.id, await walks.heads(ask.limit))
            case AskEntries():
                return EntriesAnswer(ask.id, await walks.entries(ask.walk))
            case AskEvidence():
                text = await walks.evidence(ask.walk, ask.step, ask.attempt, ask.name)
                return EvidenceAnswer(ask.id, text)
            case AskDryRun():
                return DryRunAnswer(ask.id, await walks.dry_run(ask.runbook, ask.inputs))
            case OpenWalk():
                return WalkAnswer(ask.id, await self._opened(ask, operator))
            case Decide():
                await walks.decide(ask.walk, ask.fence, ask.decision, operator)
                return Decided(ask.id)

    async def _opened(self, ask: OpenWalk, operator: Operator) -> str:
        """Begin a walk; that one without an operator may not begin is written down."""
        try:
            return await self.walks.open(ask.runbook, ask.plan_sha256, ask.inputs, ask.manner, operator)
        except RefusedDecisionError as error:
            if ask.manner is Manner.AUTO:
                await self.refusals.write(f"{RUN}{ask.runbook}", str(error), operator, alone=True)
            raise

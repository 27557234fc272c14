"""Owns the answering of who is attached, and of what is said to steps that wait for an approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.access_messages import AccessAnswer, Answers, ApproveStep, AskAccess, Judged, Questions, RefuseStep
from agent.presence import Presence
from agent.walks import Walks
from runbooks.approval_events import ApprovalRefused, Approved
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class AccessClerk:
    """Answers who is attached, and takes approvals down."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    presence: Presence
    walks: Walks

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        match ask:
            case AskAccess():
                return AccessAnswer(ask.id, self.presence.told().present)
            case ApproveStep():
                said = Approved(ask.step, ask.attempt, ask.action_sha256)
                await self.walks.judge(ask.walk, said, ask.typed, operator)
            case RefuseStep():
                refused = ApprovalRefused(ask.step, ask.attempt, ask.action_sha256, ask.reason)
                await self.walks.judge(ask.walk, refused, "", operator)
        return Judged(ask.id)

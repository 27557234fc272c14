"""Owns the messages about approvals: questions to the agent. Only the App answers, by `tui/questions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from tui.messages import Question
from tui.walk_messages import DecisionTaken


@dataclass
class ApprovalGiven(Question):
    """Tells that the operator approves a step, or why he does not; answered by `DecisionTaken`."""

    NEWEST_ONLY: ClassVar[bool] = False

    walk: str
    step: str
    attempt: int
    action_sha256: str
    typed: str = ""
    """The id of the step."""
    reason: str = ""
    """Why he does not approve it; empty when he does."""

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return DecisionTaken(problem)

"""Owns the messages of screens about silences, acknowledgements and what people were told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from checks.alerts.alert import Letter
from tui.messages import Question


@dataclass
class QuietQuestion(Question):
    """Asks something about what people are told."""


@dataclass
class QuietWish(QuietQuestion):
    """Wishes that people be told, or not be told, of something; answered by `QuietDone`."""

    NEWEST_ONLY: ClassVar[bool] = False

    def failed(self, problem: str) -> Message:
        """Return the answer that says why it was not done."""
        return QuietDone(problem)


@dataclass
class SilenceWanted(QuietWish):
    """Wishes that nobody be told of a check for so many seconds."""

    check: str
    lasts: float
    reason: str


@dataclass
class LiftWanted(QuietWish):
    """Wishes that a silence be over."""

    silence: str
    reason: str


@dataclass
class AcknowledgeWanted(QuietWish):
    """Wishes it known that somebody sees to a check; for so many seconds, with 0 until it is well."""

    check: str
    comment: str
    lasts: float


@dataclass
class WithdrawWanted(QuietWish):
    """Wishes it known that nobody sees to a check any more."""

    check: str
    reason: str


@dataclass
class QuietDone(Message, bubble=False):
    """Answers a `QuietWish`."""

    problem: str = ""
    """Why it was not done; empty when it was."""


@dataclass
class AlertsRequested(QuietQuestion):
    """Wishes for the newest messages that people were sent; answered by `AlertsArrived`."""

    limit: int = 200

    def failed(self, problem: str) -> Message:
        """Return the answer without messages."""
        return AlertsArrived((), problem)


@dataclass
class AlertsArrived(Message, bubble=False):
    """Answers `AlertsRequested`, newest first."""

    letters: tuple[Letter, ...]
    problem: str = ""
    """Why there are none, for the operator; empty when all went well."""

"""Owns the messages about runbooks and walks: questions to the agent with their answers.

Only the App answers, by `tui/questions.py`. An answer holds why there is none in `problem`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from textual.message import Message

from runbooks.decisions import Decision
from runbooks.live import DryStep, Runbooks, WalkHead
from runbooks.walk import EMPTY, Walk
from tui.messages import Question

NO_RUNBOOKS = Runbooks()


@dataclass
class RunbooksRequested(Question):
    """Wishes for the library; answered by `RunbooksArrived`."""

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return RunbooksArrived(problem=problem)


@dataclass
class RunbooksArrived(Message, bubble=False):
    """Answers `RunbooksRequested`."""

    runbooks: Runbooks = NO_RUNBOOKS
    problem: str = ""


@dataclass
class WalksRequested(Question):
    """Wishes for the walks there were; answered by `WalksArrived`, newest first."""

    limit: int = 200

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return WalksArrived(problem=problem)


@dataclass
class WalksArrived(Message, bubble=False):
    """Answers `WalksRequested`."""

    heads: tuple[WalkHead, ...] = ()
    problem: str = ""


@dataclass
class WalkRequested(Question):
    """Wishes for a walk as it stands, open or over; answered by `WalkArrived`."""

    walk: str

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return WalkArrived(problem=problem)


@dataclass
class WalkArrived(Message, bubble=False):
    """Answers `WalkRequested`."""

    walk: Walk = EMPTY
    problem: str = ""


@dataclass
class EvidenceRequested(Question):
    """Wishes for what an attempt left; answered by `EvidenceArrived`."""

    walk: str
    step: str
    attempt: int
    name: str

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return EvidenceArrived(self.name, problem=problem)


@dataclass
class EvidenceArrived(Message, bubble=False):
    """Answers `EvidenceRequested`."""

    name: str
    text: str = ""
    problem: str = ""


@dataclass
class DryRunRequested(Question):
    """Wishes to know what a walk would do; answered by `DryRunArrived`."""

    runbook: str
    inputs: dict[str, str] = field(repr=False)

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return DryRunArrived(problem=problem)


@dataclass
class DryRunArrived(Message, bubble=False):
    """Answers `DryRunRequested`."""

    steps: tuple[DryStep, ...] = ()
    problem: str = ""


@dataclass
class BeginRequested(Question):
    """Wishes that a walk be begun; answered by `WalkBegun`."""

    NEWEST_ONLY: ClassVar[bool] = False

    runbook: str
    plan_sha256: str
    inputs: dict[str, str] = field(repr=False)

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return WalkBegun(problem=problem)


@dataclass
class WalkBegun(Message, bubble=False):
    """Answers `BeginRequested`."""

    walk: str = ""
    problem: str = ""


@dataclass
class DecisionMade(Question):
    """Tells what the operator has decided about a walk; answered by `DecisionTaken`."""

    NEWEST_ONLY: ClassVar[bool] = False

    walk: str
    decision: Decision = field(repr=False)

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return DecisionTaken(problem)


@dataclass
class DecisionTaken(Message, bubble=False):
    """Answers `DecisionMade`: it was taken up, unless there is a problem."""

    problem: str = ""


@dataclass
class WalkLeft(Message):
    """Tells that the operator has seen the end of a walk."""

    walk: str

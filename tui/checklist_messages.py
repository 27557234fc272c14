"""Owns the messages about checklists: questions to the agent with their answers, and where to go.

Only the App answers, by `tui/checklist_questions.py`. An answer holds why there is none in `problem`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from textual.message import Message

from runbooks.checklist_decisions import ListDecision
from runbooks.checklists.state import Lists, ListState
from runbooks.operators import Operator
from tui.messages import Question
from tui.walk_messages import DecisionTaken

NO_LISTS = Lists()
NO_LIST = ListState()


@dataclass
class ListQuestion(Question):
    """Asks the agent about checklists."""


@dataclass
class ListsRequested(ListQuestion):
    """Wishes for all lists; answered by `ListsArrived`."""

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return ListsArrived(problem=problem)


@dataclass
class ListsArrived(Message, bubble=False):
    """Answers `ListsRequested`."""

    lists: Lists = NO_LISTS
    problem: str = ""


@dataclass
class ListRequested(ListQuestion):
    """Wishes for a list as it stands or stood; answered by `ListArrived`."""

    name: str

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return ListArrived(problem=problem)


@dataclass
class ListArrived(Message, bubble=False):
    """Answers `ListRequested` and `ListWanted`."""

    state: ListState = NO_LIST
    problem: str = ""


@dataclass
class ListWanted(ListQuestion):
    """Wishes that a list be opened; answered by `ListArrived`."""

    NEWEST_ONLY: ClassVar[bool] = False

    name: str
    reason: str

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return ListArrived(problem=problem)


@dataclass
class ShownRequested(ListQuestion):
    """Wishes for the evidence of an item; answered by `ShownArrived`."""

    name: str
    item: str

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return ShownArrived(problem=problem)


@dataclass
class ShownArrived(Message, bubble=False):
    """Answers `ShownRequested`."""

    lines: tuple[str, ...] = ()
    sha256: str = ""
    at: float = 0.0
    """When it was taken, UTC seconds."""
    by: Operator = field(default_factory=Operator)
    """To whom it is shown."""
    problem: str = ""


@dataclass
class ListDecided(ListQuestion):
    """Tells what the operator has decided about a list; answered by `DecisionTaken`."""

    NEWEST_ONLY: ClassVar[bool] = False

    name: str
    decision: ListDecision = field(repr=False)

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return DecisionTaken(problem)

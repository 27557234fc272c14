"""Owns the messages about the calendar: questions to the agent with their answers.

Only the App answers, by `tui/calendar_questions.py`. What is wished for a task is answered by
`DecisionTaken`, as every decision that a dialog asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from runbooks.calendar.state import Agenda
from tui.messages import Question
from tui.walk_messages import DecisionTaken

NO_AGENDA = Agenda(0.0, 0.0)


@dataclass
class AgendaRequested(Question):
    """Wishes for what is in the calendar between two moments; answered by `AgendaArrived`."""

    start: float
    end: float

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return AgendaArrived(problem=problem)


@dataclass
class AgendaArrived(Message, bubble=False):
    """Answers `AgendaRequested`."""

    agenda: Agenda = NO_AGENDA
    problem: str = ""


@dataclass
class TaskWish(Question):
    """Wishes something for a task; answered by `DecisionTaken`."""

    NEWEST_ONLY: ClassVar[bool] = False

    task: str

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return DecisionTaken(problem)


@dataclass
class TaskFinished(TaskWish):
    """Tells that a task was done."""

    note: str = ""
    took: float = 0.0
    """Seconds; 0 when nobody says."""
    again: bool = False
    """Whether it is written down although it is recorded already."""


@dataclass
class TaskRecorded(Message, bubble=False):
    """Answers `TaskFinished`: nothing was written, for it is recorded already."""

    words: str
    """By whom and when."""


@dataclass
class TaskSkipped(TaskWish):
    """Tells that a task is left out, or that it is known that it was missed."""

    reason: str = ""


CalendarQuestion = AgendaRequested | TaskFinished | TaskSkipped

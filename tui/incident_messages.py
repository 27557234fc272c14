"""Owns the messages about incidents: questions to the agent, with their answers.

Only the App answers, by `tui/incident_questions.py`. An answer holds why there is none in `problem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from runbooks.incidents.state import IncidentStory
from tui.messages import Question


@dataclass
class IncidentQuestion(Question):
    """Asks the agent about incidents."""


@dataclass
class IncidentRequested(IncidentQuestion):
    """Wishes for all of one incident; answered by `IncidentArrived`."""

    incident: str

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return IncidentArrived(problem=problem)


@dataclass
class IncidentWish(IncidentQuestion):
    """Wishes that something be written about an incident; answered by `IncidentArrived`."""

    NEWEST_ONLY: ClassVar[bool] = False

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return IncidentArrived(problem=problem)


@dataclass
class IncidentOpening(IncidentWish):
    """Wishes that an incident be opened."""

    title: str
    severity: str
    checks: tuple[str, ...] = ()


@dataclass
class IncidentNote(IncidentWish):
    """Wishes that this be written into its timeline."""

    incident: str
    text: str


@dataclass
class IncidentMove(IncidentWish):
    """Wishes that it has come to a stage; `at` 0 is now."""

    incident: str
    stage: str
    at: float
    text: str
    lessons: str = ""


@dataclass
class IncidentArrived(Message, bubble=False):
    """Answers all of these, with the incident as it stands then."""

    story: IncidentStory | None = None
    problem: str = ""

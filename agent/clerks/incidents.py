"""Owns the answering of what is asked and said about incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.incident_messages import (
    Answers,
    AskIncident,
    AskIncidents,
    IncidentAnswer,
    IncidentsAnswer,
    MoveIncident,
    NoteIncident,
    OpenIncident,
    Questions,
)
from agent.incidents import IncidentBook
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class IncidentClerk:
    """Answers what is asked and said about incidents."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    book: IncidentBook

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        book = self.book
        match ask:
            case AskIncidents():
                await book.look()
                return IncidentsAnswer(ask.id, book.now)
            case AskIncident():
                story = await book.story(ask.incident)
            case OpenIncident():
                story = await book.open(ask.title, ask.severity, ask.checks, ask.detected, operator)
            case NoteIncident():
                story = await book.note(ask.incident, ask.text, operator)
            case MoveIncident():
                story = await book.move(ask.incident, ask.stage, ask.at, ask.text, ask.lessons, operator)
        return IncidentAnswer(ask.id, story)

"""Owns how the agent answers what screens ask and wish about incidents."""

from __future__ import annotations

from textual.message import Message

from agent.incident_messages import AskIncident, IncidentAnswer, MoveIncident, NoteIncident, OpenIncident
from agent.link import Link
from tui.incident_messages import (
    IncidentArrived,
    IncidentMove,
    IncidentNote,
    IncidentOpening,
    IncidentQuestion,
    IncidentRequested,
)


async def answer(link: Link, question: IncidentQuestion) -> Message:
    """Return the answer.

    Raises:
        LinkError: when there is none; says why.
    """
    match question:
        case IncidentRequested(incident=name):
            found = await link.ask(IncidentAnswer, lambda number: AskIncident(number, name))
        case IncidentOpening(title=title, severity=severity, checks=checks):
            found = await link.ask(
                IncidentAnswer, lambda number: OpenIncident(number, title, severity, checks)
            )
        case IncidentNote(incident=name, text=text):
            found = await link.ask(IncidentAnswer, lambda number: NoteIncident(number, name, text))
        case IncidentMove() as move:
            found = await link.ask(
                IncidentAnswer,
                lambda number: MoveIncident(
                    number, move.incident, move.stage, move.at, move.text, move.lessons
                ),
            )
        case _:
            raise TypeError(f"nobody answers {type(question).__name__}")
    return IncidentArrived(found.story)

"""Owns the messages about incidents; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.incidents.state import IncidentsNow, IncidentStory


class AskIncidents(msgspec.Struct, frozen=True, tag=True):
    """Console: how do incidents stand? Answered by `IncidentsAnswer`."""

    id: int


class AskIncident(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: all of one incident. Answered by `IncidentAnswer`, as the next three are."""

    id: int
    incident: str = ""
    """Empty: the only one that is open, as in the next two."""


class OpenIncident(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: something is wrong that people should remember."""

    id: int
    title: str
    severity: str
    checks: tuple[str, ...] = ()
    detected: float = 0.0
    """When it was noticed, UTC seconds; 0 is now."""


class NoteIncident(msgspec.Struct, frozen=True, tag=True):
    """Console: write this into the timeline of an incident."""

    id: int
    incident: str
    text: str


class MoveIncident(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: an incident has come to this stage."""

    id: int
    incident: str
    stage: str
    at: float = 0.0
    """When it came to it, UTC seconds; 0 is now."""
    text: str = ""
    """What was found, what helped, or the cause."""
    lessons: str = ""


class IncidentsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: how incidents stand."""

    id: int
    incidents: IncidentsNow


class IncidentAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: an incident with all that happened, after what was wanted."""

    id: int
    story: IncidentStory


class IncidentsMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: how incidents stand; at first, and whenever that has changed."""

    incidents: IncidentsNow


Questions = AskIncidents | AskIncident | OpenIncident | NoteIncident | MoveIncident
Answers = IncidentsAnswer | IncidentAnswer

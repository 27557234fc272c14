"""Owns the events of incidents: rows of the journal beside those of walks.

They are part of the union that `runbooks/events.py` owns.
"""

from __future__ import annotations

import enum

import msgspec


class Severity(enum.StrEnum):
    """How bad an incident is."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Stage(enum.StrEnum):
    """How far an incident has come; each may be said once, in this order, and some left out."""

    DETECTED = "detected"
    ASSESSED = "assessed"
    """Somebody knows what it is."""
    RESTORED = "restored"
    """The system works again."""
    CLOSED = "closed"
    """Cause and lessons are written down."""


class IncidentOpened(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Something is wrong that people should remember."""

    incident: str
    """Its id, such as `2026-11-26-1`."""
    title: str
    severity: str = ""
    """One of `Severity`."""
    checks: tuple[str, ...] = ()
    """The checks that show it."""
    detected: float = 0.0
    """When it was noticed, UTC seconds; may lie before this row."""
    automatic: bool = False
    """Whether it was opened because the configuration says so."""


class IncidentNoted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody wrote something into the timeline of an incident."""

    incident: str
    text: str


class IncidentMoved(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An incident has come to its next stage."""

    incident: str
    stage: str
    """One of `Stage`."""
    at: float = 0.0
    """When it came to it, UTC seconds; may lie before this row."""
    text: str = ""
    """What was found, what helped, or, when it is closed, the cause."""
    lessons: str = ""
    """What is to be learned of it; said when it is closed."""


IncidentEvents = IncidentOpened | IncidentNoted | IncidentMoved

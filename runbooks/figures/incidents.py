"""Owns incidents as reports tell of them: when noticed, assessed, restored, with what was done. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from runbooks.incident_events import Stage
from runbooks.incidents.fold import KINDS, fold_all
from runbooks.incidents.state import Incident
from runbooks.material import Material
from runbooks.report_parts import EventPart
from runbooks.wording import who

LONGEST = 90 * 86400.0
"""Seconds before the time of a report in which an incident that matters to it was opened at the earliest."""
SAME_MOMENT = 1.0
"""Seconds after the making of a report within which a row is still its: written at that very moment."""


class IncidentRecord(msgspec.Struct, frozen=True):
    """One incident; moments are UTC seconds, 0 for not yet."""

    id: str
    title: str
    severity: str
    checks: tuple[str, ...]
    detected_at: float
    assessed_at: float
    restored_at: float
    closed_at: float
    repaired_in: float | None
    """Seconds from when it was noticed until all worked again; None before."""
    cause: str
    lessons: str
    actions: tuple[EventPart, ...]
    """What was noted and found, in order."""


def incidents_in(material: Material) -> tuple[Incident, ...]:
    """Return the incidents that were not restored at some moment of the time told of, in order.

    They stand as they are known when the report is made: that one was restored is often written down later.
    """
    later = max(0.0, material.made_at - material.until) + SAME_MOMENT
    return tuple(
        one
        for one in fold_all(material.entries(*KINDS, before=LONGEST, after=later)).values()
        if one.detected < material.until and (one.restored or material.until) >= material.since
    )


def recorded(incidents: Iterable[Incident]) -> tuple[IncidentRecord, ...]:
    """Return the incidents as reports tell of them."""
    return tuple(_recorded(one) for one in incidents)


def _recorded(one: Incident) -> IncidentRecord:
    marks = [EventPart(mark.at, who(mark.by), mark.stage.value, "", mark.text) for mark in one.stages[1:]]
    notes = [EventPart(note.at, who(note.by), "noted", "", note.text) for note in one.notes]
    return IncidentRecord(
        one.id,
        one.title,
        one.severity.value,
        one.checks,
        one.detected,
        one.at(Stage.ASSESSED),
        one.restored,
        one.at(Stage.CLOSED),
        one.to_restore if one.restored else None,
        one.cause,
        one.lessons,
        tuple(sorted((*marks, *notes), key=lambda part: part.at)),
    )

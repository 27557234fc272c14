"""Owns the fold of the journal's rows into incidents. Pure; nothing else changes one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from runbooks.events import Entry
from runbooks.incident_events import IncidentMoved, IncidentNoted, IncidentOpened, Severity, Stage
from runbooks.incidents.state import Incident, IncidentNote, StageMark

KINDS = (IncidentOpened, IncidentNoted, IncidentMoved)
"""The events that concern them."""
ORDER = tuple(Stage)

Incidents = Mapping[str, Incident]
"""By id, in the order in which they were opened."""


def fold(incidents: Incidents, entry: Entry) -> Incidents:
    """Return the incidents after one more row; one of another kind, or that is in already, adds nothing."""
    match entry.event:
        case IncidentOpened() as event if event.incident not in incidents:
            return {**incidents, event.incident: _opened(entry, event)}
        case IncidentNoted() | IncidentMoved() as event if event.incident in incidents:
            before = incidents[event.incident]
            if entry.seq <= before.seq:
                return incidents
            if isinstance(event, IncidentNoted):
                after = _noted(before, entry, event)
            else:
                after = _moved(before, entry, event)
            return {**incidents, event.incident: replace(after, seq=entry.seq)}
        case _:
            return incidents


def fold_all(entries: Iterable[Entry], incidents: Incidents | None = None) -> Incidents:
    """Return the incidents that the rows come to."""
    found: Incidents = incidents or {}
    for entry in entries:
        found = fold(found, entry)
    return found


def _opened(entry: Entry, event: IncidentOpened) -> Incident:
    at = event.detected or entry.at
    known = [severity.value for severity in Severity]
    return Incident(
        event.incident,
        event.title,
        Severity(event.severity) if event.severity in known else Severity.MAJOR,
        event.checks,
        entry.at,
        entry.operator,
        event.automatic,
        (StageMark(Stage.DETECTED, at, entry.at, entry.operator),),
        seq=entry.seq,
    )


def _noted(incident: Incident, entry: Entry, event: IncidentNoted) -> Incident:
    return replace(incident, notes=(*incident.notes, IncidentNote(entry.at, entry.operator, event.text)))


def _moved(incident: Incident, entry: Entry, event: IncidentMoved) -> Incident:
    if event.stage not in [stage.value for stage in Stage]:  # of a later version
        return incident
    stage = Stage(event.stage)
    mark = StageMark(stage, event.at or entry.at, entry.at, entry.operator, event.text)
    others = [one for one in incident.stages if one.stage is not stage]
    stages = tuple(sorted((*others, mark), key=lambda one: ORDER.index(one.stage)))
    return replace(incident, stages=stages, lessons=event.lessons or incident.lessons)

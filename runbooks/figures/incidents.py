"""Owns incidents as reports tell of them: when noticed, assessed, restored, with what was done. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from runbooks.events import Entry
from runbooks.incident_events import IncidentMoved, IncidentNoted, IncidentOpened, Stage
from runbooks.report_parts import EventPart
from runbooks.wording import who

KINDS = (IncidentOpened, IncidentNoted, IncidentMoved)
LONGEST = 90 * 86400.0
"""Seconds before the time of a report in which an incident that matters to it was opened at the earliest."""


class IncidentRecord(msgspec.Struct, frozen=True):
    """One incident; moments are UTC seconds, 0 for not yet."""

    id: str
    title: str
    severity: str
    checks: tuple[str, ...]
    detected_at: float
    assessed_at: float = 0.0
    restored_at: float = 0.0
    closed_at: float = 0.0
    cause: str = ""
    lessons: str = ""
    actions: tuple[EventPart, ...] = ()

    @property
    def repaired_in(self) -> float | None:
        """Return the seconds from when it was noticed until all worked again; None before."""
        return self.restored_at - self.detected_at if self.restored_at else None


def incidents_of(entries: Iterable[Entry]) -> tuple[IncidentRecord, ...]:
    """Return the incidents that the rows tell of, in order."""
    found: dict[str, IncidentRecord] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, IncidentOpened):
            found[event.incident] = IncidentRecord(
                event.incident, event.title, event.severity, event.checks, event.detected or entry.at
            )
        elif isinstance(event, IncidentNoted | IncidentMoved) and event.incident in found:
            found[event.incident] = _after(found[event.incident], entry, event)
    return tuple(found.values())


def mttr(incidents: Iterable[IncidentRecord]) -> float | None:
    """Return the mean seconds until incidents were repaired; None when none was."""
    took = [seconds for one in incidents if (seconds := one.repaired_in) is not None]
    return sum(took) / len(took) if took else None


def _after(record: IncidentRecord, entry: Entry, event: IncidentNoted | IncidentMoved) -> IncidentRecord:
    what = event.stage if isinstance(event, IncidentMoved) else "noted"
    at = (event.at if isinstance(event, IncidentMoved) else 0.0) or entry.at
    action = EventPart(at, who(entry.operator), what, "", event.text)
    record = msgspec.structs.replace(record, actions=(*record.actions, action))
    if isinstance(event, IncidentNoted):
        return record
    match event.stage:
        case Stage.DETECTED:
            return msgspec.structs.replace(record, detected_at=at)
        case Stage.ASSESSED:
            return msgspec.structs.replace(record, assessed_at=at)
        case Stage.RESTORED:
            return msgspec.structs.replace(record, restored_at=at)
        case Stage.CLOSED:
            return msgspec.structs.replace(record, closed_at=at, cause=event.text, lessons=event.lessons)
        case _:
            return record

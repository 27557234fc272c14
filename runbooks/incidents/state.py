"""Owns what is known of incidents as they stand: values for the wire, for screens and for reports."""

from __future__ import annotations

import msgspec

from runbooks.incident_events import Severity, Stage
from runbooks.operators import Operator


class StageMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident came to a stage."""

    stage: Stage
    at: float
    """When it came to it, UTC seconds."""
    said_at: float
    """When somebody said so."""
    by: Operator = Operator()
    text: str = ""


class IncidentNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody wrote something down."""

    at: float
    by: Operator
    text: str


class Incident(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident as it stands; a fold of the journal."""

    id: str
    title: str = ""
    severity: Severity = Severity.MAJOR
    checks: tuple[str, ...] = ()
    """The checks that show it."""
    opened_at: float = 0.0
    opened_by: Operator = Operator()
    automatic: bool = False
    """Whether it was opened because the configuration says so."""
    stages: tuple[StageMark, ...] = ()
    """In the order of the stages; the first is that it was detected."""
    notes: tuple[IncidentNote, ...] = ()
    lessons: str = ""
    seq: int = 0
    """The last row that is in it."""

    def at(self, stage: Stage) -> float:
        """Return when it came to that stage, UTC seconds; 0 when it has not."""
        return next((mark.at for mark in self.stages if mark.stage is stage), 0.0)

    @property
    def detected(self) -> float:
        """Return when it was noticed."""
        return self.at(Stage.DETECTED)

    @property
    def restored(self) -> float:
        """Return when the system worked again; 0 while it does not."""
        return self.at(Stage.RESTORED)

    @property
    def stage(self) -> Stage:
        """Return how far it has come."""
        return self.stages[-1].stage if self.stages else Stage.DETECTED

    @property
    def is_open(self) -> bool:
        """Return whether it is not closed."""
        return self.stage is not Stage.CLOSED

    @property
    def cause(self) -> str:
        """Return what was the matter; empty until it is closed."""
        return next((mark.text for mark in self.stages if mark.stage is Stage.CLOSED), "")

    @property
    def to_restore(self) -> float:
        """Return the seconds from when it was detected until it was restored; 0 while it is not."""
        return max(0.0, self.restored - self.detected) if self.restored else 0.0


class Happening(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the timeline of an incident."""

    at: float
    what: str
    """`stage`, `note`, `check`, `alert`, `notice` or `walk`."""
    text: str
    by: str = ""
    """Who did it; empty when nobody did."""
    level: str = ""
    """Of a check; empty for all else."""


class IncidentHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident in a list."""

    id: str
    title: str
    severity: Severity
    stage: Stage
    detected: float
    restored: float = 0.0
    checks: tuple[str, ...] = ()
    suggestion: str = ""
    """What seems to be so by now, such as that its checks are OK again; empty for nothing."""
    seq: int = 0


class IncidentsNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How all incidents stand."""

    heads: tuple[IncidentHead, ...] = ()
    """Open ones first, then the newest."""
    trouble: str = ""
    """Why incidents are not known, or one that should be opened cannot be written down."""


class IncidentStory(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident with all that happened."""

    incident: Incident
    timeline: tuple[Happening, ...] = ()
    suggestion: str = ""
    """What seems to be so by now; empty for nothing."""
    suggested_at: float = 0.0
    """Since when it seems so, UTC seconds."""


def head_of(incident: Incident, suggestion: str = "") -> IncidentHead:
    """Return what a list shows of an incident."""
    return IncidentHead(
        incident.id,
        incident.title,
        incident.severity,
        incident.stage,
        incident.detected,
        incident.restored,
        incident.checks,
        suggestion,
        incident.seq,
    )

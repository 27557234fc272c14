"""Owns the section on incidents: those that lay in the time, what was done, and the MTTR."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.moments import moment
from checks.units import show
from runbooks.figures.incidents import IncidentRecord, incidents_in, recorded
from runbooks.incidents.figures import figures
from runbooks.material import Material
from runbooks.report_blocks import Block, Facts, Heading, Items
from runbooks.report_layout import event_line
from runbooks.section import Section


class IncidentsSection(Section, frozen=True):
    """What went wrong so that people should remember it."""

    TITLE: ClassVar[str] = "Incidents"

    mttr: float | None
    """Mean seconds to repair of those that were noticed in the time; None when none is repaired."""
    incidents: tuple[IncidentRecord, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return those that were open at some moment of the time."""
        found = incidents_in(material)
        return cls(figures(found, material.since, material.until).mttr, recorded(found))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield each incident."""
        if not self.incidents:
            yield Items(("none",))
            return
        known = "not known: none is repaired" if self.mttr is None else show(self.mttr, "s")
        yield Facts((("Mean time to repair", known),))
        for one in self.incidents:
            yield Heading(3, "Incident", f"{one.id}: {one.title}")
            yield Facts(tuple(_facts(one, zone)))
            yield Items(tuple(event_line(part, zone) for part in one.actions) or ("nothing was noted",))

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return each in a line."""
        return tuple(
            f"{one.id} {one.title}: "
            + ("not repaired yet" if one.repaired_in is None else f"repaired in {show(one.repaired_in, 's')}")
            for one in self.incidents
        )


def _facts(one: IncidentRecord, zone: tzinfo) -> Iterator[tuple[str, str]]:
    yield "Severity", one.severity or "not said"
    yield "Checks", ", ".join(one.checks) or "none named"
    yield "Detected", moment(one.detected_at, zone)
    if one.assessed_at:
        yield "Assessed", moment(one.assessed_at, zone)
    yield "Restored", moment(one.restored_at, zone) if one.restored_at else "not yet"
    if one.repaired_in is not None:
        yield "Repaired in", show(one.repaired_in, "s")
    if one.closed_at:
        yield "Closed", moment(one.closed_at, zone)
        yield "Cause", one.cause or "not written down"
        yield "Lessons", one.lessons or "none written down"

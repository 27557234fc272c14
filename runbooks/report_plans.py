"""Owns which reports a system has: when they are due, of what time they tell, what is in them. Pure.

A report tells of the time from when it was due before until it is due now: one follows upon the other without
a gap, also where clocks are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from checks.recurrence.days import Recurrence
from checks.recurrence.timing import Span
from checks.recurrence.words import read_words
from checks.recurrence.zones import zone_named
from checks.system import System
from checks.units import read

DAY = 86400.0
PERIODS = {"daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "quarterly": 91 * DAY}
"""Name of a report -> seconds that it tells of when somebody wants it now and says no more."""
WINDOW = "window"
NAMES = (*PERIODS, WINDOW)
EVERY = {
    "daily": "daily 06:00",
    "weekly": "monday 06:00",
    "monthly": "day 1 of month 00:00",
    "quarterly": "day 1 of quarter 00:00",
}
KEEP = {
    "daily": 90 * DAY,
    "weekly": 400 * DAY,
    "monthly": 1830 * DAY,
    "quarterly": 1830 * DAY,
    WINDOW: 1830 * DAY,
}
_REACHES = (3 * DAY, 40 * DAY, 400 * DAY, 4000 * DAY)
"""How far back it is looked for when something was due, the nearest first."""


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """A report of the configuration, or as it is without."""

    name: str
    sections: tuple[str, ...]
    keep: float
    """Seconds."""
    every: str = ""
    """When, as it is written; empty when it is never due by itself."""
    zone: tzinfo = UTC

    @property
    def recurrence(self) -> Recurrence | None:
        """Return when it is due; None when it never is."""
        return read_words(self.every) if self.every else None

    def last_due(self, now: float) -> Span | None:
        """Return the time that the report tells of which was due last; None when none was."""
        if (recurrence := self.recurrence) is None:
            return None
        for reach in _REACHES:
            found: list[float] = []
            for at in recurrence.after(now - reach, self.zone):
                if at > now:
                    break
                found = [*found[-1:], at]
            if len(found) == 2:
                return Span(*found)
        return None

    def next_due(self, now: float) -> float:
        """Return when it is due next, UTC seconds; 0 when it never is."""
        recurrence = self.recurrence
        return next(recurrence.after(now, self.zone), 0.0) if recurrence else 0.0


def plan_of(system: System, name: str, defaults: Mapping[str, tuple[str, ...]]) -> ReportPlan:
    """Return how a system has the report of that name; `defaults` are the sections of each."""
    section = system.sections.get("reports") or {}
    given: Mapping[str, Any] = section.get(name) or {}
    written = given.get("keep")
    return ReportPlan(
        name,
        tuple(map(str, given.get("sections") or defaults[name])),
        KEEP[name] if written is None else read(str(written), "s"),
        str(given.get("every") or EVERY.get(name, "")) if name in section else "",
        zone_named(system.info.timezone),
    )


def plans_of(system: System, defaults: Mapping[str, tuple[str, ...]]) -> tuple[ReportPlan, ...]:
    """Return every report, those that are never due by themselves included."""
    return tuple(plan_of(system, name, defaults) for name in NAMES)

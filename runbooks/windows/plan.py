"""Owns the windows of a system as its configuration plans them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

from checks.errors import UsageError
from checks.recurrence.timing import Span, Timing, read_timing
from checks.recurrence.zones import zone_named
from checks.suggest import did_you_mean
from checks.system import System
from checks.units import read

RECHECK = 600.0
"""Seconds before its end at which everything is looked at again, where a window does not say."""
NONE_EARLY: Mapping[str, float] = {}
"""No window was opened early."""


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """One window of the configuration."""

    name: str
    timing: Timing
    words: str
    """When, as it is written: `sunday 03:00`, a crontab's five fields, or a moment."""
    zone: tzinfo = UTC
    """In which its times are meant."""
    recheck: float = RECHECK
    """Seconds before its end at which everything is looked at again; 0: not before its end."""
    announce: float = 0.0
    """Seconds before it that people have to be told of it; 0 when nobody has to."""
    extend: float | None = None
    """Seconds by which it may close later, all extensions together; None where nobody says."""
    told: tzinfo = UTC
    """In which its times are told: that of the system, whatever its own is."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a window is planned to be open."""

    window: str
    span: Span
    zone: tzinfo = UTC
    """In which it is told."""


def windows_of(system: System) -> tuple[WindowPlan, ...]:
    """Return the windows of a loaded system, whose times were judged while loading."""
    section = system.sections.get("windows") or {}
    return tuple(
        WindowPlan(
            name,
            read_timing(options, system.info.timezone),
            str(next(options[key] for key in ("every", "cron", "from") if options.get(key) is not None)),
            zone_named(str(options.get("timezone") or system.info.timezone)),
            read(str(options["recheck"]), "s") if options.get("recheck") is not None else RECHECK,
            read(str(options.get("announce") or 0), "s"),
            read(str(options["extend"]), "s") if options.get("extend") is not None else None,
            zone_named(system.info.timezone),
        )
        for name, options in section.items()
    )


def window_named(plans: Iterable[WindowPlan], name: str) -> WindowPlan:
    """Return the window of that name.

    Raises:
        UsageError: when there is none; says what may have been meant.
    """
    known = {plan.name: plan for plan in plans}
    if name not in known:
        near = did_you_mean(name, known) or f"; windows: {', '.join(known) or 'none'}"
        raise UsageError(f"no window is called {name!r}{near}")
    return known[name]


def next_span(plan: WindowPlan, at: float, early: Mapping[str, float] = NONE_EARLY) -> Span | None:
    """Return when a window opens next after this moment; a start that it was opened early for is past."""
    return plan.timing.next_after(max(at, early.get(plan.name, at)))


def next_planned(
    plans: Iterable[WindowPlan], at: float, early: Mapping[str, float] = NONE_EARLY
) -> Occurrence | None:
    """Return the window that opens next after this moment; None when none ever does.

    `early` says for which planned start each window was opened early: that one is past.
    """
    found = [
        Occurrence(plan.name, span, plan.told)
        for plan in plans
        if (span := next_span(plan, at, early)) is not None
    ]
    return min(found, key=lambda one: one.span.start, default=None)

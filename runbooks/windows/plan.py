"""Owns the windows of a system as its configuration plans them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checks.errors import UsageError
from checks.recurrence.timing import Span, Timing, read_timing
from checks.suggest import did_you_mean
from checks.system import System


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """One window of the configuration."""

    name: str
    timing: Timing
    words: str
    """When, as it is written: `sunday 03:00`, a crontab's five fields, or a moment."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a window is planned to be open."""

    window: str
    span: Span


def windows_of(system: System) -> tuple[WindowPlan, ...]:
    """Return the windows of a loaded system, whose times were judged while loading."""
    section = system.sections.get("windows") or {}
    return tuple(
        WindowPlan(
            name,
            read_timing(options, system.info.timezone),
            str(next(options[key] for key in ("every", "cron", "from") if options.get(key) is not None)),
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


def planned_now(plans: Iterable[WindowPlan], at: float) -> Occurrence | None:
    """Return the window that is planned to be open; of several the one that stays open longest."""
    found = [Occurrence(plan.name, span) for plan in plans if (span := plan.timing.containing(at))]
    return max(found, key=lambda one: one.span.end, default=None)


def next_planned(plans: Iterable[WindowPlan], at: float) -> Occurrence | None:
    """Return the window that opens next after this moment; None when none ever does."""
    found = [Occurrence(plan.name, span) for plan in plans if (span := plan.timing.next_after(at))]
    return min(found, key=lambda one: one.span.start, default=None)

"""Owns all that is planned for a time ahead, windows and tasks alike, as spans beside one another. Pure.

A task takes as long as it usually took, else as long as is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from checks.moments import local as local_at
from checks.recurrence.timing import Recurring, Span, Timing
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.state import Slot
from runbooks.windows.plan import WindowPlan

AHEAD = 430 * 86400.0
"""Seconds that are looked at: within 14 months there is always a first of a month that is a Sunday."""
MOST = 5000
"""Times of one window or task that are looked at."""
OFTEN = 4
"""Times a day; what comes more often is told once for the day."""
Usual = Mapping[str, float]
"""Seconds that each task usually takes, by its name, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One time of a window or a task."""

    slot: Slot
    name: str
    span: Span
    """Of a task: for as long as it takes, which may be no time at all."""
    window: str = ""
    """Of a task: the window that it belongs to."""


def lasting(task: TaskPlan, usual: Usual) -> float:
    """Return the seconds that a task takes, as far as anybody knows; 0 when nobody does."""
    return usual.get(task.name) or task.expected


def window_spans(window: WindowPlan, start: float, end: float) -> Iterator[Span]:
    """Yield when a window is open between two moments, those that begin before among them, in order."""
    before = window.timing.containing(start)
    if before is not None and before.start < start:
        yield before
    for number, span in enumerate(window.timing.after(start - 1e-3)):
        if span.start >= end or number >= MOST:
            return
        if before is None or span.start > before.start:
            yield span


def task_spans(task: TaskPlan, start: float, end: float, most: int = MOST) -> Iterator[Span]:
    """Yield when a task is due between two moments, in order; so many times at most."""
    for number, span in enumerate(task.after(start - 1e-3)):
        if span.start >= end or number >= most:
            return
        yield span


def all_planned(
    windows: Iterable[WindowPlan], tasks: Iterable[TaskPlan], usual: Usual, start: float, end: float
) -> list[Planned]:
    """Return all that is planned between two moments, in the order in which it begins."""
    found = [
        Planned(Slot.WINDOW, window.name, span)
        for window in windows
        for span in window_spans(window, start, end)
    ]
    for task in tasks:
        lasts = lasting(task, usual)
        found += [
            Planned(Slot.TASK, task.name, Span(span.start, span.start + lasts), task.window)
            for span in task_spans(task, start, end)
        ]
    return sorted(found, key=lambda one: (one.span.start, -one.span.end, one.name))


def often(timing: Timing | None) -> bool:
    """Return whether it comes many times a day, so that it lies beside everything."""
    return isinstance(timing, Recurring) and len(timing.recurrence.times) > OFTEN


def spoken(at: float, zone: tzinfo) -> str:
    """Return a moment as it is said, such as `Sun 6 Dec 2026 04:00`."""
    local = local_at(at, zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"

"""Owns the rule that a planned window which was not opened is missed: which times ended without it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from checks.recurrence.timing import Span
from runbooks.window_events import WindowMissed
from runbooks.windows.plan import WindowPlan
from runbooks.windows.state import WindowState

MOST = 50
"""Times of one window that are looked at, at one look."""


def missed(
    state: WindowState, plans: Iterable[WindowPlan], since: float, at: float
) -> tuple[WindowMissed, ...]:
    """Return the planned times that ended between two moments without their window having been open."""
    return tuple(
        WindowMissed(plan.name, span.start, span.end, _behind(state, span))
        for plan in plans
        for span in _ended(plan, since, at)
        if not _was_open(state, plan.name, span)
    )


def _ended(plan: WindowPlan, since: float, at: float) -> Iterator[Span]:
    """Yield the times of a window that ended after one moment and not after another."""
    begun = plan.timing.containing(since)
    later = (span for span in islice(plan.timing.after(since), MOST) if span.start < at)
    for span in (*((begun,) if begun is not None else ()), *later):
        if since < span.end <= at:
            yield span


def _was_open(state: WindowState, name: str, span: Span) -> bool:
    """Return whether the window was open in that time, or known to be missed by now."""
    lost = state.missed.get(name)
    if span.start <= state.early.get(name, 0.0) or (lost is not None and span.start <= lost.start):
        return True
    own = name == state.name and not state.closed_at
    return (state.until if own else state.held.get(name, 0.0)) > span.start


def _behind(state: WindowState, span: Span) -> str:
    """Return the window that was open instead."""
    until = min(state.closed_at or state.until, state.until)
    return state.name if state.opened_at < span.end and until > span.start else ""

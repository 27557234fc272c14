"""Owns the windows there were: each fold of the journal's rows from one opening to the next. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from runbooks.events import Entry
from runbooks.window_events import WindowOpened
from runbooks.windows.fold import NONE, fold
from runbooks.windows.state import WindowState

SAME = 1.0
"""Seconds within which two moments are the beginning of the same window."""


def past_windows(entries: Iterable[Entry]) -> tuple[WindowState, ...]:
    """Return every window that the rows tell of, in order; the last one may be open."""
    found: list[WindowState] = []
    for entry in entries:
        if isinstance(entry.event, WindowOpened):
            found.append(fold(NONE, entry))
        elif found:
            found[-1] = fold(found[-1], entry)
    return tuple(msgspec.structs.replace(state, shut={}, held={}, missed={}) for state in found)


def ended(state: WindowState, now: float) -> float:
    """Return when a window ended: closed, or its time was over while nobody looked; `now` if open."""
    return state.closed_at or min(state.until, now)


def same_time(starts: float, state: WindowState) -> bool:
    """Return whether a window is the one that was planned to begin at that moment."""
    return bool(starts) and abs(starts - state.planned_start) < SAME


def planned_length(entries: Iterable[Entry], state: WindowState) -> float:
    """Return how many seconds a window was to be open by its plan, or as it was opened by hand."""
    begin = state.planned_start or state.opened_at
    return first_until(entries, state) - begin


def first_until(entries: Iterable[Entry], state: WindowState) -> float:
    """Return when a window was to close as it was opened, before anybody extended it."""
    for entry in entries:
        if isinstance(entry.event, WindowOpened) and (entry.event.name, entry.at) == (
            state.name,
            state.opened_at,
        ):
            return entry.event.until
    return state.planned_until or state.until

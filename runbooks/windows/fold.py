"""Owns the fold of the journal's rows into the window that is open, or was last. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from runbooks.events import Entry
from runbooks.window_events import WindowClosed, WindowExtended, WindowOpened
from runbooks.windows.state import Extension, WindowState

KINDS = (WindowOpened, WindowExtended, WindowClosed)
"""The events that concern it."""
NONE = WindowState()


def fold(state: WindowState, entry: Entry) -> WindowState:
    """Return the window after one more row; one that it has already, or of another kind, adds nothing."""
    if entry.seq <= state.seq:
        return state
    return msgspec.structs.replace(_after(state, entry), seq=entry.seq)


def fold_all(entries: Iterable[Entry], state: WindowState = NONE) -> WindowState:
    """Return the window that the rows come to."""
    for entry in entries:
        state = fold(state, entry)
    return state


def _after(state: WindowState, entry: Entry) -> WindowState:
    match entry.event:
        case WindowOpened() as event:
            return WindowState(
                event.name,
                entry.at,
                entry.operator,
                event.until,
                event.planned_until,
                event.reason,
                shut_at=state.shut_at,
            )
        case WindowExtended() as event:
            longer = Extension(entry.at, entry.operator, event.until, event.reason)
            return msgspec.structs.replace(state, until=event.until, extensions=(*state.extensions, longer))
        case WindowClosed() as event:
            return msgspec.structs.replace(
                state,
                closed_at=entry.at,
                closed_by=entry.operator,
                close_reason=event.reason,
                shut_at=entry.at if event.early else state.shut_at,
            )
        case _:
            return state

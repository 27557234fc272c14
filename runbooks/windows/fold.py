"""Owns the fold of the journal's rows into the window that is open, or was last. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from runbooks.events import Entry
from runbooks.window_events import (
    AT_CLOSE,
    WINDOW,
    BaselineTaken,
    Rechecked,
    WindowClosed,
    WindowExtended,
    WindowMissed,
    WindowOpened,
)
from runbooks.windows.state import Closing, Extension, Missed, Recheck, WindowState

KINDS = (WindowOpened, WindowExtended, WindowClosed, WindowMissed, Rechecked)
"""The events that concern it, besides baselines, which are long."""
NAMED = 50
"""So many checks that got worse are named."""
REMEMBERED = 10
"""So many rechecks of a window are known before the last one."""
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
            early = {event.name: event.planned_start} if event.planned_start > entry.at else {}
            return WindowState(
                event.name,
                entry.at,
                entry.operator,
                event.until,
                event.planned_until,
                event.reason,
                shut=state.shut,
                closing=state.closing,
                planned_start=event.planned_start,
                early=state.early | early,
                first_until=event.until,
                held=state.held,
                missed=state.missed,
            )
        case WindowExtended() as event:
            longer = Extension(entry.at, entry.operator, event.until, event.reason, event.beyond)
            return msgspec.structs.replace(state, until=event.until, extensions=(*state.extensions, longer))
        case WindowClosed() as event:
            over = min(entry.at, state.until or entry.at)
            return msgspec.structs.replace(
                state,
                closed_at=entry.at,
                closed_by=entry.operator,
                close_reason=event.reason,
                shut=state.shut | ({event.name: entry.at} if event.early else {}),
                closing=Closing(event.name, over, state.baseline),
                held=state.held | {event.name: over},
            )
        case WindowMissed() as event:
            lost = Missed(entry.at, event.start, event.end, event.behind)
            return msgspec.structs.replace(state, missed=state.missed | {event.name: lost})
        case BaselineTaken(name=state.name, occasion=occasion) if occasion == WINDOW and not state.closed_at:
            return msgspec.structs.replace(state, baseline=entry.seq, baseline_at=entry.at)
        case Rechecked() as event:
            return _rechecked(state, entry.at, event)
        case _:
            return state


def _rechecked(state: WindowState, at: float, event: Rechecked) -> WindowState:
    """Return the window after a recheck, which may be that of the one before."""
    found = event.difference
    recheck = (
        Recheck(at, event.occasion, trouble=event.trouble)
        if found is None
        else Recheck(
            at,
            event.occasion,
            tuple(one.check for one in found.newly_bad[:NAMED]),
            len(found.bad_before),
            len(found.fixed),
            len(found.moved),
            event.trouble,
            len(found.expected),
        )
    )
    of_this = event.name == state.name and bool(state.closed_at) == (event.occasion == AT_CLOSE)
    before = (*state.earlier, state.recheck)[-REMEMBERED:] if of_this and state.recheck else state.earlier
    return msgspec.structs.replace(
        state,
        recheck=recheck if of_this else state.recheck,
        earlier=before,
        closing=None if event.occasion == AT_CLOSE else state.closing,
    )

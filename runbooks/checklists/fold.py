"""Owns the fold of the journal's rows into how a checklist stands. Pure; nothing else changes one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from runbooks.checklist_events import (
    ChecklistClosed,
    ChecklistOpened,
    ItemLeftOut,
    ItemNoted,
    ItemTicked,
    ItemUnticked,
    PhaseBegun,
)
from runbooks.checklists.state import Begun, ItemState, ListState, Mark, Remark
from runbooks.events import Entry
from runbooks.operators import WALKDOWN

NONE = ListState()


def fold(state: ListState, entry: Entry) -> ListState:
    """Return the list after one more row; one that it has already, or of another list, adds nothing."""
    if entry.seq <= state.seq or (state.id and entry.walk != state.id):
        return state
    return msgspec.structs.replace(_after(state, entry), seq=entry.seq)


def fold_all(entries: Iterable[Entry], state: ListState = NONE) -> ListState:
    """Return the list that the rows come to."""
    for entry in entries:
        state = fold(state, entry)
    return state


def _after(state: ListState, entry: Entry) -> ListState:
    match entry.event:
        case ChecklistOpened() as event:
            return _opened(entry, event)
        case ItemTicked() as event:
            return _ticked(state, entry, event)
        case ItemUnticked() as event:
            return _unticked(state, entry, event)
        case ItemLeftOut() as event:
            return _stands(state, entry, event.item, Mark.LEFT_OUT, event.reason)
        case ItemNoted() as event:
            item = state.item(event.item)
            remark = Remark(entry.at, entry.operator, event.text)
            return _with(state, event.item, msgspec.structs.replace(item, notes=(*item.notes, remark)))
        case PhaseBegun() as event:
            begun = Begun(event.phase, entry.at, entry.operator)
            return msgspec.structs.replace(state, begun=(*state.begun, begun))
        case ChecklistClosed() as event:
            return msgspec.structs.replace(
                state,
                closed_at=entry.at,
                closed_by=entry.operator,
                ending=event.ending,
                close_reason=event.reason,
                unfinished=event.unfinished,
            )
        case _:
            return state


def _opened(entry: Entry, event: ChecklistOpened) -> ListState:
    first = event.plan.phases[0].name if event.plan.phases else ""
    return ListState(
        entry.walk,
        event.plan,
        entry.at,
        entry.operator,
        event.occasion,
        event.window,
        event.window_start,
        event.reason,
        (Begun(first, entry.at, entry.operator),),
    )


def _ticked(state: ListState, entry: Entry, event: ItemTicked) -> ListState:
    state = _stands(state, entry, event.item, Mark.DONE, event.why)
    item = msgspec.structs.replace(
        state.item(event.item),
        shown=event.shown,
        shown_sha256=event.shown_sha256,
        shown_at=event.shown_at,
        note=event.note,
    )
    return _with(state, event.item, item)


def _unticked(state: ListState, entry: Entry, event: ItemUnticked) -> ListState:
    lost = state.item(event.item).lost + (entry.operator == WALKDOWN)
    state = _stands(state, entry, event.item, Mark.OPEN, event.why)
    return _with(state, event.item, msgspec.structs.replace(state.item(event.item), lost=lost))


def _stands(state: ListState, entry: Entry, name: str, mark: Mark, why: str) -> ListState:
    """Return the list with an item that stands so from now on, and nothing of how it stood before."""
    before = state.item(name)
    item = ItemState(mark, entry.at, entry.operator, why, notes=before.notes, lost=before.lost)
    return _with(state, name, item)


def _with(state: ListState, name: str, item: ItemState) -> ListState:
    return msgspec.structs.replace(state, items={**state.items, name: item})

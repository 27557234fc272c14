"""Owns what is said of walks and checklists beside the window that is open. Pure."""

from __future__ import annotations

import msgspec

from agent.open_walks import OpenWalk
from runbooks.checklists.state import ListState
from runbooks.windows.state import WindowList, WindowWalk


def walk_in_window(one: OpenWalk) -> WindowWalk:
    """Return how the time of a walk stands in the window."""
    walk, spent = one.walker.walk, one.live.budget
    head = WindowWalk(walk.id, walk.plan.name, walk.plan.title, walk.holder)
    if spent is None:
        return head
    return msgspec.structs.replace(
        head,
        safe_until=spent.safe_until,
        back=spent.back,
        one_way=spent.one_way,
        uncertain=spent.uncertain,
    )


def list_in_window(state: ListState) -> WindowList:
    """Return how far a checklist is."""
    settled, items = state.counts
    unfinished = len(state.unsettled(state.phase))
    return WindowList(state.plan.name, state.plan.title, state.phase.name, settled, items, unfinished)

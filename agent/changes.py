"""Owns differences between snapshots: the agent takes them, a console puts them back. Pure."""

from __future__ import annotations

from dataclasses import replace

from agent.check_messages import Difference
from checks.board import Snapshot


def difference(told: Snapshot, newest: Snapshot) -> Difference:
    """Return what a console that was told `told` needs to know to have `newest`."""
    pairs = zip(told.states, newest.states, strict=True)
    changed = tuple(new for old, new in pairs if new is not old and new != old)
    return Difference(newest.number, newest.at, newest.health, newest.notices, changed)


def apply(told: Snapshot, change: Difference) -> Snapshot:
    """Return the snapshot that the difference makes of the one told before."""
    changed = {state.name: state for state in change.states}
    return replace(
        told,
        number=change.number,
        at=change.at,
        health=change.health,
        notices=change.notices,
        states=tuple(changed.get(state.name, state) for state in told.states) if changed else told.states,
    )

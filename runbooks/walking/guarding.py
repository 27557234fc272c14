"""Owns guards: which checks must not get worse while a walk is open, and which have. Pure."""

from __future__ import annotations

from checks.board import Snapshot
from checks.model import Level
from runbooks.maintaining import expected
from runbooks.walk import Stage, Walk, worse_than_baseline


def guards_of(walk: Walk) -> frozenset[str]:
    """Return the guards of the runbook, and those of the steps that were begun."""
    begun = {state.id for state in walk.steps if state.attempt}
    own = {guard for step in walk.plan.steps if step.id in begun for guard in step.guards}
    return frozenset(own | set(walk.plan.guards))


def doubtful(walk: Walk, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the guards that seem worse than when the walk began, but were not seen so often enough."""
    if walk.stage is not Stage.FORWARD:
        return ()
    levels = {state.name: state.level.value for state in snapshot.states}
    soft = {state.name for state in snapshot.states if not state.is_hard and state.level is not Level.OK}
    return tuple(name for name in worse_than_baseline(walk, levels) if name in guards_of(walk) & soft)


def regressed(walk: Walk, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the guards that are worse than when the walk began, and certainly so: their state is hard.

    What the runbook expects to fail now is none of them.
    """
    if walk.stage is not Stage.FORWARD:
        return ()
    guards = guards_of(walk) - expected(walk, snapshot.states)
    levels = {state.name: state.level.value for state in snapshot.states}
    hard = {state.name for state in snapshot.states if state.is_hard and state.level is not Level.OK}
    return tuple(name for name in worse_than_baseline(walk, levels) if name in guards & hard)

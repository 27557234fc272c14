"""Owns the two changes that many events make: a remark, and one step's state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from runbooks.events import Entry
from runbooks.walk import Remark, StepState, Walk


def remark(walk: Walk, entry: Entry, what: str, text: str = "", step: str = "") -> Walk:
    """Return the walk with something remarked by whoever wrote the entry."""
    return replace(walk, remarks=(*walk.remarks, Remark(entry.at, entry.operator, what, text, step)))


def change_step(walk: Walk, step: str, change: Callable[[StepState], StepState]) -> Walk:
    """Return the walk with one step's state changed, wherever the step lies."""

    def changed(states: tuple[StepState, ...]) -> tuple[StepState, ...]:
        return tuple(change(state) if state.id == step else state for state in states)

    return replace(walk, steps=changed(walk.steps), undos=changed(walk.undos), last=changed(walk.last))

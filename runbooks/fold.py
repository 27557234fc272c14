"""Owns the fold of a walk's events into how it stands. Pure; nothing else changes a walk.

A console folds the same entries as the agent, so both see the same. What each sort of events does is
`runbooks/folding/`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from runbooks.approval_events import ApprovalEvents
from runbooks.events import Denied, Entry, Noted
from runbooks.folding import approvals, steps, walks
from runbooks.folding.changes import remark
from runbooks.step_events import StepEvents
from runbooks.walk import EMPTY, Walk
from runbooks.walk_events import WalkEvents


def fold(walk: Walk, entry: Entry) -> Walk:
    """Return the walk after one more entry; one that it has already, or of another walk, adds nothing."""
    if entry.seq <= walk.seq or (walk.id and entry.walk != walk.id):
        return walk
    return replace(_after(walk, entry), seq=entry.seq)


def fold_all(entries: Iterable[Entry], walk: Walk = EMPTY) -> Walk:
    """Return the walk that the entries come to, or what they make of it."""
    for entry in entries:
        walk = fold(walk, entry)
    return walk


def _after(walk: Walk, entry: Entry) -> Walk:
    """Return the walk after what the entry tells; what concerns no walk changes none."""
    event = entry.event
    if isinstance(event, StepEvents):
        return steps.after(walk, entry, event)
    if isinstance(event, WalkEvents):
        return walks.after(walk, entry, event)
    if isinstance(event, ApprovalEvents):
        return approvals.after(walk, entry, event)
    match event:
        case Noted():
            return remark(walk, entry, "note", event.text, event.step)
        case Denied():
            return remark(walk, entry, "refused", f"{event.what}: {event.why}")
        case _:
            return walk

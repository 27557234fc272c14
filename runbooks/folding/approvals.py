"""Owns what approvals and hand-overs do to a walk. Pure."""

from __future__ import annotations

from dataclasses import replace

from runbooks import approval_events
from runbooks.boot import Moment
from runbooks.events import Entry
from runbooks.folding.changes import change_step, remark
from runbooks.walk import Approval, Offer, StepState, Walk


def after(walk: Walk, entry: Entry, event: approval_events.ApprovalEvents) -> Walk:
    """Return the walk after the event that the entry tells."""
    match event:
        case approval_events.ApprovalAsked():
            return _approval_asked(walk, entry, event)
        case approval_events.Approved():
            return _approved(walk, entry, event)
        case approval_events.ApprovalRefused():
            return _approval_refused(walk, entry, event)
        case approval_events.HandOverOffered():
            return _offered(walk, entry, event)
        case approval_events.HandOverWithdrawn():
            return remark(replace(walk, offer=None), entry, "keep")


def _approval_asked(walk: Walk, entry: Entry, event: approval_events.ApprovalAsked) -> Walk:
    asked = Approval(event.attempt, event.action_sha256, asked_at=entry.at)
    walk = change_step(walk, event.step, lambda state: replace(state, approval=asked))
    return remark(walk, entry, "ask for approval", f"action {event.action_sha256[:12]}", event.step)


def _approved(walk: Walk, entry: Entry, event: approval_events.Approved) -> Walk:
    walk = _judged(walk, entry, event, "")
    return remark(walk, entry, "approve", f"action {event.action_sha256[:12]}", event.step)


def _approval_refused(walk: Walk, entry: Entry, event: approval_events.ApprovalRefused) -> Walk:
    walk = _judged(walk, entry, event, event.reason)
    return remark(walk, entry, "not approve", event.reason, event.step)


def _judged(
    walk: Walk,
    entry: Entry,
    event: approval_events.Approved | approval_events.ApprovalRefused,
    refused: str,
) -> Walk:
    def change(state: StepState) -> StepState:
        said = Approval(
            event.attempt,
            event.action_sha256,
            state.approval.asked_at,
            entry.operator,
            entry.at,
            Moment(entry.boot, entry.mono),
            refused,
        )
        return replace(state, approval=said)

    return change_step(walk, event.step, change)


def _offered(walk: Walk, entry: Entry, event: approval_events.HandOverOffered) -> Walk:
    walk = replace(walk, offer=Offer(entry.operator, entry.at, event))
    said = (
        ("done", event.done),
        ("deviated", event.deviated),
        ("left", event.left),
        ("to be watched", event.watch),
    )
    words = "; ".join(f"{label}: {text}" for label, text in said if text)
    return remark(walk, entry, "hand over", f"to {event.to or 'whoever takes it'}. {words}")

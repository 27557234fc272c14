"""Owns what the events of walks as wholes do to a walk. Pure."""

from __future__ import annotations

from dataclasses import replace

from runbooks import walk_events
from runbooks.events import Entry
from runbooks.folding.changes import remark
from runbooks.walk import Stage, StepState, Walk


def after(walk: Walk, entry: Entry, event: walk_events.WalkEvents) -> Walk:
    """Return the walk after the event that the entry tells."""
    match event:
        case walk_events.WalkOpened():
            return _opened(walk, entry, event)
        case walk_events.WalkPaused():
            return _paused(walk, entry, event)
        case walk_events.WalkWentOn():
            return _went_on(walk, entry, event)
        case walk_events.RollbackBegun():
            return _back_begun(walk, entry, event)
        case walk_events.RollbackEnded():
            return _back_ended(walk, entry, event)
        case walk_events.FinallyBegun():
            return _last_begun(walk, entry, event)
        case walk_events.WalkEnded():
            return _over(walk, entry, event)
        case walk_events.WalkResumed():
            return _resumed(walk, entry, event)
        case walk_events.HolderChanged():
            return _holder(walk, entry, event)
        case walk_events.Overridden():
            return _overridden(walk, entry, event)


def _opened(walk: Walk, entry: Entry, event: walk_events.WalkOpened) -> Walk:
    plan = event.plan
    return replace(
        walk,
        id=entry.walk,
        plan=plan,
        plan_sha256=event.plan_sha256,
        system=event.system,
        manner=event.manner,
        opened_at=entry.at,
        opened_by=entry.operator,
        host=entry.host,
        steps=tuple(StepState(step.id) for step in plan.steps),
        last=tuple(StepState(step.id) for step in plan.last),
        inputs=event.inputs,
        values=dict(event.inputs),
        secret_inputs=event.secret_inputs,
        baseline=event.baseline,
        holder=entry.operator,
        fence=entry.fence,
        deviations=event.deviations,
    )


def _paused(walk: Walk, entry: Entry, event: walk_events.WalkPaused) -> Walk:
    return remark(replace(walk, paused=event.reason, worse=event.guards), entry, "pause", event.reason)


def _went_on(walk: Walk, entry: Entry, event: walk_events.WalkWentOn) -> Walk:
    return remark(replace(walk, paused="", worse=()), entry, "go on", event.reason)


def _back_begun(walk: Walk, entry: Entry, event: walk_events.RollbackBegun) -> Walk:
    walk = replace(
        walk,
        stage=Stage.BACK,
        paused="",
        worse=(),
        undos=tuple(StepState(step) for step in event.undo),
        lost=event.lost,
    )
    return remark(walk, entry, "roll back", event.reason)


def _back_ended(walk: Walk, entry: Entry, event: walk_events.RollbackEnded) -> Walk:
    return replace(walk, back=event.back, verdict=event.verdict, worse=event.worse)


def _last_begun(walk: Walk, entry: Entry, event: walk_events.FinallyBegun) -> Walk:
    walk = replace(walk, stage=Stage.LAST, ending=event.ending, reason=event.reason, paused="")
    return remark(walk, entry, "stop", event.reason) if event.reason else walk


def _over(walk: Walk, entry: Entry, event: walk_events.WalkEnded) -> Walk:
    return replace(
        walk, stage=Stage.OVER, ending=event.ending, reason=event.reason or walk.reason, ended_at=entry.at
    )


def _resumed(walk: Walk, entry: Entry, event: walk_events.WalkResumed) -> Walk:
    return remark(walk, entry, "resume", f"by process {event.pid}")


def _holder(walk: Walk, entry: Entry, event: walk_events.HolderChanged) -> Walk:
    walk = replace(walk, holder=event.holder, fence=event.fence, offer=None)
    words = " ".join(part for part in (event.reason, event.state_of_things) if part)
    return remark(walk, entry, "take over", words)


def _overridden(walk: Walk, entry: Entry, event: walk_events.Overridden) -> Walk:
    walk = replace(walk, overridden=(*walk.overridden, event.rule))
    return remark(walk, entry, f"override {event.rule}", event.reason)

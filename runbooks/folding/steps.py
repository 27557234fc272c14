"""Owns what the events of steps and their attempts do to a walk. Pure."""

from __future__ import annotations

from dataclasses import replace

from runbooks import step_events
from runbooks.events import Entry
from runbooks.folding.changes import change_step, remark
from runbooks.outcome import Applied, Ending
from runbooks.step_events import Resolution
from runbooks.walk import NOT_ASKED, NOT_ENDED, Status, StepState, Walk


def after(walk: Walk, entry: Entry, event: step_events.StepEvents) -> Walk:
    """Return the walk after the event that the entry tells."""
    match event:
        case step_events.StepPlanned():
            return _planned(walk, entry, event)
        case step_events.StepConfirmed():
            return _confirmed(walk, entry, event)
        case step_events.StepExpired():
            return _expired(walk, entry, event)
        case step_events.StepStarted():
            return _started(walk, entry, event)
        case step_events.StepEnded():
            return _ended(walk, entry, event)
        case step_events.EvidenceAdded():
            return _evidence(walk, entry, event)
        case step_events.StepVerified():
            return _verified(walk, entry, event)
        case step_events.StepResolved():
            return _resolved(walk, entry, event)
        case step_events.StepSkipped():
            return _skipped(walk, entry, event)
        case step_events.StepAskedToEnd():
            return _asked_to_end(walk, entry, event)
        case step_events.StepDetached():
            return _detached(walk, entry, event)
        case step_events.RetryWanted():
            return _retry(walk, entry, event)


def _planned(walk: Walk, entry: Entry, event: step_events.StepPlanned) -> Walk:
    def change(state: StepState) -> StepState:
        anew = event.attempt > state.attempt
        return replace(
            state,
            status=Status.PLANNED,
            attempt=event.attempt,
            action=event.action,
            action_sha256=event.action_sha256,
            planned_at=entry.at,
            earlier=(*state.earlier, state.outcome) if anew and state.started_at else state.earlier,
            started_at=0.0,
            ended_at=0.0,
            elapsed=0.0,
            key="",
            folder="",
            outcome=NOT_ENDED,
            evidence=(),
            reconciled=False,
            resolution=None,
            verified=None,
            verdict="",
            detached=False,
            ending_asked=False,
            approval=state.approval
            if (state.approval.attempt, state.approval.action_sha256) == (event.attempt, event.action_sha256)
            else NOT_ASKED,
        )

    return change_step(walk, event.step, change)


def _confirmed(walk: Walk, entry: Entry, event: step_events.StepConfirmed) -> Walk:
    return change_step(
        walk, event.step, lambda state: replace(state, status=Status.CONFIRMED, operator=entry.operator)
    )


def _expired(walk: Walk, entry: Entry, event: step_events.StepExpired) -> Walk:
    return change_step(walk, event.step, lambda state: replace(state, status=Status.PENDING))


def _started(walk: Walk, entry: Entry, event: step_events.StepStarted) -> Walk:
    return change_step(
        walk,
        event.step,
        lambda state: replace(
            state, status=Status.STARTED, started_at=entry.at, key=event.key, folder=event.folder
        ),
    )


_STATUS_OF = {
    Ending.SUCCEEDED: Status.SUCCEEDED,
    Ending.FAILED: Status.FAILED,
    Ending.UNKNOWN: Status.UNKNOWN,
}


def _ended(walk: Walk, entry: Entry, event: step_events.StepEnded) -> Walk:
    outcome = event.outcome
    maybe = outcome.ending is Ending.UNKNOWN or outcome.applied is not Applied.NONE
    plan = walk.plan.step(event.step)
    walk = change_step(
        walk,
        event.step,
        lambda state: replace(
            state,
            status=_STATUS_OF[outcome.ending],
            outcome=outcome,
            ended_at=entry.at,
            elapsed=event.elapsed,
            evidence=event.evidence,
            reconciled=event.reconciled,
            touched=state.touched or (maybe and plan.changes),
            origin=state.origin if state.touched and state.origin else outcome.facts,
        ),
    )
    walk = replace(walk, values={**walk.values, **outcome.captured})
    return _undone(walk, event.step) if outcome.ending is Ending.SUCCEEDED else walk


def _undone(walk: Walk, step: str) -> Walk:
    """Return the walk in which a step counts as taken back, once all that undoes it has succeeded."""
    for plan in walk.plan.steps:
        names = {undo.id for undo in plan.undo}
        if step in names:
            done = {state.id for state in walk.undos if state.status is Status.SUCCEEDED}
            if names <= done:
                return change_step(walk, plan.id, lambda state: replace(state, touched=False, origin={}))
    return walk


def _evidence(walk: Walk, entry: Entry, event: step_events.EvidenceAdded) -> Walk:
    return change_step(
        walk, event.step, lambda state: replace(state, evidence=(*state.evidence, *event.evidence))
    )


def _verified(walk: Walk, entry: Entry, event: step_events.StepVerified) -> Walk:
    return change_step(
        walk, event.step, lambda state: replace(state, verified=event.passed, verdict=event.summary)
    )


_STATUS_RESOLVED = {
    Resolution.SUCCEEDED: Status.SUCCEEDED,
    Resolution.FAILED: Status.FAILED,
    Resolution.NOT_APPLIED: Status.NOT_APPLIED,
}


def _resolved(walk: Walk, entry: Entry, event: step_events.StepResolved) -> Walk:
    none = event.resolution is Resolution.NOT_APPLIED
    plan = walk.plan.step(event.step)

    def change(state: StepState) -> StepState:
        return replace(
            state,
            status=_STATUS_RESOLVED[event.resolution],
            resolution=event.resolution,
            verdict=event.reason,
            ended_at=state.ended_at or entry.at,
            touched=plan.changes and (not none or any(o.applied is not Applied.NONE for o in state.earlier)),
        )

    walk = change_step(walk, event.step, change)
    if event.resolution is Resolution.SUCCEEDED:
        walk = _undone(walk, event.step)
    return walk if event.by_look else remark(walk, entry, event.resolution.value, event.reason, event.step)


def _skipped(walk: Walk, entry: Entry, event: step_events.StepSkipped) -> Walk:
    def change(state: StepState) -> StepState:
        untried = state.status in (Status.PENDING, Status.PLANNED, Status.CONFIRMED)
        return replace(
            state,
            status=Status.SKIPPED if untried else state.status,
            skipped=event.reason or "skipped",
            by_condition=event.by_condition,
        )

    walk = change_step(walk, event.step, change)
    return walk if event.by_condition else remark(walk, entry, "skip", event.reason, event.step)


def _asked_to_end(walk: Walk, entry: Entry, event: step_events.StepAskedToEnd) -> Walk:
    walk = change_step(walk, event.step, lambda state: replace(state, ending_asked=True))
    return remark(walk, entry, "end program", event.reason, event.step)


def _detached(walk: Walk, entry: Entry, event: step_events.StepDetached) -> Walk:
    walk = change_step(
        walk,
        event.step,
        lambda state: replace(state, status=Status.UNKNOWN, detached=True, ended_at=entry.at, touched=True),
    )
    return remark(walk, entry, "detach", event.reason, event.step)


def _retry(walk: Walk, entry: Entry, event: step_events.RetryWanted) -> Walk:
    walk = change_step(walk, event.step, lambda state: replace(state, status=Status.PENDING, skipped=""))
    return remark(walk, entry, "retry", event.reason, event.step)

"""Owns the fold of a walk's events into how it stands. Pure; nothing else changes a walk.

A console folds the same entries as the agent, so both see the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from runbooks import approval_events, events, step_events, walk_events
from runbooks.boot import Moment
from runbooks.events import Entry
from runbooks.outcome import Applied, Ending
from runbooks.step_events import Resolution
from runbooks.walk import EMPTY, NOT_ASKED, NOT_ENDED, Approval, Offer, Remark, Stage, Status, StepState, Walk


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
    """Return the walk after what the entry tells."""
    match entry.event:
        case walk_events.WalkOpened() as event:
            return _opened(walk, entry, event)
        case step_events.StepPlanned() as event:
            return _planned(walk, entry, event)
        case step_events.StepConfirmed() as event:
            return _confirmed(walk, entry, event)
        case step_events.StepExpired() as event:
            return _expired(walk, entry, event)
        case step_events.StepStarted() as event:
            return _started(walk, entry, event)
        case step_events.StepEnded() as event:
            return _ended(walk, entry, event)
        case step_events.EvidenceAdded() as event:
            return _evidence(walk, entry, event)
        case step_events.StepVerified() as event:
            return _verified(walk, entry, event)
        case step_events.StepResolved() as event:
            return _resolved(walk, entry, event)
        case step_events.StepSkipped() as event:
            return _skipped(walk, entry, event)
        case step_events.StepAskedToEnd() as event:
            return _asked_to_end(walk, entry, event)
        case step_events.StepDetached() as event:
            return _detached(walk, entry, event)
        case step_events.RetryWanted() as event:
            return _retry(walk, entry, event)
        case walk_events.WalkPaused() as event:
            return _paused(walk, entry, event)
        case walk_events.WalkWentOn() as event:
            return _went_on(walk, entry, event)
        case walk_events.RollbackBegun() as event:
            return _back_begun(walk, entry, event)
        case walk_events.RollbackEnded() as event:
            return _back_ended(walk, entry, event)
        case walk_events.FinallyBegun() as event:
            return _last_begun(walk, entry, event)
        case walk_events.WalkEnded() as event:
            return _over(walk, entry, event)
        case walk_events.WalkResumed() as event:
            return _resumed(walk, entry, event)
        case walk_events.HolderChanged() as event:
            return _holder(walk, entry, event)
        case approval_events.ApprovalAsked() as event:
            return _approval_asked(walk, entry, event)
        case approval_events.Approved() as event:
            return _approved(walk, entry, event)
        case approval_events.ApprovalRefused() as event:
            return _approval_refused(walk, entry, event)
        case approval_events.HandOverOffered() as event:
            return _offered(walk, entry, event)
        case approval_events.HandOverWithdrawn():
            return _remark(replace(walk, offer=None), entry, "keep")
        case events.Noted() as event:
            return _noted(walk, entry, event)
        case walk_events.Overridden() as event:
            return _overridden(walk, entry, event)
        case events.Denied() as event:
            return _denied(walk, entry, event)
        case _:  # of the journal itself, or of an area that concerns no walk
            return walk


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

    return _change(walk, event.step, change)


def _approval_asked(walk: Walk, entry: Entry, event: approval_events.ApprovalAsked) -> Walk:
    asked = Approval(event.attempt, event.action_sha256, asked_at=entry.at)
    walk = _change(walk, event.step, lambda state: replace(state, approval=asked))
    return _remark(walk, entry, "ask for approval", f"action {event.action_sha256[:12]}", event.step)


def _approved(walk: Walk, entry: Entry, event: approval_events.Approved) -> Walk:
    walk = _judged(walk, entry, event, "")
    return _remark(walk, entry, "approve", f"action {event.action_sha256[:12]}", event.step)


def _approval_refused(walk: Walk, entry: Entry, event: approval_events.ApprovalRefused) -> Walk:
    walk = _judged(walk, entry, event, event.reason)
    return _remark(walk, entry, "not approve", event.reason, event.step)


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

    return _change(walk, event.step, change)


def _offered(walk: Walk, entry: Entry, event: approval_events.HandOverOffered) -> Walk:
    walk = replace(walk, offer=Offer(entry.operator, entry.at, event))
    said = (
        ("done", event.done),
        ("deviated", event.deviated),
        ("left", event.left),
        ("to be watched", event.watch),
    )
    words = "; ".join(f"{label}: {text}" for label, text in said if text)
    return _remark(walk, entry, "hand over", f"to {event.to or 'whoever takes it'}. {words}")


def _confirmed(walk: Walk, entry: Entry, event: step_events.StepConfirmed) -> Walk:
    return _change(
        walk, event.step, lambda state: replace(state, status=Status.CONFIRMED, operator=entry.operator)
    )


def _expired(walk: Walk, entry: Entry, event: step_events.StepExpired) -> Walk:
    return _change(walk, event.step, lambda state: replace(state, status=Status.PENDING))


def _started(walk: Walk, entry: Entry, event: step_events.StepStarted) -> Walk:
    return _change(
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
    walk = _change(
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
                return _change(walk, plan.id, lambda state: replace(state, touched=False, origin={}))
    return walk


def _evidence(walk: Walk, entry: Entry, event: step_events.EvidenceAdded) -> Walk:
    return _change(
        walk, event.step, lambda state: replace(state, evidence=(*state.evidence, *event.evidence))
    )


def _verified(walk: Walk, entry: Entry, event: step_events.StepVerified) -> Walk:
    return _change(
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

    walk = _change(walk, event.step, change)
    if event.resolution is Resolution.SUCCEEDED:
        walk = _undone(walk, event.step)
    return walk if event.by_look else _remark(walk, entry, event.resolution.value, event.reason, event.step)


def _skipped(walk: Walk, entry: Entry, event: step_events.StepSkipped) -> Walk:
    def change(state: StepState) -> StepState:
        untried = state.status in (Status.PENDING, Status.PLANNED, Status.CONFIRMED)
        return replace(
            state,
            status=Status.SKIPPED if untried else state.status,
            skipped=event.reason or "skipped",
            by_condition=event.by_condition,
        )

    walk = _change(walk, event.step, change)
    return walk if event.by_condition else _remark(walk, entry, "skip", event.reason, event.step)


def _asked_to_end(walk: Walk, entry: Entry, event: step_events.StepAskedToEnd) -> Walk:
    walk = _change(walk, event.step, lambda state: replace(state, ending_asked=True))
    return _remark(walk, entry, "end program", event.reason, event.step)


def _detached(walk: Walk, entry: Entry, event: step_events.StepDetached) -> Walk:
    walk = _change(
        walk,
        event.step,
        lambda state: replace(state, status=Status.UNKNOWN, detached=True, ended_at=entry.at, touched=True),
    )
    return _remark(walk, entry, "detach", event.reason, event.step)


def _retry(walk: Walk, entry: Entry, event: step_events.RetryWanted) -> Walk:
    walk = _change(walk, event.step, lambda state: replace(state, status=Status.PENDING, skipped=""))
    return _remark(walk, entry, "retry", event.reason, event.step)


def _paused(walk: Walk, entry: Entry, event: walk_events.WalkPaused) -> Walk:
    return _remark(replace(walk, paused=event.reason, worse=event.guards), entry, "pause", event.reason)


def _went_on(walk: Walk, entry: Entry, event: walk_events.WalkWentOn) -> Walk:
    return _remark(replace(walk, paused="", worse=()), entry, "go on", event.reason)


def _back_begun(walk: Walk, entry: Entry, event: walk_events.RollbackBegun) -> Walk:
    walk = replace(
        walk,
        stage=Stage.BACK,
        paused="",
        worse=(),
        undos=tuple(StepState(step) for step in event.undo),
        lost=event.lost,
    )
    return _remark(walk, entry, "roll back", event.reason)


def _back_ended(walk: Walk, entry: Entry, event: walk_events.RollbackEnded) -> Walk:
    return replace(walk, back=event.back, verdict=event.verdict, worse=event.worse)


def _last_begun(walk: Walk, entry: Entry, event: walk_events.FinallyBegun) -> Walk:
    walk = replace(walk, stage=Stage.LAST, ending=event.ending, reason=event.reason, paused="")
    return _remark(walk, entry, "stop", event.reason) if event.reason else walk


def _over(walk: Walk, entry: Entry, event: walk_events.WalkEnded) -> Walk:
    return replace(
        walk, stage=Stage.OVER, ending=event.ending, reason=event.reason or walk.reason, ended_at=entry.at
    )


def _resumed(walk: Walk, entry: Entry, event: walk_events.WalkResumed) -> Walk:
    return _remark(walk, entry, "resume", f"by process {event.pid}")


def _holder(walk: Walk, entry: Entry, event: walk_events.HolderChanged) -> Walk:
    walk = replace(walk, holder=event.holder, fence=event.fence, offer=None)
    words = " ".join(part for part in (event.reason, event.state_of_things) if part)
    return _remark(walk, entry, "take over", words)


def _noted(walk: Walk, entry: Entry, event: events.Noted) -> Walk:
    return _remark(walk, entry, "note", event.text, event.step)


def _overridden(walk: Walk, entry: Entry, event: walk_events.Overridden) -> Walk:
    walk = replace(walk, overridden=(*walk.overridden, event.rule))
    return _remark(walk, entry, f"override {event.rule}", event.reason)


def _denied(walk: Walk, entry: Entry, event: events.Denied) -> Walk:
    return _remark(walk, entry, "refused", f"{event.what}: {event.why}")


def _remark(walk: Walk, entry: Entry, what: str, text: str = "", step: str = "") -> Walk:
    return replace(walk, remarks=(*walk.remarks, Remark(entry.at, entry.operator, what, text, step)))


def _change(walk: Walk, step: str, change: Callable[[StepState], StepState]) -> Walk:
    """Return the walk with one step's state changed, wherever the step lies."""

    def changed(states: tuple[StepState, ...]) -> tuple[StepState, ...]:
        return tuple(change(state) if state.id == step else state for state in states)

    return replace(walk, steps=changed(walk.steps), undos=changed(walk.undos), last=changed(walk.last))

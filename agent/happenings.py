"""Owns what is told when a walk has moved: the difference between how it stood and how it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from checks.text import clean
from runbooks.outcome import Applied, Ending
from runbooks.walk import Stage, Status, StepState, Walk
from runbooks.wording import label_of, name_of, span, who

TOLD_BY_STATE = ("retry",)
"""Remarks that the step shows anyway."""


def happenings(before: Walk, after: Walk) -> tuple[str, ...]:
    """Return what has happened in between, a line or paragraph each."""
    return tuple(_happenings(before, after))


def ended_since(before: Walk, after: Walk) -> tuple[StepState, ...]:
    """Return the steps of which an attempt has ended in between."""
    was = {state.id: state for state in before.states}
    return tuple(state for state in after.states if _has_ended(was.get(state.id), state))


def _happenings(before: Walk, after: Walk) -> Iterator[str]:
    for remark in after.remarks[len(before.remarks) :]:
        if remark.what not in TOLD_BY_STATE:
            about = f" {remark.step}" if remark.step else ""
            text = f": {remark.text}" if remark.text else ""
            yield clean(f"{remark.what.replace('_', ' ')}{about}, {who(remark.operator)}{text}", lines=True)
    if after.stage is not before.stage:
        yield from _stage(after)
    was = {state.id: state for state in before.states}
    for state in after.states:
        yield from _step(after, was.get(state.id, StepState(state.id)), state)
    if after.back is not None and before.back is None:
        seen = after.verdict or "every check is as it was"
        yield clean(
            f"The way back is at its end: {'' if after.back else 'NOT everything is as before: '}{seen}"
        )


def _has_ended(was: StepState | None, now: StepState) -> bool:
    before = (was.ended_at, was.attempt, was.detached) if was is not None else (0.0, 0, False)
    return now.ended_at > 0 and before != (now.ended_at, now.attempt, now.detached)


def _stage(after: Walk) -> Iterator[str]:
    match after.stage:
        case Stage.BACK:
            lost = f" Cannot be undone: {', '.join(after.lost)}." if after.lost else ""
            undo = ", ".join(state.id for state in after.undos) or "nothing"
            yield f"The way back begins. Will be undone: {undo}.{lost}"
        case Stage.LAST if after.last:
            yield "The last steps begin; they are run whatever happened before."


def _step(walk: Walk, was: StepState, now: StepState) -> Iterator[str]:
    name = f"{label_of(walk, now.id)}, {name_of(walk.plan.step(now.id))}"
    began = now.started_at and (was.started_at, was.attempt) != (now.started_at, now.attempt)
    if began and now.status is Status.STARTED:
        yield f"{name}: started."
    if _has_ended(was, now) and not now.resolution:
        yield f"{name}: {_ended(now)}"
    if now.resolution and now.resolution != was.resolution:
        yield f"{name}: {now.resolution.removeprefix('resolved_').replace('_', ' ')}: {clean(now.verdict)}"
    looked = (now.verified, now.attempt, now.verdict)
    if now.verified is not None and (was.verified, was.attempt, was.verdict) != looked:
        yield f"{name}: {'verified' if now.verified else 'NOT VERIFIED'}: {clean(now.verdict)}"
    if now.by_condition and not was.by_condition:
        yield f"{name}: left out, {clean(now.skipped)}."


def _ended(state: StepState) -> str:
    outcome = state.outcome
    if state.detached:
        return "nobody waits for its program any more; its end is UNKNOWN."
    took = f" after {span(state.elapsed)}" if state.elapsed > 0 else ""
    word = {Ending.SUCCEEDED: "done", Ending.FAILED: "FAILED", Ending.UNKNOWN: "UNKNOWN"}[outcome.ending]
    error = f" ({clean(outcome.error_class)})" if outcome.error_class else ""
    known = outcome.ending is Ending.FAILED and outcome.applied is not Applied.NONE
    applied = f"; applied: {outcome.applied}" if known else ""
    return f"{word}{took}{error}: {clean(outcome.summary)}{applied}"

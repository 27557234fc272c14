"""Owns what a walk came to: its verdict, where it left the plan, what is left to do and to watch. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.text import clean
from runbooks.attempts import Course
from runbooks.outcome import Ending
from runbooks.report_parts import EventPart
from runbooks.walk import Remark, Status, StepState, Walk, worse_than_baseline
from runbooks.walk_events import WalkEnding
from runbooks.wording import ENDINGS, name_of, who

AS_PLANNED = ("note", "resume", "ask for approval", "approve", "hand over", "keep")
"""What is remarked without being a deviation."""


def verdict(walk: Walk) -> str:
    """Return in one line how the walk ended, or how it stands."""
    ending = walk.ending if walk.over else None
    done = sum(state.status is Status.SUCCEEDED for state in walk.steps)
    left_out = sum(state.by_condition for state in walk.steps)
    counted = f"{done} of {len(walk.steps) - left_out} steps succeeded"
    words = [f"{ENDINGS[ending].capitalize()}: {counted}"]
    if left_out:
        words.append(f"{left_out} left out, as their conditions did not hold")
    if walk.reason:
        words.append(f"reason: {walk.reason}")
    if walk.verdict:
        words.append(f"after the way back: {walk.verdict}")
    return clean("; ".join(words))


def decision_parts(walk: Walk) -> tuple[EventPart, ...]:
    """Return all that somebody decided or wrote down, and what was refused."""
    return tuple(_remarked(remark) for remark in walk.remarks)


def deviations(course: Course) -> tuple[EventPart, ...]:
    """Return where the walk left its plan, in the order of time."""
    walk = course.walk
    found = [EventPart(walk.opened_at, who(walk.opened_by), "begun", "", clean(w)) for w in walk.deviations]
    found += [_remarked(remark) for remark in walk.remarks if remark.what not in AS_PLANNED]
    for attempts in course.attempts.values():
        found += [part for attempt in attempts for part in _went_wrong(attempt.state)]
    return tuple(sorted(found, key=lambda part: part.at))


def left(walk: Walk) -> tuple[str, ...]:
    """Return what is not as a walk without trouble would have left it, a line each."""
    return tuple(_left(walk))


def watch(walk: Walk, levels: Mapping[str, str] | None) -> tuple[str, ...]:
    """Return what should be looked after from here on, a line each; `levels` are those of the checks now."""
    lines = []
    worse = worse_than_baseline(walk, levels) if levels is not None else walk.worse
    for name in worse:
        now = f", {levels[name]} now" if levels and name in levels else ""
        lines.append(clean(f"check {name}: {walk.baseline.get(name, 'not known')} before{now}"))
    for state in walk.states:
        if state.detached and state.resolution is None:
            lines.append(f"{state.id}: its program may still be running")
        if state.status is Status.SUCCEEDED and state.verified is False:
            lines.append(clean(f"{state.id}: what must be true after it was not: {state.verdict}"))
    return tuple(lines)


def _left(walk: Walk) -> Iterator[str]:
    for name in walk.lost:
        yield f"{name} could not be undone"
    for state in walk.states:
        if state.status is Status.UNKNOWN:
            yield f"nobody knows what became of {state.id}"
    if not walk.over:
        yield f"{sum(not _is_through(state) for state in walk.under_way)} steps are still to come"
        return
    for state in walk.steps:
        if state.skipped and not state.by_condition:
            yield clean(f"{_named(walk, state)} was skipped: {state.skipped}")
        elif state.status in (Status.PENDING, Status.PLANNED, Status.CONFIRMED):
            yield f"{_named(walk, state)} was {_tried(state)}"
        if state.touched and walk.plan.step(state.id).undo and walk.ending is not WalkEnding.DONE:
            sure = state.status is Status.SUCCEEDED
            yield f"{_named(walk, state)} {'stays' if sure else 'may stay'} applied"
    for state in walk.undos:
        if state.status is not Status.SUCCEEDED:
            yield f"{_named(walk, state)}, which undoes, has not succeeded"
    for state in walk.last:
        if state.status is not Status.SUCCEEDED and not state.by_condition:
            yield f"{_named(walk, state)}, one of the last steps, has not succeeded"


def _tried(state: StepState) -> str:
    """Return what was done of a step whose next attempt was not begun."""
    times = len(state.earlier)
    if not times:
        return "not run"
    return f"not run again; {times} attempt{'s' if times > 1 else ''} before: {state.earlier[-1].summary}"


def _is_through(state: StepState) -> bool:
    return bool(state.skipped) or state.status is Status.SUCCEEDED


def _named(walk: Walk, state: StepState) -> str:
    title = name_of(walk.plan.step(state.id))
    return f"{state.id} ({title})" if title != state.id else state.id


def _remarked(remark: Remark) -> EventPart:
    what = remark.what.replace("_", " ")
    return EventPart(remark.at, who(remark.operator), clean(what), clean(remark.step), clean(remark.text))


def _went_wrong(state: StepState) -> Iterator[EventPart]:
    outcome = state.outcome
    attempt = f"attempt {state.attempt}: " if state.attempt > 1 else ""
    if state.ended_at and (state.detached or outcome.ending is not Ending.SUCCEEDED):
        what = "unknown" if state.detached or outcome.ending is Ending.UNKNOWN else "failed"
        text = outcome.summary or outcome.error_class
        yield EventPart(state.ended_at, "", what, state.id, clean(f"{attempt}{text}"))
    if state.verified is False:
        yield EventPart(state.ended_at, "", "not verified", state.id, clean(f"{attempt}{state.verdict}"))

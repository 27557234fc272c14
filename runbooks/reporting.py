"""Owns the making of a report on a walk: from its entries to the facts that all formats share. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from checks.text import clean
from runbooks.action import Action
from runbooks.attempts import Attempt, Course, course_of
from runbooks.events import Entry
from runbooks.outcome import Ending
from runbooks.reckoning import decision_parts, deviations, left, verdict, watch
from runbooks.report_parts import (
    AttemptPart,
    CheckPart,
    EvidencePart,
    HeadPart,
    Report,
    RollbackPart,
    StepPart,
)
from runbooks.step_events import Evidence
from runbooks.walk import Stage, Status, StepState, Walk, worse_than_baseline
from runbooks.wording import afterwards, name_of, taken_back, who

Excerpts = Mapping[tuple[str, int, str], str]
"""What is shown of evidence, by step, attempt and name."""
NO_EXCERPTS: Excerpts = MappingProxyType({})
NOT_ANCHORED = HeadPart()
EXCERPT_LINES, EXCERPT = 30, 4096
"""So many lines and characters of one piece of evidence are shown: its end, which says how it went."""


def report_of(
    entries: Iterable[Entry],
    made_at: float,
    excerpts: Excerpts = NO_EXCERPTS,
    levels: Mapping[str, str] | None = None,
    head: HeadPart = NOT_ANCHORED,
) -> Report:
    """Return the report on the walk that the entries tell of.

    `levels` are those of the checks now, None when nobody looked; `head` is the last row of the journal.
    """
    course = course_of(entries)
    walk, plan = course.walk, course.walk.plan
    return Report(
        walk=clean(walk.id),
        system=clean(walk.system),
        runbook=clean(plan.name),
        title=clean(plan.title),
        summary=clean(plan.summary),
        risk=plan.risk,
        target=clean(plan.target),
        host=clean(walk.host),
        manner=walk.manner,
        opened_at=walk.opened_at,
        opened_by=who(walk.opened_by),
        ended_at=walk.ended_at,
        plan_sha256=clean(walk.plan_sha256),
        ending=walk.ending or "" if walk.over else "",
        verdict=verdict(walk),
        inputs=tuple((clean(name), clean(value)) for name, value in walk.inputs.items()),
        secret_inputs=_cleaned(walk.secret_inputs),
        steps=_steps(course, excerpts),
        decisions=decision_parts(walk),
        deviations=deviations(course),
        left=left(walk),
        watch=watch(walk, levels),
        rollback=_rollback(walk),
        checks=_checks(walk, levels),
        last_seq=walk.seq,
        head=head,
        made_at=made_at,
    )


def _steps(course: Course, excerpts: Excerpts) -> tuple[StepPart, ...]:
    walk = course.walk
    stages = ((Stage.FORWARD, walk.steps), (Stage.BACK, walk.undos), (Stage.LAST, walk.last))
    return tuple(
        _step(course, stage, number, state, excerpts)
        for stage, states in stages
        for number, state in enumerate(states, 1)
    )


def _step(course: Course, stage: Stage, number: int, state: StepState, excerpts: Excerpts) -> StepPart:
    plan = course.walk.plan.step(state.id)
    attempts = course.attempts.get(state.id, ())
    return StepPart(
        id=clean(state.id),
        number=number,
        stage=stage,
        title=name_of(plan),
        kind=clean(plan.kind),
        changes=plan.changes,
        status=state.status,
        skipped=clean(state.skipped),
        by_condition=state.by_condition,
        verify=afterwards(plan),
        undo=taken_back(plan) if plan.changes else (),
        attempts=tuple(_attempt(attempt, excerpts) for attempt in attempts),
    )


def _attempt(attempt: Attempt, excerpts: Excerpts) -> AttemptPart:
    state = attempt.state
    outcome = state.outcome
    known = state.ended_at > 0 and outcome.ending is not Ending.UNKNOWN
    return AttemptPart(
        number=state.attempt,
        status=state.status,
        action=safe_action(state.action),
        action_sha256=clean(state.action_sha256),
        planned_at=state.planned_at,
        confirmed_at=attempt.confirmed_at,
        confirmed_by=who(attempt.confirmed_by) if attempt.confirmed_at else "",
        started_at=state.started_at,
        ended_at=state.ended_at,
        elapsed=state.elapsed,
        applied=outcome.applied.value if known else "",
        summary=clean(outcome.summary),
        error_class=clean(outcome.error_class),
        detail=clean(outcome.detail, lines=True),
        verified=state.verified,
        verdict=clean(state.verdict) if state.verified is not None else "",
        resolution=state.resolution or "",
        resolved_by=who(attempt.resolved_by) if attempt.resolved_by.name else "",
        resolved_because=clean(attempt.resolved_because),
        reconciled=state.reconciled,
        detached=state.detached,
        ended_on_request=state.ending_asked,
        key=clean(state.key),
        evidence=tuple(_evidence(state, each, excerpts) for each in state.evidence),
        approved_at=state.approval.at,
        approved_by=who(state.approval.by) if state.approval.at else "",
        approval_refused=clean(state.approval.refused),
    )


def safe_action(action: Action) -> Action:
    """Return the action with every text clean; each of its lines is one line."""
    return replace(
        action,
        lines=_cleaned(action.lines),
        where=clean(action.where),
        user=clean(action.user),
        destroys=_cleaned(action.destroys),
        difference=_cleaned(action.difference),
        phrase=clean(action.phrase),
        done_already=clean(action.done_already),
    )


def _evidence(state: StepState, evidence: Evidence, excerpts: Excerpts) -> EvidencePart:
    text = excerpts.get((state.id, state.attempt, evidence.name), "")
    return EvidencePart(
        clean(evidence.name), evidence.size, clean(evidence.sha256), evidence.truncated, ending_of(text)
    )


def ending_of(text: str, most_lines: int = EXCERPT_LINES, most: int = EXCERPT) -> str:
    """Return the last lines of a text, clean, after a word about what was left out."""
    lines = clean(text, lines=True).rstrip("\n").split("\n")
    kept = lines[-most_lines:]
    shown = "\n".join(kept)
    if len(shown) > most:
        return f"[{len(shown) - most} characters before]\n{shown[-most:]}"
    return f"[{len(lines) - len(kept)} lines before]\n{shown}" if len(lines) > len(kept) else shown


def _rollback(walk: Walk) -> RollbackPart | None:
    if not walk.undos and not walk.lost and walk.back is None and walk.stage is not Stage.BACK:
        return None
    undone = tuple(state.id for state in walk.undos if state.status is Status.SUCCEEDED)
    return RollbackPart(undone, walk.lost, walk.back, clean(walk.verdict))


def _checks(walk: Walk, levels: Mapping[str, str] | None) -> tuple[CheckPart, ...]:
    worse = set(worse_than_baseline(walk, levels)) if levels is not None else set(walk.worse)
    return tuple(
        CheckPart(clean(name), clean(before), clean((levels or {}).get(name, "")), name in worse)
        for name, before in walk.baseline.items()
    )


def _cleaned(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean(text) for text in texts)

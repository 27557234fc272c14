"""Owns every attempt of a walk, the earlier ones too: the walk as a value keeps each step's last one only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from runbooks import step_events
from runbooks.events import Entry
from runbooks.fold import fold
from runbooks.operators import Operator
from runbooks.walk import EMPTY, StepState, Walk


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a step, as it stood when the next one was shown, or stands now."""

    state: StepState
    confirmed_at: float = 0.0
    """UTC seconds; 0 when it was not confirmed."""
    confirmed_by: Operator = field(default_factory=Operator)
    resolved_by: Operator = field(default_factory=Operator)
    """Who said what became of it; nobody when it was seen."""
    resolved_because: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A walk with all that was tried."""

    walk: Walk
    attempts: dict[str, tuple[Attempt, ...]]
    """By the id of the step, in their order; a step that was never shown has none."""


def course_of(entries: Iterable[Entry]) -> Course:
    """Return the walk that the entries come to, and every attempt in it."""
    walk = EMPTY
    past: dict[str, dict[int, StepState]] = {}
    marks: dict[tuple[str, int], Attempt] = {}
    for entry in entries:
        match entry.event:
            case step_events.StepPlanned(step=step) | step_events.RetryWanted(step=step):
                _leave_behind(past.setdefault(step, {}), walk, step, entry.event.attempt)
            case step_events.StepConfirmed(step=step, attempt=attempt):
                mark = marks.get((step, attempt), _UNMARKED)
                marks[step, attempt] = replace(mark, confirmed_at=entry.at, confirmed_by=entry.operator)
            case step_events.StepResolved(step=step, attempt=attempt) as event:
                mark = replace(marks.get((step, attempt), _UNMARKED), resolved_because=event.reason)
                marks[step, attempt] = mark if event.by_look else replace(mark, resolved_by=entry.operator)
        walk = fold(walk, entry)
    return Course(walk, {state.id: _attempts(state, past, marks) for state in walk.states if state.attempt})


_UNMARKED = Attempt(StepState(""))


def _leave_behind(past: dict[int, StepState], walk: Walk, step: str, attempt: int) -> None:
    """Keep how the attempt stands that another one takes the place of."""
    before = next((state for state in walk.states if state.id == step), None)
    if before is not None and 0 < before.attempt < attempt:
        past.setdefault(before.attempt, before)


def _attempts(
    state: StepState, past: dict[str, dict[int, StepState]], marks: dict[tuple[str, int], Attempt]
) -> tuple[Attempt, ...]:
    states = past.get(state.id, {}) | {state.attempt: state}
    return tuple(
        replace(marks.get((state.id, number), _UNMARKED), state=each) for number, each in states.items()
    )

"""Owns what comes next: the one thing that a walker may do by itself, as the walk stands. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from runbooks.model import StepPlan
from runbooks.walk import Stage, Status, StepState, Walk
from runbooks.walk_events import WalkEnding


class Do(enum.StrEnum):
    """What there is to do."""

    PREPARE = "prepare"
    """Render the step and show it."""
    RUN = "run"
    VERIFY = "verify"
    LEAVE_OUT = "leave out"
    """Its conditions do not hold."""
    LET_BE = "let be"
    """It did not succeed, and nobody may be waited for."""
    COMPARE = "compare"
    """The way back is through: look whether all is as it was before."""
    TURN_LAST = "turn last"
    """Begin with `finally:`."""
    END = "end"
    WAIT = "wait"
    """Somebody must decide, or something that runs must end."""


@dataclass(frozen=True, slots=True)
class Move:
    """What comes next."""

    do: Do
    step: str = ""
    attempt: int = 0
    ending: WalkEnding | None = None


WAIT = Move(Do.WAIT)


def next_move(walk: Walk, by_itself: frozenset[str]) -> Move:
    """Return what comes next; `by_itself` are the steps that are run without being confirmed.

    Those are the ones that only look. The steps of `finally:` are run without being asked for, too.
    """
    state = walk.current
    if state is None:
        return _after_all(walk)
    plan = walk.plan.step(state.id)
    unasked = walk.stage is Stage.LAST or state.id in by_itself
    match state.status:
        case Status.PENDING:
            return _first(walk, state, plan)
        case Status.NOT_APPLIED if not plan.changes:
            return _prepare(state)
        case Status.CONFIRMED:
            return Move(Do.RUN, state.id, state.attempt)
        case Status.PLANNED if unasked:
            return Move(Do.RUN, state.id, state.attempt)
        case Status.SUCCEEDED if state.verified is None:
            return Move(Do.VERIFY, state.id, state.attempt)
    if walk.stage is Stage.LAST and state.status not in (Status.STARTED, Status.PLANNED):
        return Move(Do.LET_BE, state.id, state.attempt)
    return WAIT


def holds(plan: StepPlan, walk: Walk) -> bool:
    """Return whether all conditions of a step hold."""
    return all(walk.values.get(condition.name) in condition.values for condition in plan.when)


def _first(walk: Walk, state: StepState, plan: StepPlan) -> Move:
    if not holds(plan, walk):
        return Move(Do.LEAVE_OUT, state.id)
    if walk.paused and walk.stage is Stage.FORWARD:
        return WAIT
    return _prepare(state)


def _prepare(state: StepState) -> Move:
    """Return that the step is to be shown: as a new attempt, unless the last one was never started."""
    return Move(Do.PREPARE, state.id, state.next_attempt)


def _after_all(walk: Walk) -> Move:
    match walk.stage:
        case Stage.FORWARD:
            return Move(Do.TURN_LAST, ending=WalkEnding.DONE)
        case Stage.BACK if walk.back is None:
            return Move(Do.COMPARE)
        case Stage.BACK:
            whole = not walk.lost and not any(state.skipped for state in walk.undos)
            return Move(Do.TURN_LAST, ending=WalkEnding.ROLLED_BACK if whole else WalkEnding.FAILED)
        case Stage.LAST:
            return Move(Do.END, ending=_ending(walk))
        case _:
            return WAIT


def _ending(walk: Walk) -> WalkEnding:
    """Return how the walk ends: as was said when `finally:` began, or worse when that went wrong."""
    if any(state.status is Status.UNKNOWN for state in walk.states):
        return WalkEnding.UNKNOWN
    said = walk.ending or WalkEnding.DONE
    wrong = any(state.skipped and not state.by_condition for state in walk.last)
    return WalkEnding.FAILED if wrong and said is WalkEnding.DONE else said

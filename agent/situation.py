"""Owns what an operator is asked as a walk stands, and what may be answered. Pure.

The words of the ways and the order in which they stand are the same for every console that goes by text. What
a decision comes to is the walker's to say; here is only which ones make sense now.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from runbooks.approval import fitting, needed, same_person
from runbooks.live import Live
from runbooks.rights import HERE, Standpoint
from runbooks.walk import Stage, Status, StepState, Walk
from runbooks.walking.deciding import closed_for
from runbooks.wording import who


class Kind(enum.StrEnum):
    """How a walk stands before the operator."""

    OVER = "over"
    FOLLOWED = "followed"
    """Somebody else decides."""
    ASKED = "asked"
    """Somebody else decides, and this operator is asked for his approval."""
    BETWEEN = "between"
    """The walker goes on by itself at once."""
    RUNNING = "running"
    OVERDUE = "overdue"
    """It has run longer than its timeout."""
    SECRET = "secret"  # noqa: S105 - a kind of question
    """A secret input has to be given again."""
    QUESTION = "question"
    """A step asks."""
    APPROVAL = "approval"
    """A step was shown that another user has to approve first."""
    SHOWN = "shown"
    """A step waits to be confirmed."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody knows what became of a step."""
    PAUSED = "paused"


QUIET = frozenset({Kind.FOLLOWED, Kind.BETWEEN, Kind.RUNNING})
"""Nothing is asked."""


class Way(enum.StrEnum):
    """What may be chosen."""

    RUN = "run"
    ANSWER = "answer"
    RETRY = "retry"
    VERIFY = "verify"
    SUCCEEDED = "succeeded"
    NOT_APPLIED = "not applied"
    FAILED = "failed"
    GO_ON = "go on"
    WAIT = "wait"
    END_PROGRAM = "end program"
    DETACH = "detach"
    OVERRIDE = "override"
    SKIP = "skip"
    ROLL_BACK = "roll back"
    STOP = "stop"
    TAKE_OVER = "take over"
    APPROVE = "approve"
    REFUSE = "refuse"
    HAND_OVER = "hand over"
    KEEP = "keep"
    EVIDENCE = "evidence"
    SHOW = "show"
    NOTE = "note"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Situation:
    """How a walk stands before the operator. Two are equal as long as the same is asked about the same."""

    kind: Kind
    step: str = ""
    """Id of the step whose turn it is; empty between stages."""
    attempt: int = 0
    shown_at: float = 0.0
    action_sha256: str = ""
    status: Status = Status.PENDING
    closed: str = ""
    """Why the step may not be started now; empty when it may."""
    about: str = ""
    """What else makes a question another one: the pause, the question's own words, the secret wanted."""


def situation_of(walk: Walk, live: Live, *, held: bool, standpoint: Standpoint = HERE) -> Situation:
    """Return how the walk stands before an operator who decides when it is `held` by him."""
    state = walk.current
    if walk.over:
        return Situation(Kind.OVER)
    kind = _kind(walk, live, state) if held else Kind.FOLLOWED
    if state is None:
        return Situation(kind)
    if kind is Kind.FOLLOWED and may_approve(walk, state, standpoint):
        about = f"{fitting(state).at} {fitting(state).refused}"
        shown = (state.planned_at, state.action_sha256, state.status)
        return Situation(Kind.ASKED, state.id, state.attempt, *shown, about=about)
    if kind in QUIET:
        # Who decides counts while he does: he is named where it is taken from him.
        about = who(walk.holder) if kind is Kind.FOLLOWED else ""
        return Situation(kind, state.id, state.attempt, about=about)
    about = {
        Kind.SECRET: live.wanted_secret,
        Kind.QUESTION: repr(live.question),
        Kind.PAUSED: walk.paused,
        Kind.APPROVAL: f"{fitting(state).refused} {walk.offer is not None}",
        Kind.FAILED: f"{state.ended_at} {state.verified} {state.verdict}",
        Kind.UNKNOWN: f"{state.verified} {state.verdict}",
    }.get(kind, "")
    closed = closed_for(walk, state, live.gate, live.late) if kind in (Kind.SHOWN, Kind.QUESTION) else ""
    return Situation(
        kind, state.id, state.attempt, state.planned_at, state.action_sha256, state.status, closed, about
    )


def may_approve(walk: Walk, state: StepState, standpoint: Standpoint) -> bool:
    """Return whether the operator can say something to the step that waits for an approval."""
    return (
        standpoint.may_approve
        and state.status is Status.PLANNED
        and needed(walk, state)
        and (not fitting(state).at or bool(fitting(state).refused))
        and not same_person(standpoint.me, walk.holder)
    )


def _kind(walk: Walk, live: Live, state: StepState | None) -> Kind:
    if state is not None and state.status is Status.UNKNOWN and walk.stage is not Stage.LAST:
        return Kind.UNKNOWN
    if live.wanted_secret:
        return Kind.SECRET
    started = state is not None and state.status in (Status.CONFIRMED, Status.STARTED)
    if live.running or started:
        own = state is not None and state.status is Status.STARTED and live.running == state.id
        return Kind.OVERDUE if own and live.overdue and walk.stage is not Stage.LAST else Kind.RUNNING
    if state is None or walk.stage is Stage.LAST:
        return Kind.BETWEEN
    if state.failed:
        return Kind.FAILED
    if walk.paused and walk.stage is Stage.FORWARD:
        return Kind.PAUSED
    if state.status is Status.PLANNED and live.step == state.id:
        if needed(walk, state) and (not fitting(state).at or fitting(state).refused):
            return Kind.APPROVAL
        return Kind.SHOWN if live.question is None else Kind.QUESTION
    return Kind.BETWEEN


def ways_of(situation: Situation, walk: Walk) -> tuple[Way, ...]:
    """Return what may be chosen, in the order in which it is numbered."""
    state = walk.state(situation.step) if situation.step else None
    plan = walk.plan.step(situation.step) if situation.step else None
    forward = walk.stage is Stage.FORWARD
    back = (Way.ROLL_BACK,) if forward else ()
    verify = (Way.VERIFY,) if plan is not None and plan.verify else ()
    evidence = (Way.EVIDENCE,) if state is not None and state.evidence else ()
    hand = (Way.HAND_OVER,) if walk.offer is None else (Way.KEEP,)
    end = (Way.NOTE, Way.LEAVE)
    match situation.kind:
        case Kind.SHOWN:
            first = (Way.OVERRIDE,) if situation.closed else (Way.RUN,)
            return (*first, Way.SKIP, *back, Way.STOP, *hand, Way.SHOW, *end)
        case Kind.QUESTION:
            first = (Way.OVERRIDE,) if situation.closed else (Way.ANSWER,)
            return (*first, Way.SKIP, *back, Way.STOP, Way.SHOW, *end)
        case Kind.SECRET:
            return (Way.ANSWER, *back, Way.STOP, *end)
        case Kind.FAILED:
            looked = verify if state is not None and state.status is not Status.NOT_APPLIED else ()
            return (Way.RETRY, *looked, Way.SKIP, *back, Way.STOP, *hand, *evidence, *end)
        case Kind.UNKNOWN:
            said = (Way.SUCCEEDED, Way.NOT_APPLIED, Way.FAILED)
            return (*verify, *said, Way.STOP, *evidence, *end)
        case Kind.PAUSED:
            return (Way.GO_ON, *back, Way.STOP, *hand, *end)
        case Kind.OVERDUE:
            return (Way.WAIT, Way.END_PROGRAM, Way.DETACH, *end)
        case Kind.APPROVAL:
            return (Way.SKIP, *back, Way.STOP, *hand, Way.SHOW, *end)
        case Kind.ASKED:
            return (Way.APPROVE, Way.REFUSE, Way.SHOW, Way.LEAVE)
        case Kind.FOLLOWED:
            return (Way.WAIT, Way.TAKE_OVER, *end)
        case _:
            return aside_of(situation, walk)


def aside_of(situation: Situation, walk: Walk) -> tuple[Way, ...]:
    """Return what may be chosen when the operator breaks in, as by Ctrl-C."""
    if situation.kind is Kind.FOLLOWED:
        return ways_of(situation, walk)
    state = walk.state(situation.step) if situation.step else None
    if state is not None and state.status is Status.STARTED:
        return (Way.WAIT, Way.END_PROGRAM, Way.DETACH, Way.NOTE, Way.LEAVE)
    if state is not None and state.status is Status.CONFIRMED:
        return (Way.WAIT, Way.NOTE, Way.LEAVE)
    stop = () if walk.stage is Stage.LAST else (Way.STOP,)
    return (Way.WAIT, *stop, Way.NOTE, Way.LEAVE)

"""Owns the judging of decisions: what a wish of somebody comes to, as the walk stands, or why not. Pure.

Nothing that changes a system is begun here; what is returned is written to the journal, and the walker does
what then comes next. A refusal is an entry of the journal as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from runbooks import approval_events, decisions, events, step_events, walk_events
from runbooks.approval import unapproved
from runbooks.boot import NEVER, Moment
from runbooks.decisions import Decision
from runbooks.events import Event
from runbooks.model import WindowNeed
from runbooks.operators import WALKDOWN, Operator
from runbooks.reasons import FULL_REASON, REASON, too_short
from runbooks.step_events import Resolution
from runbooks.walk import Stage, Status, StepState, Walk, to_undo
from runbooks.walk_events import WalkEnding
from runbooks.wording import who

VALID_FOR = 600.0
"""Seconds after which what was shown has to be looked at again (reliability 2.2, manual step)."""
WINDOW = "window"
"""The rule that changing steps are started inside a window only."""
LAST_SAFE = "last-safe-point"
"""The rule that a changing step is started only while a way back would still fit into the window."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision comes to."""

    events: tuple[Event, ...] = ()
    refusal: str = ""
    """Why it is not done; empty when it is."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a ruling depends on besides the walk."""

    now: float
    """UTC seconds."""
    gate: str = ""
    """Why no changing step may be started now; empty when one may."""
    late: str = ""
    """Why it is late to start the next changing step; empty while it is not."""
    running: bool = False
    """Whether a program of the step whose end is unknown is still seen."""
    operator: Operator = WALKDOWN
    """Who decides, by the kernel's word."""
    moment: Moment = NEVER
    """The same as `now`, which the wall clock cannot change."""


def rule(walk: Walk, decision: Decision, fence: int, seen: Circumstances) -> Ruling:
    """Return what the decision of whoever believes in `fence` comes to."""
    if walk.over:
        return _no(decision, "the walk is over")
    if isinstance(decision, decisions.Note):
        return Ruling((events.Noted(decision.text, decision.step),)) if decision.text.strip() else _empty()
    if fence != walk.fence or held_by_another(walk, seen.operator):
        return _no(decision, f"this walk is held by {who(walk.holder)}; take it over to decide")
    match decision:
        case decisions.Confirm():
            return _confirm(walk, decision, seen)
        case decisions.Skip():
            return _skip(walk, decision)
        case decisions.Retry():
            return _retry(walk, decision)
        case decisions.Resolve():
            return _resolve(walk, decision, seen)
        case decisions.RollBack():
            return _roll_back(walk, decision)
        case decisions.StopWalk():
            return _stop(walk, decision)
        case decisions.GoOn():
            return _go_on(walk, decision)
        case decisions.EndProgram():
            return _end_program(walk, decision)
        case decisions.Detach():
            return _detach(walk, decision)
        case decisions.Override():
            return _override(walk, decision)
        case decisions.HandOver():
            return _hand_over(walk, decision)
        case decisions.TakeBack():
            return _take_back(walk, decision)
        case _:
            return _no(decision, "not now")


def held_by_another(walk: Walk, operator: Operator) -> bool:
    """Return whether another user holds the walk: by whatever fence he goes, this one does not decide."""
    return operator.uid not in (walk.holder.uid, WALKDOWN.uid)


def expects(walk: Walk, step: str, *statuses: Status) -> tuple[StepState | None, str]:
    """Return the state of the step whose turn it is, or why it is not this one's in this status."""
    state = walk.current
    if state is None or state.id != step:
        turn = f"it is the turn of {state.id}" if state else "no step is waiting"
        return None, f"{step} is not the current step; {turn}"
    if state.status not in statuses:
        return None, f"{step} is {state.status.value.replace('_', ' ')}"
    return state, ""


def _confirm(walk: Walk, wish: decisions.Confirm, seen: Circumstances) -> Ruling:
    state, why = expects(walk, wish.step, Status.PLANNED)
    if state is None:
        return _no(wish, why)
    if wish.attempt != state.attempt or wish.action_sha256 != state.action_sha256:
        return _no(wish, f"{wish.step} was shown anew since; look at it again")
    if (stale := shown_too_long_ago(state, seen.now)).refusal:
        return stale
    if walk.paused and walk.stage is Stage.FORWARD:
        return _no(wish, f"the walk is paused: {walk.paused}")
    if closed := closed_for(walk, state, seen.gate, seen.late):
        return _no(wish, closed)
    if why := unapproved(walk, state, seen.operator, seen.now, seen.moment):
        return _no(wish, why)
    if state.action.phrase and wish.typed != state.action.phrase:
        return _no(wish, "what was typed is not the phrase that was asked for")
    return Ruling((step_events.StepConfirmed(state.id, state.attempt, state.action_sha256),))


def shown_too_long_ago(state: StepState, now: float) -> Ruling:
    """Return that what was shown has to be looked at again; nothing when it need not."""
    if abs(now - state.planned_at) <= VALID_FOR:
        return Ruling()
    since = "more than ten minutes ago" if now > state.planned_at else "before the clock was set back"
    return Ruling(
        (step_events.StepExpired(state.id, state.attempt),), f"it was shown {since}; it is shown anew"
    )


def closed_for(walk: Walk, state: StepState, gate: str, late: str = "") -> str:
    """Return why a step may not be started now, for want of a window or of time in it; empty when it may."""
    return barred(walk, state, gate, late)[1]


def barred(walk: Walk, state: StepState, gate: str, late: str) -> tuple[str, str]:
    """Return the rule by which a step may not be started now, and why; both are empty when it may.

    The way back and `finally:` are never held up by a window.
    """
    needs = walk.plan.window is WindowNeed.REQUIRED and walk.plan.step(state.id).changes
    if not needs or walk.stage is not Stage.FORWARD:
        return "", ""
    if gate and WINDOW not in walk.overridden:
        return WINDOW, f"{gate}; this runbook changes things inside a window only"
    if late and not gate and LAST_SAFE not in walk.overridden:
        return LAST_SAFE, late
    return "", ""


def _skip(walk: Walk, wish: decisions.Skip) -> Ruling:
    state, why = expects(
        walk,
        wish.step,
        Status.PENDING,
        Status.PLANNED,
        Status.FAILED,
        Status.NOT_APPLIED,
        Status.SUCCEEDED,
    )
    if state is None:
        return _no(wish, why)
    return _with_reason(wish, wish.reason, step_events.StepSkipped(state.id, wish.reason.strip()))


def _retry(walk: Walk, wish: decisions.Retry) -> Ruling:
    state, why = expects(walk, wish.step, Status.FAILED, Status.NOT_APPLIED, Status.SUCCEEDED)
    if state is None:
        return _no(wish, why)
    return Ruling((step_events.RetryWanted(state.id, state.next_attempt, wish.reason.strip()),))


def _resolve(walk: Walk, wish: decisions.Resolve, seen: Circumstances) -> Ruling:
    state, why = expects(walk, wish.step, Status.UNKNOWN)
    if state is None:
        return _no(wish, why)
    if wish.attempt != state.attempt:
        return _no(wish, f"attempt {state.attempt} is the one whose end is unknown")
    if wish.typed != state.id:
        return _no(wish, f"type the step's id, {state.id}, to say what became of it")
    if seen.running and wish.resolution is Resolution.NOT_APPLIED:
        return _no(wish, "it is still running, so it may yet take effect")
    event = step_events.StepResolved(state.id, state.attempt, wish.resolution, wish.reason.strip())
    return _with_reason(wish, wish.reason, event, FULL_REASON)


def _roll_back(walk: Walk, wish: decisions.RollBack) -> Ruling:
    if walk.stage is not Stage.FORWARD:
        return _no(wish, "the way back was begun already" if walk.stage is Stage.BACK else "it is too late")
    if why := _busy(walk):
        return _no(wish, why)
    if any(state.status is Status.UNKNOWN for state in walk.steps):
        return _no(wish, "say first what became of the step whose end is unknown")
    undo, lost = to_undo(walk)
    return _with_reason(wish, wish.reason, walk_events.RollbackBegun(wish.reason.strip(), undo, lost))


def _stop(walk: Walk, wish: decisions.StopWalk) -> Ruling:
    if walk.stage is Stage.LAST:
        return _no(wish, "it is ending already; the steps of finally: are always run")
    if why := _busy(walk):
        return _no(wish, why)
    return _with_reason(wish, wish.reason, walk_events.FinallyBegun(_stopped(walk), wish.reason.strip()))


def _stopped(walk: Walk) -> WalkEnding:
    """Return how a walk ends that is stopped now."""
    if any(state.status is Status.UNKNOWN for state in walk.states):
        return WalkEnding.UNKNOWN
    state = walk.current
    failed = walk.stage is Stage.BACK or (state is not None and state.failed)
    return WalkEnding.FAILED if failed else WalkEnding.STOPPED


def _busy(walk: Walk) -> str:
    """Return why nothing else may be begun: something runs, or is about to."""
    for state in walk.states:
        if state.status in (Status.CONFIRMED, Status.STARTED):
            return f"{state.id} is running; end it or detach it first"
    return ""


def _go_on(walk: Walk, wish: decisions.GoOn) -> Ruling:
    if not walk.paused:
        return _no(wish, "the walk is not paused")
    return _with_reason(wish, wish.reason, walk_events.WalkWentOn(wish.reason.strip()))


def _end_program(walk: Walk, wish: decisions.EndProgram) -> Ruling:
    state, why = expects(walk, wish.step, Status.STARTED)
    if state is None or state.attempt != wish.attempt:
        return _no(wish, why or "another attempt runs by now")
    return Ruling((step_events.StepAskedToEnd(state.id, state.attempt, wish.reason.strip()),))


def _detach(walk: Walk, wish: decisions.Detach) -> Ruling:
    state, why = expects(walk, wish.step, Status.STARTED)
    if state is None or state.attempt != wish.attempt:
        return _no(wish, why or "another attempt runs by now")
    event = step_events.StepDetached(state.id, state.attempt, wish.reason.strip())
    return _with_reason(wish, wish.reason, event)


def _override(walk: Walk, wish: decisions.Override) -> Ruling:
    if wish.rule not in (WINDOW, LAST_SAFE):
        return _no(wish, f"no rule {wish.rule!r} can be set aside")
    return _with_reason(
        wish, wish.reason, walk_events.Overridden(wish.rule, wish.reason.strip()), FULL_REASON
    )


def _hand_over(walk: Walk, wish: decisions.HandOver) -> Ruling:
    if not (wish.done.strip() or wish.left.strip()):
        return _no(wish, "say at least what was done or what is left")
    if wish.uid == walk.holder.uid:
        return _no(wish, "you hold it already")
    things = (wish.done, wish.deviated, wish.left, wish.watch)
    return Ruling((approval_events.HandOverOffered(wish.to, wish.uid, *(text.strip() for text in things)),))


def _take_back(walk: Walk, wish: decisions.TakeBack) -> Ruling:
    if walk.offer is None:
        return _no(wish, "it was not offered to anybody")
    return Ruling((approval_events.HandOverWithdrawn(),))


def _with_reason(wish: Decision, reason: str, event: Event, least: int = REASON) -> Ruling:
    if why := too_short(reason, least):
        return _no(wish, why)
    return Ruling((event,))


def _no(wish: Decision, why: str) -> Ruling:
    return Ruling((events.Denied(_called(wish), why),), why)


def _empty() -> Ruling:
    return Ruling((), "there is nothing to write down")


def _called(wish: Decision) -> str:
    step = getattr(wish, "step", "")
    return f"{type(wish).__name__} {step}".strip()

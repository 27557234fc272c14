"""Owns whether another user has approved a step: exactly this attempt, as it was rendered, and lately. Pure.

What an approval is bound to, and who counts as another, is in `docs/decisions/access.md`.
"""

from __future__ import annotations

from runbooks.boot import NEVER, Moment
from runbooks.operators import Operator
from runbooks.walk import NOT_ASKED, Approval, Stage, StepState, Walk

VALID_FOR = 600.0
"""Seconds for which an approval holds."""
LAG = 5.0
"""Seconds that a console's idea of the time may be behind the agent's."""


def needed(walk: Walk, state: StepState) -> bool:
    """Return whether the step must be approved as the walk stands; the way back and the end never are."""
    return walk.stage is Stage.FORWARD and walk.plan.step(state.id).approval


def fitting(state: StepState) -> Approval:
    """Return the approval of what is shown now; one of another attempt or another action is none."""
    approval = state.approval
    same = (approval.attempt, approval.action_sha256) == (state.attempt, state.action_sha256)
    return approval if same else NOT_ASKED


def seconds_left(approval: Approval, now: float, moment: Moment = NEVER) -> float:
    """Return for how long it still holds; 0 when there is none, or it has expired by either clock.

    A wall clock that was set back makes nothing last longer where the moment is known.
    """
    if not approval.at or approval.refused:
        return 0.0
    age = now - approval.at
    if moment.boot and moment.boot == approval.moment.boot:
        age = max(age, moment.seconds_after(approval.moment))
    elif age < -LAG:
        return 0.0
    return min(VALID_FOR, max(0.0, VALID_FOR - age))


def unapproved(walk: Walk, state: StepState, by: Operator, now: float, moment: Moment = NEVER) -> str:
    """Return why `by` may not have the step run for want of an approval; empty when he may."""
    if not needed(walk, state):
        return ""
    approval = fitting(state)
    if approval.refused:
        return f"{named(approval.by)} does not approve it: {approval.refused}"
    if not approval.at:
        return "it waits for the approval of another user"
    if not seconds_left(approval, now, moment):
        return f"the approval of {named(approval.by)} has expired; it has to be approved anew"
    if why := same_person(approval.by, by):
        return f"{named(approval.by)} has approved it, and cannot run it as well: {why}"
    return ""


def same_person(one: Operator, other: Operator) -> str:
    """Return why two operators count as one and the same person; empty when they do not.

    The kernel vouches for the user. Who logged in, and who called sudo, are known here and there only; where
    they are, they count too.
    """
    if one.uid == other.uid:
        return f"both are the user {one.name or one.uid}"
    if shared := _people(one) & _people(other):
        return f"{min(shared)} is behind both"
    return ""


def _people(operator: Operator) -> set[str]:
    return {name for name in (operator.name, operator.login, operator.sudo) if name}


def named(operator: Operator) -> str:
    """Return what an operator is called in a sentence."""
    behind = operator.login or operator.sudo
    name = operator.name or "somebody"
    return f"{name} ({behind})" if behind and behind != name else name

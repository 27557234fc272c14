"""Owns the judging of approvals: whether somebody may consent to what is about to be run, or object. Pure.

As with decisions, a refusal is an entry of the journal as well. Whether he has the right at all was looked at
before, where every question is (`agent/desk.py`).
"""

from __future__ import annotations

from runbooks.approval import fitting, needed, same_person, seconds_left
from runbooks.approval_events import ApprovalRefused, Approved
from runbooks.events import Denied
from runbooks.reasons import too_short
from runbooks.walk import Status, StepState, Walk
from runbooks.walking.deciding import Circumstances, Ruling, expects, shown_too_long_ago


def approve(walk: Walk, wish: Approved, typed: str, seen: Circumstances) -> Ruling:
    """Return what it comes to that somebody approves the step; `typed` must be its id."""
    state, why = _shown(walk, wish)
    if state is None:
        return _no("Approve", wish, why)
    if why := same_person(seen.operator, walk.holder):
        return _no("Approve", wish, f"another user has to approve it: {why}")
    if (stale := shown_too_long_ago(state, seen.now)).refusal:
        return stale
    if typed != wish.step:
        return _no("Approve", wish, f"type the step's id, {wish.step}, to approve it")
    standing = fitting(state)
    if seconds_left(standing, seen.now, seen.moment) and standing.by.uid == seen.operator.uid:
        return _no("Approve", wish, "you have approved it already")
    return Ruling((wish,))


def refuse(walk: Walk, wish: ApprovalRefused, seen: Circumstances) -> Ruling:
    """Return what it comes to that somebody does not want the step run."""
    state, why = _shown(walk, wish)
    if state is None:
        return _no("Refuse", wish, why)
    if why := same_person(seen.operator, walk.holder):
        return _no("Refuse", wish, f"another user has to judge it: {why}; who holds it skips or stops")
    if why := too_short(wish.reason):
        return _no("Refuse", wish, why)
    return Ruling((wish,))


def _shown(walk: Walk, wish: Approved | ApprovalRefused) -> tuple[StepState | None, str]:
    """Return the step when it is what waits for approval, exactly as meant; else why it is not."""
    if walk.over:
        return None, "the walk is over"
    state, why = expects(walk, wish.step, Status.PLANNED)
    if state is None:
        return None, why
    if not needed(walk, state):
        return None, f"{wish.step} needs no approval"
    if (wish.attempt, wish.action_sha256) != (state.attempt, state.action_sha256):
        return None, f"{wish.step} was shown anew since, and is not what was looked at; look at it again"
    return state, ""


def _no(what: str, wish: Approved | ApprovalRefused, why: str) -> Ruling:
    return Ruling((Denied(f"{what} {wish.step}", why),), why)

"""Owns what may be asked for as a walk stands, so that only keys that do something are shown. Pure.

The agent judges every decision; this only keeps from asking for what it is sure to refuse.
"""

from __future__ import annotations

from runbooks.walk import Stage, Status, Walk
from tui.walks.approval import may_approve
from tui.walks.open_walk import OpenWalk
from tui.walks.phase import DECIDED, Phase, phase_of

UNTRIED = (Status.PENDING, Status.PLANNED)
BUSY = (Status.CONFIRMED, Status.STARTED)
LOOKED_AT = (Status.SUCCEEDED, Status.UNKNOWN, Status.FAILED)


def may(what: str, opened: OpenWalk) -> bool:
    """Return whether it makes sense to ask for that: `answer`, `skip`, `stop`, ..."""
    walk = opened.walk
    if walk.over:
        return False
    if what == "take_over":
        return not opened.held and opened.standpoint.may_run
    if what == "approve":
        return may_approve(opened)
    return opened.held and _may(what, opened, walk)


def _may(what: str, opened: OpenWalk, walk: Walk) -> bool:
    state = walk.current
    match what:
        case "answer":
            return phase_of(opened) in DECIDED
        case "hand_over":
            return True
        case "go_on":
            return phase_of(opened) in (Phase.PAUSED, Phase.CLOSED)
        case "back":
            return walk.stage is Stage.FORWARD and not _busy(walk) and not _unknown(walk)
        case "stop":
            return walk.stage is not Stage.LAST and not _busy(walk)
    if state is None:
        return False
    match what:
        case "skip":
            return state.status in UNTRIED or state.failed
        case "verify":
            return state.status in LOOKED_AT and bool(walk.plan.step(state.id).verify)
        case "retry":
            return state.failed
        case "end":
            return state.status is Status.STARTED
    return False


def _busy(walk: Walk) -> bool:
    return walk.current is not None and walk.current.status in BUSY


def _unknown(walk: Walk) -> bool:
    return any(state.status is Status.UNKNOWN for state in walk.steps)

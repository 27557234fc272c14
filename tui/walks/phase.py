"""Owns what an open walk waits for, in one word. Pure."""

from __future__ import annotations

import enum

from runbooks.walk import Stage, Status
from runbooks.walking.deciding import closed_for
from tui.cell import Tone
from tui.walks.approval import standing, waits
from tui.walks.open_walk import OpenWalk


class Phase(enum.StrEnum):
    """What a walk waits for. The value is how it is called on screens."""

    PREPARES = "prepares"
    CONFIRM = "confirm"
    """A step was shown and waits to be confirmed."""
    ASKS = "asks"
    SECRET = "secret"  # noqa: S105 - a word for the screen
    """The value of a secret input has to be given again."""
    APPROVAL = "approval"
    """A step was shown that another user has to approve."""
    CLOSED = "closed"
    """A step waits to be confirmed, but there is no window, or no time in it for a way back."""
    STARTS = "starts"
    RUNS = "runs"
    OVERDUE = "overdue"
    VERIFIES = "verifies"
    FAILED = "failed"
    UNKNOWN = "unknown"
    PAUSED = "paused"
    SETTLES = "waits"
    """A way back is done, and the checks are not as they were yet."""
    BETWEEN = "goes on"
    OVER = "over"


TONE = {
    Phase.CONFIRM: Tone.FOCUS,
    Phase.ASKS: Tone.FOCUS,
    Phase.SECRET: Tone.FOCUS,
    Phase.APPROVAL: Tone.WARN_BADGE,
    Phase.CLOSED: Tone.WARN_BADGE,
    Phase.OVERDUE: Tone.WARN_BADGE,
    Phase.FAILED: Tone.CRIT_BADGE,
    Phase.UNKNOWN: Tone.UNKNOWN_BADGE,
    Phase.PAUSED: Tone.WARN_BADGE,
    Phase.RUNS: Tone.STRONG,
    Phase.SETTLES: Tone.STRONG,
}
"""How it is shown; quietly where nothing stands here."""
DECIDED = frozenset(
    {
        Phase.CONFIRM,
        Phase.ASKS,
        Phase.SECRET,
        Phase.CLOSED,
        Phase.OVERDUE,
        Phase.FAILED,
        Phase.UNKNOWN,
        Phase.PAUSED,
    }
)
"""Those in which somebody has to decide something."""
TICKING = frozenset({Phase.RUNS, Phase.OVERDUE, Phase.VERIFIES, Phase.APPROVAL, Phase.SETTLES})
"""Those in which a clock goes on."""


def phase_of(opened: OpenWalk) -> Phase:
    """Return what the walk waits for."""
    walk, live, state = opened.walk, opened.live, opened.walk.current
    if walk.over:
        return Phase.OVER
    if live.wanted_secret:
        return Phase.SECRET
    if live.settling is not None:
        return Phase.SETTLES
    if state is None:
        return Phase.VERIFIES if live.running else Phase.BETWEEN
    match state.status:
        case Status.STARTED:
            return Phase.OVERDUE if live.overdue else Phase.RUNS
        case Status.UNKNOWN:
            return Phase.VERIFIES if live.running else Phase.UNKNOWN
        case Status.CONFIRMED:
            return Phase.STARTS
        case Status.SUCCEEDED if state.verified is None:
            return Phase.VERIFIES
    if live.running and live.running != state.id:
        return Phase.VERIFIES
    if state.failed:
        return Phase.FAILED
    if walk.paused and walk.stage is Stage.FORWARD:
        return Phase.PAUSED
    if state.status is Status.PLANNED:
        if closed_for(walk, state, live.gate, live.late):
            return Phase.CLOSED
        if waits(opened):
            return Phase.APPROVAL
        return Phase.ASKS if live.question is not None and live.step == state.id else Phase.CONFIRM
    return Phase.PREPARES


def ticks(opened: OpenWalk, now: float) -> bool:
    """Return whether what is said of the walk changes with the time alone."""
    clock = phase_of(opened) in TICKING or opened.live.budget is not None
    return clock or bool(standing(opened, now))

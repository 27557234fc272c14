"""Owns the exit codes of walks: a table of its own, apart from the levels of checks and from errors."""

from __future__ import annotations

import enum

from runbooks.walk import Status, Walk
from runbooks.walk_events import WalkEnding


class WalkExit(enum.IntEnum):
    """How `walkdown run` and `walkdown resume` end. Stable; 64 and above are errors, as for all commands."""

    DONE = 0
    """Every step has succeeded, or was left out as planned."""
    FAILED = 10
    """It failed, and was not rolled back, or not wholly. Of a dry run: something is not as it must be."""
    ROLLED_BACK = 11
    """It failed, and all that was changed is undone."""
    STOPPED = 12
    """It was stopped before its end, by the operator, or by `--auto` where nobody could be asked."""
    UNKNOWN = 13
    """Nobody knows what became of a step: the walk ended so, or is left open for somebody to say."""
    REFUSED = 14
    """It was not begun. Of a dry run: all is as it must be, but that a window must be open, and none is."""
    LEFT_OPEN = 15
    """It is open still, here nobody decides any more; `walkdown resume` goes on."""


_EXITS = {
    WalkEnding.DONE: WalkExit.DONE,
    WalkEnding.FAILED: WalkExit.FAILED,
    WalkEnding.ROLLED_BACK: WalkExit.ROLLED_BACK,
    WalkEnding.STOPPED: WalkExit.STOPPED,
    WalkEnding.UNKNOWN: WalkExit.UNKNOWN,
    WalkEnding.REFUSED: WalkExit.REFUSED,
}


def exit_of(walk: Walk) -> WalkExit:
    """Return the exit code for a walk as it stands when its console ends."""
    if walk.over and walk.ending is not None:
        return _EXITS[walk.ending]
    unknown = any(state.status is Status.UNKNOWN for state in walk.states)
    return WalkExit.UNKNOWN if unknown else WalkExit.LEFT_OPEN

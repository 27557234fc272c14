"""Owns when the terminal's bell is rung: once for a trouble that nobody sees to yet. Pure.

It rings for what people are alerted of: a check that is certainly CRIT, is its own root cause, and is not
acknowledged, silenced or in maintenance. What was so when the console was opened rings nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from checks.board import CheckState, Snapshot
from checks.model import Level

KNOWN = (Level.OK, Level.WARN)
"""Levels by which a trouble is over; when nobody can see it, it is not."""


class Bell:
    """Remembers for what it was rung."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._heard: frozenset[str] | None = None
        """Names of the checks whose trouble is no news; None before the first picture."""

    def rings(self, snapshot: Snapshot) -> bool:
        """Return whether it is to be rung for something new in this picture: once, whatever has happened."""
        loud = frozenset(state.name for state in snapshot.states if _is_loud(state))
        if self._heard is None:
            self._heard = loud
            return False
        over = _over(snapshot.states)
        new = loud - self._heard
        self._heard = (self._heard - over) | loud
        return bool(new)


def _is_loud(state: CheckState) -> bool:
    crit = state.level is Level.CRIT and state.is_hard
    return crit and not (state.is_quiet or state.blocked_by or state.flapping)


def _over(states: Iterable[CheckState]) -> frozenset[str]:
    return frozenset(state.name for state in states if state.level in KNOWN)

"""Owns which step of an open walk is shown large: the current one, or another that is looked at. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.walk import StepState
from tui.walks.open_walk import OpenWalk


@dataclass(frozen=True, slots=True)
class WalkView:
    """An open walk as it is looked at."""

    opened: OpenWalk
    looked: str = ""
    """Id of the step that is looked at; empty: the current one."""

    @property
    def state(self) -> StepState | None:
        """Return the step that is shown large: without a current one, the last that has ended."""
        walk = self.opened.walk
        states = {state.id: state for state in walk.states}
        if self.looked in states:
            return states[self.looked]
        return walk.current or next((state for state in reversed(walk.states) if state.ended_at), None)

    @property
    def elsewhere(self) -> bool:
        """Return whether another step than the current one is looked at."""
        current = self.opened.walk.current
        return bool(self.looked) and (current is None or self.looked != current.id)

    def look(self, step: str) -> WalkView:
        """Return the walk with this step looked at; with the current one, it is followed as it moves on."""
        current = self.opened.walk.current
        return WalkView(self.opened, "" if current is not None and step == current.id else step)

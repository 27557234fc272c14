"""Owns who is attached to an agent, as consoles are told of it."""

from __future__ import annotations

from collections.abc import Iterator

from agent.access_messages import AccessMoved
from agent.standing import Moves
from runbooks.operators import Operator
from runbooks.rights import Present

MOST = 200
"""So many are told of."""


class Presence(Moves):
    """Those who are attached."""

    def __init__(self) -> None:
        """Nobody is."""
        super().__init__()
        self._present: dict[object, Present] = {}
        self.move()

    def __iter__(self) -> Iterator[Present]:
        """Yield who is attached, oldest first."""
        return iter(sorted(self._present.values(), key=lambda one: one.since))

    def came(self, which: object, present: Present) -> None:
        """Learn that somebody is attached, or may do something else by now."""
        if self._present.get(which) != present:
            self._present[which] = present
            self.move()

    def left(self, which: object) -> None:
        """Learn that he is attached no more."""
        if self._present.pop(which, None) is not None:
            self.move()

    def attending(self, operator: Operator) -> int:
        """Return how many consoles of somebody are attached."""
        return sum(one.operator == operator for one in self._present.values())

    def told(self) -> AccessMoved:
        """Return who is attached, for consoles."""
        return AccessMoved(tuple(self)[:MOST])

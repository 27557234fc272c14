"""Owns the walks that an agent has open, as consoles are told of them: what happened, what is live."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.clock import Clock
from runbooks.events import Entry
from runbooks.live import Live
from runbooks.walk_events import WalkEnded
from runbooks.walking.walker import Walker

REMEMBERED = 60.0
"""Seconds for which a walk that is over is still told to the consoles that followed it."""
FRESH = 5.0
"""Seconds for which one is told to a console that attaches, too."""


@dataclass(slots=True)
class OpenWalk:
    """A walk that this agent walks, and what consoles are told of it."""

    entries: list[Entry]
    walker: Walker
    live: Live = field(default_factory=Live)
    changed: int = 0
    """The version at which it moved last."""
    over_at: float | None = None
    """When it ended, on the monotonic clock."""


class OpenWalks:
    """The walks that are open, and for a while those that are over."""

    def __init__(self, clock: Clock) -> None:
        """Know none yet."""
        self._clock = clock
        self._walks: dict[str, OpenWalk] = {}
        self._version = 1
        self._moved = asyncio.Event()

    def __iter__(self) -> Iterator[OpenWalk]:
        """Yield the walks that are not over."""
        return iter([one for one in self._walks.values() if one.over_at is None])

    def get(self, walk: str) -> OpenWalk | None:
        """Return a walk that is open, or was a moment ago; None when there is none."""
        return self._walks.get(walk)

    def add(self, one: OpenWalk) -> None:
        """Take a walk in."""
        self._walks[one.walker.walk.id] = one
        self._note(one)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of those that are not over."""
        return tuple(name for name, one in self._walks.items() if one.over_at is None)

    @property
    def version(self) -> int:
        """Return a number that rises with every move of any walk."""
        return self._version

    async def newer(self, version: int) -> int:
        """Return the version of now, once something has moved since that one."""
        while self._version <= version:
            await self._moved.wait()
        return self._version

    def moved_since(self, version: int) -> dict[str, OpenWalk]:
        """Return the walks that have moved since; to whom nothing was told yet (0), those that are open.

        And those that ended a moment ago: whoever attaches may have come for one of them.
        """
        now = self._clock.monotonic()
        return {
            name: one
            for name, one in self._walks.items()
            if one.changed > version and (version or one.over_at is None or now - one.over_at < FRESH)
        }

    def hear(self, walk: str, entries: tuple[Entry, ...], live: Live) -> None:
        """Take in what a walker tells, and wake those who follow."""
        one = self._walks[walk]
        one.entries += entries
        one.live = live
        if any(isinstance(entry.event, WalkEnded) for entry in entries):
            one.over_at = self._clock.monotonic()
        self._note(one)

    def _note(self, one: OpenWalk) -> None:
        """Count a move; forget walks that are long over."""
        now = self._clock.monotonic()
        for name, other in list(self._walks.items()):
            if other.over_at is not None and now - other.over_at > REMEMBERED:
                del self._walks[name]
        self._version += 1
        one.changed = self._version
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

"""Owns the contract of what stands in some way, and is told to consoles whole whenever that changes."""

from __future__ import annotations

import asyncio
from typing import Protocol

from agent.protocol import Stands


class Standing(Protocol):
    """What consoles are told of as it stands."""

    async def newer(self, version: int) -> int:
        """Return the version of now, once something has moved since that one."""
        ...

    def told(self) -> Stands:
        """Return how it stands, for consoles."""
        ...


class Moves:
    """Counts the moves of something, and lets others wait for the next one."""

    def __init__(self) -> None:
        """Nothing has moved yet."""
        self.version = 0
        """A number that rises with every move."""
        self._moved = asyncio.Event()

    def move(self) -> None:
        """Say that it has moved."""
        self.version += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def newer(self, version: int) -> int:
        """Return the version of now, once something has moved since that one."""
        while self.version <= version:
            await self._moved.wait()
        return self.version

"""Owns an attached console, as the agent sees it."""

from __future__ import annotations

import asyncio
from asyncio import StreamWriter
from dataclasses import dataclass, field

from agent.peers import Peer
from agent.protocol import ToConsole, frame
from runbooks.rights import Standpoint

FASTEST = 4.0
"""Differences per second and console, at most (reliability section 5)."""


@dataclass(slots=True, eq=False)
class Attachment:
    """One attached console."""

    writer: StreamWriter
    peer: Peer
    standpoint: Standpoint
    since: float
    """When it attached, UTC seconds."""
    pace: float = FASTEST
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    welcomed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it was told what it is attached to; nothing is told before."""

    async def send(self, message: ToConsole) -> None:
        """Send the message, waiting while the console does not read."""
        async with self.lock:
            self.writer.write(frame(message))
            await self.writer.drain()

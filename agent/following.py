"""Owns how a console follows one walk: what the link tells of it, and that nothing is missed.

While no agent answers the walk stands as it was told last; once one answers again it is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from agent.link import Attached, Detached, Link, Moved
from agent.window_messages import WindowMoved
from checks.clock import Clock
from checks.errors import LinkError
from runbooks.live import Live
from runbooks.rights import HERE
from runbooks.walk import EMPTY, Walk
from runbooks.windows.state import WindowsNow

ASK_EVERY = 1.0
"""Seconds between two questions for a walk of which the agent does not tell."""


class Listener(Protocol):
    """Hears of what happens to a walk that is followed."""

    def moved(self, before: Walk, after: Walk, live: Live) -> None:
        """Hear that the walk has moved, or what is live has changed."""
        ...

    def windows(self, windows: WindowsNow) -> None:
        """Hear how windows stand."""
        ...

    def lost(self, reason: str) -> None:
        """Hear that no agent answers."""
        ...

    def found(self) -> None:
        """Hear that one answers again."""
        ...


class Following:
    """One walk, followed while `follow` runs."""

    def __init__(
        self, link: Link, walk: str, listener: Listener, clock: Clock, woken: Callable[[], None]
    ) -> None:
        """Prepare; `woken` is called after the listener has heard."""
        self.walk = EMPTY
        self.live = Live()
        self.standpoint = HERE
        """Whom the agent sees here, and what he may do."""
        self.reason = ""
        """Why no agent answers; empty while one does."""
        self._link = link
        self._id = walk
        self._listener = listener
        self._clock = clock
        self._told = False
        """Whether this agent has told of the walk by itself."""
        self._woken = woken

    async def follow(self) -> None:
        """Follow until the walk is over."""
        async with asyncio.TaskGroup() as tasks:
            insisting = tasks.create_task(self._insist(), name="ask for walk")
            await self._listen()
            insisting.cancel()

    async def _listen(self) -> None:
        async for event in self._link.events():
            match event:
                case Moved(walk=walk, live=live) if walk.id == self._id:
                    self._told = True
                    self._move(walk, live)
                case WindowMoved(windows=windows):
                    self._listener.windows(windows)
                case Detached(reason=reason):
                    self._lose(reason)
                case Attached(standpoint=standpoint):
                    self.standpoint = standpoint
                    self._told = False
                    await self._catch_up()
            if self.walk.over:
                return

    async def _insist(self) -> None:
        """Ask while the agent does not tell: it never does of a walk that ended before we were attached."""
        while not self.walk.over:
            if not self._told:
                await self._catch_up()
            await self._clock.sleep(ASK_EVERY)

    async def _catch_up(self) -> None:
        """Ask how the walk stands: it may have ended while nobody told us."""
        with contextlib.suppress(LinkError):
            walk = await self._link.walk(self._id)
            if walk.seq > self.walk.seq:
                self._move(walk, Live())
            if self.reason:
                self.reason = ""
                self._listener.found()
                self._woken()

    def _move(self, walk: Walk, live: Live) -> None:
        """Take in how it stands; of a walk that we know further, only what is live is news."""
        before = self.walk
        self.walk, self.live = (walk if walk.seq >= before.seq else before), live
        self._listener.moved(before, self.walk, live)
        self._woken()

    def _lose(self, reason: str) -> None:
        before, self.reason = self.reason, reason
        if not before:
            self._listener.lost(reason)
            self._woken()

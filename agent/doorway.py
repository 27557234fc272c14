"""Owns the way in for others than the owner: the common socket, opened and closed as the system's files say.

What is in the way is a notice, and never stops the agent: its owner goes on by his own socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from agent.admission import Named, named, shut_out
from agent.common_socket import open_common, remove_common
from agent.live import LiveSystem
from checks.access import NOBODY_ELSE, Access, access_of
from checks.board import Notice
from checks.clock import Clock
from checks.errors import StoreError
from checks.model import Level

SOURCE = "access"
TRY_AGAIN = 10.0
"""Seconds after which a socket that could not be opened is tried again, and names are looked up anew."""

log = logging.getLogger(__name__)


class Doorway:
    """Lets others in while `opened` is open."""

    def __init__(
        self, live: LiveSystem, clock: Clock, admit: Callable[[StreamReader, StreamWriter], Awaitable[None]]
    ) -> None:
        """Prepare; `admit` is given every newcomer, and judges who it is."""
        self._live = live
        self._clock = clock
        self._admit = admit
        self._access: Access = NOBODY_ELSE
        self._server: asyncio.Server | None = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Follow the system's files while the context is open."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._follow(), name="common socket")
            try:
                yield
            finally:
                following.cancel()
                await self._close()

    async def _follow(self) -> None:
        engine = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TRY_AGAIN if self._access.socket else None):
                    engine = await self._live.engine_after(engine)
            wanted = access_of(self._live.system.sections)
            if wanted != self._access:
                await self._close()
                self._access = wanted
            await self._look()

    async def _look(self) -> None:
        """Open the socket unless it is, and say what is in the way."""
        access = self._access
        if not access.socket:
            self._live.announce(SOURCE, ())
            return
        found = await asyncio.to_thread(named, access)
        trouble = await self._open(access, found)
        notices = [trouble] if trouble else []
        if found.unknown:
            notices.append(f"no such user or group here: {', '.join(found.unknown)}")
        if out := await asyncio.to_thread(shut_out, access, found):
            notices.append(
                f"{', '.join(out)}: not in the group {access.group}, so the socket is out of reach"
            )
        told = tuple(Notice(SOURCE, words, Level.WARN, self._clock.now()) for words in notices)
        self._live.announce(SOURCE, told)

    async def _open(self, access: Access, found: Named) -> str:
        """Open the socket; return why it cannot be."""
        if self._server is not None:
            return ""
        if found.owner != os.geteuid():
            return f"the owner is {access.owner}, and this agent is another user's; nobody else can attach"
        if found.group is None:
            return f"nobody else can attach: there is no group {access.group}"
        try:
            listening = await asyncio.to_thread(open_common, Path(access.socket), found.group)
            self._server = await asyncio.start_unix_server(self._admit, sock=listening)
        except (StoreError, OSError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return f"nobody else can attach: {said}"
        log.info("listening for %s at %s", access.group, access.socket)
        return ""

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.to_thread(remove_common, Path(self._access.socket))

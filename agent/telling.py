"""Owns what attached consoles are told unasked: the board, open walks, and how all else stands.

A console that reads slowly gets fewer, newer differences; it never makes the agent wait. Nothing here probes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

from agent.attachment import Attachment
from agent.changes import difference
from agent.keeping import Keeping
from agent.live import LiveSystem
from agent.protocol import PROTOCOL, Welcome
from agent.standing import Standing
from agent.walk_messages import WalkMoved
from checks.board import Snapshot
from checks.clock import Clock
from checks.engine import Engine
from checks.version import __version__

GATHERED = 0.02
"""Seconds for which what happens to walks is gathered before a console is told."""
HEARTBEAT = 1.5
"""Seconds after which a console hears something even when nothing changed."""


class Telling:
    """Tells consoles what they are to know."""

    def __init__(
        self,
        live: LiveSystem,
        keeping: Keeping,
        clock: Clock,
        started: float,
        judge: Callable[[Attachment], Awaitable[None]],
    ) -> None:
        """Prepare; `judge` says anew what whoever sits there may do, and raises LinkError when nothing."""
        self._live = live
        self._open_walks = keeping.walks.open_ones
        self._standings = keeping.standings
        self._clock = clock
        self._started = started
        self._judge = judge

    def begin(self, attachment: Attachment, tasks: asyncio.TaskGroup) -> tuple[asyncio.Task[None], ...]:
        """Begin to tell a console, and return the tasks that do so; they go on until they are cancelled."""
        return (
            tasks.create_task(self._tell(attachment), name="tell console"),
            tasks.create_task(self._tell_walks(attachment), name="tell console of walks"),
            *(
                tasks.create_task(_tell_standing(attachment, standing), name="tell how it stands")
                for standing in self._standings
            ),
        )

    async def _tell(self, attachment: Attachment) -> None:
        """Tell the console the system and what changes; anew when the system was loaded again."""
        engine = None
        while True:
            engine = await self._live.engine_after(engine)
            await self._judge(attachment)
            told, known = self._dated(engine.snapshot), self._live.configuration
            await attachment.send(
                Welcome(
                    PROTOCOL,
                    __version__,
                    os.getpid(),
                    self._started,
                    engine.system,
                    told,
                    known,
                    attachment.standpoint,
                )
            )
            attachment.welcomed.set()
            while not engine.ended:
                newest = self._dated(await _newer(engine, told.number))
                await attachment.send(difference(told, newest))
                told = newest
                await self._clock.sleep(1 / attachment.pace)

    async def _tell_walks(self, attachment: Attachment) -> None:
        """Tell the console what happens in open walks; of each all entries first, then those that come."""
        version, told = 0, dict[str, int]()
        await attachment.welcomed.wait()
        while True:
            moved = self._open_walks.moved_since(version)
            version = self._open_walks.version
            for name, one in moved.items():
                entries = tuple(one.entries[told.get(name, 0) :])
                told[name] = len(one.entries)
                await attachment.send(WalkMoved(name, entries, one.live))
            await self._open_walks.newer(version)
            await self._clock.sleep(GATHERED)

    def _dated(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot as one of now: from its time a console knows how old the results in it are."""
        return replace(snapshot, at=self._clock.now())


async def _tell_standing(attachment: Attachment, standing: Standing) -> None:
    """Tell the console how something stands, and again whenever that changes."""
    version = 0
    await attachment.welcomed.wait()
    while True:
        version = await standing.newer(version)
        await attachment.send(standing.told())


async def _newer(engine: Engine, number: int) -> Snapshot:
    """Return the next snapshot, or the same one after a while: the console hears that we live."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            return await engine.newer(number)
    except TimeoutError:
        return engine.snapshot

"""A plain walk on a stage: the test moves the walk through a link in memory, types into a pipe, and reads."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from agent.asking import Asking
from agent.link import Attached
from agent.plain import PlainWalk
from agent.testing import MemoryLink
from agent.typed import Closed, Typed
from agent.voice import Voice
from agent.walk_exits import WalkExit
from checks.board import EMPTY as NO_BOARD
from checks.board import SystemInfo
from checks.clock import SystemClock
from runbooks.decisions import Decision
from runbooks.live import Live
from runbooks.operators import Operator
from tests.runbooks.reports.telling import OPER1, Telling

PATIENCE = 10.0


@dataclass
class Stage:
    """What a test sees of a plain walk."""

    telling: Telling
    link: MemoryLink = field(default_factory=MemoryLink)
    out: io.StringIO = field(default_factory=io.StringIO)
    announced: io.StringIO = field(default_factory=io.StringIO)
    live: Live = field(default_factory=Live)
    asking: Asking | None = None
    ended: asyncio.Task[WalkExit] | None = None
    _keys: int = -1
    _read: int = 0

    @property
    def text(self) -> str:
        """All that was said."""
        return self.out.getvalue()

    @property
    def decided(self) -> list[Decision]:
        """All that was decided."""
        return [decision for _, _, decision in self.link.decisions]

    async def says(self, *words: str) -> str:
        """Wait until it has said the words, one after another, since the last time; return what it said.

        Where a line was broken does not matter.
        """
        start = self._read
        for word in words:
            pattern = re.compile(r"\s+".join(map(re.escape, word.split())))
            await self._until(lambda now=pattern: now.search(self.text, self._read), word)
            self._read = pattern.search(self.text, self._read).end()
        return self.text[start : self._read]

    async def _until(self, condition, what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pytest.fail(
                f"{what!r} did not come; since then it said:\n{self.text[self._read :]}\n{self.decided}"
            )

    async def decides(self, number: int = 1) -> list[Decision]:
        """Wait until so many decisions were sent."""
        await self._until(lambda: len(self.decided) >= number, f"decision {number}")
        return self.decided

    def type(self, *lines: str) -> None:
        """Type lines."""
        for line in lines:
            os.write(self._keys, f"{line}\n".encode())

    async def choose(self, words: str) -> None:
        """Choose the way that is offered by these words."""
        said = await self.says(words)
        self.type(said.rstrip().splitlines()[-1].split()[0])

    def hang_up(self) -> None:
        """End what can be typed."""
        os.close(self._keys)
        self._keys = -1

    async def move(self, **live) -> None:
        """Tell the console how the walk stands."""
        self.live = Live(**live)
        await self.link.move(self.telling.walk, self.live)

    async def attach(self) -> None:
        """Have an agent answer."""
        await self.link.attach(SystemInfo("shop"), NO_BOARD)

    async def show(self, name: str, attempt: int = 1, **live) -> None:
        """Show a step, and tell."""
        self.telling.show(name, attempt, **({"action": live.pop("action")} if "action" in live else {}))
        await self.move(step=name, **live)

    async def exit(self) -> WalkExit:
        """Wait until the console has ended; return how."""
        async with asyncio.timeout(PATIENCE):
            return await self.ended


@contextlib.asynccontextmanager
async def plain(
    telling: Telling | None = None, *, joining: bool = False, refusal: str = "", me: Operator = OPER1, **live
) -> AsyncIterator[Stage]:
    """Put a plain walk on a stage; it runs while the context is open."""
    stage = Stage(telling or Telling())
    reading, stage._keys = os.pipe()
    clock = SystemClock()
    attached = asyncio.ensure_future(stage.link.attach(SystemInfo("shop"), NO_BOARD))
    assert isinstance(await anext(stage.link.events()), Attached)
    await attached
    stage.link.refusal = refusal
    stage.link.known_walks[stage.telling.id] = stage.telling.walk
    asking = stage.asking = Asking(Voice(stage.out, stage.announced))
    typed = asking.source = Typed(reading, clock, asking.post)
    walk = PlainWalk(stage.link, stage.telling.id, asking._voice, asking, clock, me, "walkdown resume w1")
    async with asyncio.TaskGroup() as tasks:
        keys = tasks.create_task(typed.read())
        stage.ended = tasks.create_task(walk.go(joining=joining))
        try:
            await stage.move(**live)
            yield stage
        finally:
            asking.post(Closed())
            keys.cancel()
            stage.ended.cancel()
    os.close(reading)
    if stage._keys >= 0:
        stage.hang_up()

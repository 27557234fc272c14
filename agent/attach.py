"""Owns a console's end of the socket: attaching, noticing at once that the agent is gone, attaching again.

The link keeps the newest snapshot only. It starts an agent when none answers; how is `agent/lifecycle.py`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import msgspec

from agent.changes import apply
from agent.check_messages import Difference, ProbeNow
from agent.frames import read_frame
from agent.link import A, Attached, Detached, LinkEvent, Moved, RefusedError, Updated
from agent.protocol import (
    PROTOCOL,
    Bye,
    Hello,
    Pace,
    Question,
    Refused,
    Stands,
    Stop,
    ToAgent,
    ToConsole,
    Welcome,
    frame,
    to_console_decoder,
)
from agent.questioning import Questioner
from agent.walk_messages import WalkMoved
from checks.board import EMPTY, Snapshot
from checks.clock import Clock
from checks.errors import LinkError
from checks.version import __version__
from runbooks.fold import fold_all
from runbooks.walk import EMPTY as NO_WALK
from runbooks.walk import Walk

SILENCE = 5.0
"""Seconds without a word after which the agent counts as gone; it says something every 1.5 s."""
RETRY = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to attach again; the last one repeats."""

Connection = tuple[StreamReader, StreamWriter]


class OtherVersionError(LinkError):
    """The agent is of another version than the console."""


class AttachedLink(Questioner):
    """The real link: a socket to an agent, restored whenever it is lost, while `opened` is open."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], clock: Clock, *, may_replace: bool = True
    ) -> None:
        """Prepare; `connect` reaches the agent, starting one when there is none.

        An agent of another version is replaced if it `may`: that of another user is not.
        """
        self._connect = connect
        self._may_replace = may_replace
        self._failures = 0
        self._clock = clock
        self._writer: StreamWriter | None = None
        self._snapshot: Snapshot = EMPTY
        self._walks: dict[str, Walk] = {}
        self._pending: dict[str, LinkEvent] = {}
        """What was not taken yet: the newest of the board, and of each walk."""
        self._happened = asyncio.Event()
        self._questions = itertools.count(1)
        self._answers: dict[int, asyncio.Future[ToConsole]] = {}

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[AttachedLink]:
        """Stay attached while the context is open."""
        async with asyncio.TaskGroup() as tasks:
            attached = tasks.create_task(self._stay_attached(), name="stay attached")
            try:
                yield self
            finally:
                attached.cancel()

    async def events(self) -> AsyncIterator[LinkEvent]:
        """Yield what happens, for ever; of what was not taken in time only the newest."""
        while True:
            await self._happened.wait()
            self._happened.clear()
            while self._pending:
                yield self._pending.pop(next(iter(self._pending)))

    async def probe_now(self, names: tuple[str, ...] = ()) -> None:
        """Ask for these checks to be probed now; all when none is named."""
        await self._send(ProbeNow(names))

    async def pace(self, per_second: float) -> None:
        """Ask for at most so many snapshots per second."""
        await self._send(Pace(per_second))

    async def _send(self, message: ToAgent) -> None:
        if self._writer is None:
            raise LinkError("not attached to an agent")
        try:
            self._writer.write(frame(message))
            await self._writer.drain()
        except ConnectionError as error:
            raise LinkError("the agent is gone") from error

    async def ask(self, kind: type[A], question: Callable[[int], Question]) -> A:
        """Ask, and return the answer, which is of that kind."""
        number = next(self._questions)
        answer: asyncio.Future[ToConsole] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            await self._send(question(number))
            answered = await answer
            if not isinstance(answered, kind):
                raise LinkError(f"the agent answered {type(answered).__name__}")
            return answered
        finally:
            self._answers.pop(number, None)

    async def _stay_attached(self) -> None:
        while True:
            try:
                reader, writer = await self._connect()
                reason = await self._converse(reader, writer)
            except OtherVersionError as error:
                reason = str(error)
                await self._dismiss(reason)
            except (LinkError, OSError, msgspec.DecodeError) as error:
                reason = str(error)
            self._lose(reason)
            await self._clock.sleep(RETRY[min(self._failures, len(RETRY) - 1)])
            self._failures += 1

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> str:
        """Talk until the agent leaves; return why it left."""
        self._writer = writer
        self._walks.clear()  # of each, a new connection tells all; a system that is loaded anew changes none
        try:
            await self._send(Hello(PROTOCOL, __version__, os.getpid()))
            while True:
                async with asyncio.timeout(SILENCE):
                    body = await read_frame(reader)
                if body is None:
                    return "the agent ended unexpectedly"
                message = to_console_decoder.decode(body)
                if isinstance(message, Bye):
                    return message.reason
                self._take(message)
        except TimeoutError:
            return f"the agent has been silent for {SILENCE:.0f} s"
        finally:
            self._writer = None
            writer.close()

    def _take(self, message: ToConsole) -> None:
        match message:
            case Welcome():
                self._check_version(message.version)
                self._failures = 0
                self._snapshot = message.snapshot
                self._emit(
                    Attached(
                        message.system, message.snapshot, message.version, message.pid, message.standpoint
                    )
                )
            case Difference():
                self._snapshot = apply(self._snapshot, message)
                self._emit(Updated(self._snapshot))
            case Refused(id=0):
                self._check_version(message.version)
                raise LinkError(message.reason)
            case Refused():
                self._resolve(message.id, RefusedError(message.reason))
            case _ if isinstance(message, Stands):
                self._emit(message)
            case WalkMoved():
                self._move(message)
            case Bye():
                pass
            case _:
                self._resolve(message.id, message)

    def _move(self, message: WalkMoved) -> None:
        """Fold what happened to a walk; one that is over is forgotten."""
        walk = fold_all(message.entries, self._walks.get(message.walk, NO_WALK))
        self._walks[message.walk] = walk
        if walk.over:
            del self._walks[message.walk]
        self._emit(Moved(walk, message.live))

    def _check_version(self, version: str) -> None:
        """Have an agent of another version replaced, once: two consoles must not take turns at it."""
        if version != __version__ and self._may_replace:
            self._may_replace = False
            raise OtherVersionError(f"replacing the agent of version {version} by {__version__}")

    async def _dismiss(self, reason: str) -> None:
        """Ask the agent to end; `Stop` is understood as a first word by every version."""
        with contextlib.suppress(OSError, LinkError):
            _, writer = await self._connect()
            writer.write(frame(Stop(reason)))
            await writer.drain()
            writer.close()

    def _resolve(self, number: int, answer: ToConsole | LinkError) -> None:
        waiting = self._answers.get(number)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, LinkError):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

    def _lose(self, reason: str) -> None:
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(LinkError(reason))
        self._emit(Detached(reason))

    def _emit(self, event: LinkEvent) -> None:
        """Let the event take the place of one not yet taken; an attachment takes the newer snapshot in."""
        key = ""
        if isinstance(event, Moved):
            key = event.walk.id
        elif isinstance(event, Stands):
            key = type(event).__name__
        before = self._pending.get(key)
        if isinstance(event, Updated) and isinstance(before, Attached):
            event = replace(before, snapshot=event.snapshot)
        self._pending[key] = event
        self._happened.set()

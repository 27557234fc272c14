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
from agent.frames import read_frame
from agent.link import Attached, Detached, LinkEvent, Updated
from agent.protocol import (
    PROTOCOL,
    AskHistory,
    AskResults,
    Bye,
    Difference,
    Hello,
    HistoryAnswer,
    Pace,
    ProbeNow,
    Refused,
    ResultsAnswer,
    Stop,
    ToAgent,
    ToConsole,
    Welcome,
    frame,
    to_console_decoder,
)
from checks.board import EMPTY, Snapshot
from checks.clock import Clock
from checks.errors import LinkError
from checks.model import HistoryQuery, Result, Series
from checks.version import __version__

SILENCE = 5.0
"""Seconds without a word after which the agent counts as gone; it says something every 1.5 s."""
RETRY = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to attach again; the last one repeats."""

Connection = tuple[StreamReader, StreamWriter]


class OtherVersionError(LinkError):
    """The agent is of another version than the console."""


class AttachedLink:
    """The real link: a socket to an agent, restored whenever it is lost, while `opened` is open."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], clock: Clock) -> None:
        """Prepare; `connect` reaches the agent, starting one when there is none."""
        self._connect = connect
        self._may_replace = True
        self._failures = 0
        self._clock = clock
        self._writer: StreamWriter | None = None
        self._snapshot: Snapshot = EMPTY
        self._pending: LinkEvent | None = None
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
            event, self._pending = self._pending, None
            if event is not None:
                yield event

    async def probe_now(self, names: tuple[str, ...] = ()) -> None:
        """Ask for these checks to be probed now; all when none is named."""
        await self._send(ProbeNow(names))

    async def pace(self, per_second: float) -> None:
        """Ask for at most so many snapshots per second."""
        await self._send(Pace(per_second))

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the course of a reading, one series for each member."""
        answer = await self._ask(lambda number: AskHistory(number, query))
        return answer.series if isinstance(answer, HistoryAnswer) else ()

    async def results(self, check: str, limit: int = 50) -> tuple[Result, ...]:
        """Return the newest results of a check, newest first."""
        answer = await self._ask(lambda number: AskResults(number, check, limit))
        return answer.results if isinstance(answer, ResultsAnswer) else ()

    async def _send(self, message: ToAgent) -> None:
        if self._writer is None:
            raise LinkError("not attached to an agent")
        try:
            self._writer.write(frame(message))
            await self._writer.drain()
        except ConnectionError as error:
            raise LinkError("the agent is gone") from error

    async def _ask(self, question: Callable[[int], ToAgent]) -> ToConsole:
        number = next(self._questions)
        answer: asyncio.Future[ToConsole] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            await self._send(question(number))
            return await answer
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
                self._emit(Attached(message.system, message.snapshot, message.version, message.pid))
            case Difference():
                self._snapshot = apply(self._snapshot, message)
                self._emit(Updated(self._snapshot))
            case Refused(id=0):
                self._check_version(message.version)
                raise LinkError(message.reason)
            case Refused():
                self._resolve(message.id, LinkError(message.reason))
            case HistoryAnswer() | ResultsAnswer():
                self._resolve(message.id, message)

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
        if isinstance(event, Updated) and isinstance(self._pending, Attached):
            event = replace(self._pending, snapshot=event.snapshot)
        self._pending = event
        self._happened.set()

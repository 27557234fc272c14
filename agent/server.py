"""Owns the socket: who may attach, and what attached consoles ask; `agent/telling.py` tells them the rest."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from agent.address import address_of
from agent.attachment import FASTEST, Attachment
from agent.check_messages import ProbeNow
from agent.clerk import UnansweredError
from agent.desk import Desk
from agent.frames import read_frame
from agent.keeping import Keeping
from agent.live import LiveSystem
from agent.peers import peer_of
from agent.protocol import (
    PROTOCOL,
    Bye,
    Hello,
    Pace,
    Question,
    Refused,
    Stop,
    ToConsole,
    to_agent_decoder,
)
from agent.telling import Telling
from checks.clock import Clock
from checks.errors import LinkError
from checks.version import __version__
from runbooks.rights import Present

SLOWEST = 0.05
HELLO_WITHIN = 5.0
"""Seconds that a newcomer has to say who it is."""

log = logging.getLogger(__name__)


class Server:
    """Serves the consoles of one agent."""

    def __init__(
        self, live: LiveSystem, keeping: Keeping, clock: Clock, started: float, stop: Callable[[str], None]
    ) -> None:
        """Prepare; `stop` ends the agent and is called when a console asks for it."""
        self._live = live
        self._walks = keeping.walks
        self._admission = keeping.admission
        self._presence = keeping.presence
        self._desk = Desk(keeping.clerks, keeping.refusals)
        self._clock = clock
        self._telling = Telling(live, keeping, clock, started, self._judge)
        self._stop = stop
        self._attached: set[Attachment] = set()
        self.idle_since = clock.monotonic()
        """When the last console left, on the monotonic clock."""

    @property
    def attached(self) -> int:
        """Return how many consoles are attached."""
        return len(self._attached)

    @contextlib.asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        """Listen on a Unix socket at `path`, for its owner alone, while the context is open."""
        server = await asyncio.start_unix_server(self.admit, sock=_private_socket(path))
        try:
            yield
        finally:
            server.close()
            for attachment in list(self._attached):
                with contextlib.suppress(ConnectionError, TimeoutError):
                    async with asyncio.timeout(0.5):
                        await attachment.send(Bye("the agent ends"))
                attachment.writer.close()
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def admit(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Converse with a newcomer, if he may attach."""
        peer = peer_of(writer.get_extra_info("socket"))
        try:
            standpoint = await self._admission.standpoint(peer)
            attachment = Attachment(writer, peer, standpoint, self._clock.now())
            if await self._admits(reader, attachment):
                await self._serve(reader, attachment)
        except* (ConnectionError, LinkError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as gone:
            log.info("console left: %s", gone.exceptions[0])
        finally:
            writer.close()

    async def _admits(self, reader: StreamReader, attachment: Attachment) -> bool:
        """Return whether the newcomer may attach; say why not."""
        if not attachment.standpoint.rights:
            await self._turn_away(attachment)
            return False
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                body = await read_frame(reader)
        except TimeoutError:
            return False
        message = None if body is None else to_agent_decoder.decode(body)
        if isinstance(message, Stop):
            await self._end(attachment, message)
            return False
        if not isinstance(message, Hello):
            return False
        if message.protocol != PROTOCOL:
            words = f"protocol {PROTOCOL} here, {message.protocol} there"
            await attachment.send(self._refusal(f"console and agent are of different versions ({words})"))
            return False
        return True

    async def _turn_away(self, attachment: Attachment) -> None:
        """Say to somebody who may do nothing that he may not attach, and have it written down."""
        me = attachment.standpoint.me
        why = "this agent belongs to another user"
        if self._admission.access.owner:
            why = f"{me.name} has no role in this system; its owner can give one under access: roles:"
        await self._desk.turned_away(me, why)
        await attachment.send(self._refusal(why))

    async def _end(self, attachment: Attachment, wish: Stop) -> None:
        """End the agent, unless a walk is open and nobody insists; only its owner may."""
        try:
            await self._desk.demand(wish, attachment.standpoint)
        except UnansweredError as error:
            await attachment.send(self._refusal(str(error)))
            return
        under_way = self._walks.under_way
        if under_way and not wish.force:
            walks = ", ".join(under_way)
            await attachment.send(
                self._refusal(f"a walk is open ({walks}); --force ends the agent all the same")
            )
        else:
            self._stop(wish.reason)

    def _refusal(self, reason: str, question: int = 0) -> Refused:
        return Refused(PROTOCOL, __version__, os.getpid(), reason, question)

    async def _serve(self, reader: StreamReader, attachment: Attachment) -> None:
        self._attached.add(attachment)
        self._show(attachment)
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = self._telling.begin(attachment, tasks)
                await self._listen(reader, attachment, tasks)
                for task in telling:
                    task.cancel()
        finally:
            self._attached.discard(attachment)
            self._presence.left(attachment)
            self.idle_since = self._clock.monotonic()

    async def _judge(self, attachment: Attachment) -> None:
        """See anew what whoever sits at a console may do; let go of him who may do nothing any more.

        Raises:
            LinkError: when he may do nothing.
        """
        attachment.standpoint = await self._admission.standpoint(attachment.peer)
        if not attachment.standpoint.rights:
            await self._turn_away(attachment)
            raise LinkError("he has no role any more")
        self._show(attachment)

    def _show(self, attachment: Attachment) -> None:
        """Have all consoles told who is attached."""
        at = attachment.standpoint
        self._presence.came(attachment, Present(at.me, at.rights, attachment.since, attachment.peer.pid))

    async def _listen(self, reader: StreamReader, attachment: Attachment, tasks: asyncio.TaskGroup) -> None:
        """Take what the console asks for until it leaves; questions are answered beside one another."""
        while (body := await read_frame(reader)) is not None:
            message = to_agent_decoder.decode(body)
            match message:
                case ProbeNow():
                    await self._desk.demand(message, attachment.standpoint)
                    (await self._live.engine_after(None)).probe_now(message.names)
                case Pace():
                    await self._desk.demand(message, attachment.standpoint)
                    attachment.pace = min(FASTEST, max(SLOWEST, message.per_second))
                case Stop():
                    await self._end(attachment, message)
                case Hello():
                    raise LinkError("a second hello")
                case _:
                    tasks.create_task(self._answer(attachment, message), name="answer console")

    async def _answer(self, attachment: Attachment, question: Question) -> None:
        try:
            answer: ToConsole = await self._desk.answer(question, attachment.standpoint)
        except UnansweredError as error:
            answer = self._refusal(str(error), question.id)
        await attachment.send(answer)


def _private_socket(path: Path) -> socket.socket:
    """Return a socket bound at `path` that nobody else can connect to, not even for a moment."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with address_of(path) as address:
            listening.bind(address)
    finally:
        os.umask(before)
    return listening

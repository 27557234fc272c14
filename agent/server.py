"""Owns the socket: who may attach, what attached consoles are told, and the questions they ask.

A console that reads slowly gets fewer, newer differences; it never makes the agent wait. Nothing here probes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from agent.address import address_of
from agent.changes import difference
from agent.check_messages import ProbeNow
from agent.clerk import UnansweredError
from agent.desk import Desk
from agent.frames import read_frame
from agent.keeping import Keeping
from agent.live import LiveSystem
from agent.peers import Peer, peer_of
from agent.protocol import (
    PROTOCOL,
    Bye,
    Hello,
    Pace,
    Question,
    Refused,
    Stop,
    ToConsole,
    Welcome,
    frame,
    to_agent_decoder,
)
from agent.standing import Standing
from agent.walk_messages import WalkMoved
from checks.board import Snapshot
from checks.clock import Clock
from checks.engine import Engine
from checks.errors import LinkError
from checks.version import __version__
from runbooks.rights import Present, Standpoint

FASTEST = 4.0
"""Differences per second and console, at most (reliability section 5)."""
SLOWEST = 0.05
GATHERED = 0.02
"""Seconds for which what happens to walks is gathered before a console is told."""
HEARTBEAT = 1.5
"""Seconds after which a console hears something even when nothing changed."""
HELLO_WITHIN = 5.0
"""Seconds that a newcomer has to say who it is."""

log = logging.getLogger(__name__)


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


class Server:
    """Serves the consoles of one agent."""

    def __init__(
        self, live: LiveSystem, keeping: Keeping, clock: Clock, started: float, stop: Callable[[str], None]
    ) -> None:
        """Prepare; `stop` ends the agent and is called when a console asks for it."""
        self._live = live
        self._walks = keeping.walks
        self._standings = keeping.standings
        self._admission = keeping.admission
        self._presence = keeping.presence
        self._desk = Desk(keeping.clerks, keeping.refusals)
        self._clock = clock
        self._started = started
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
                telling = (
                    tasks.create_task(self._tell(attachment), name="tell console"),
                    tasks.create_task(self._tell_walks(attachment), name="tell console of walks"),
                    *(
                        tasks.create_task(_tell_standing(attachment, standing), name="tell how it stands")
                        for standing in self._standings
                    ),
                )
                await self._listen(reader, attachment, tasks)
                for task in telling:
                    task.cancel()
        finally:
            self._attached.discard(attachment)
            self._presence.left(attachment)
            self.idle_since = self._clock.monotonic()

    async def _tell(self, attachment: Attachment) -> None:
        """Tell the console the system and what changes; anew when the system was loaded again."""
        engine = None
        while True:
            engine = await self._live.engine_after(engine)
            attachment.standpoint = await self._admission.standpoint(attachment.peer)
            if not attachment.standpoint.rights:
                await self._turn_away(attachment)
                raise LinkError("he has no role any more")
            self._show(attachment)
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

    def _show(self, attachment: Attachment) -> None:
        """Have all consoles told who is attached."""
        at = attachment.standpoint
        self._presence.came(attachment, Present(at.me, at.rights, attachment.since, attachment.peer.pid))

    async def _tell_walks(self, attachment: Attachment) -> None:
        """Tell the console what happens in open walks; of each all entries first, then those that come."""
        version, told = 0, dict[str, int]()
        await attachment.welcomed.wait()
        while True:
            moved = self._walks.open_ones.moved_since(version)
            version = self._walks.open_ones.version
            for name, one in moved.items():
                entries = tuple(one.entries[told.get(name, 0) :])
                told[name] = len(one.entries)
                await attachment.send(WalkMoved(name, entries, one.live))
            await self._walks.open_ones.newer(version)
            await self._clock.sleep(GATHERED)

    def _dated(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot as one of now: from its time a console knows how old the results in it are."""
        return replace(snapshot, at=self._clock.now())

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

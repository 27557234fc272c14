"""A server that misbehaves as told, on loopback, in the test's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
import zlib
from pathlib import Path

import pytest

HANG = 3600


class Faults:
    """Servers started by one test. A behaviour is a coroutine of reader and writer."""

    def __init__(self):
        self.seen: list[bytes] = []
        """Heads and bodies of the requests that came, over all servers."""
        self.connections = 0
        self._servers: list[asyncio.Server] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task] = set()

    async def serve(self, behaviour, tls=None, host="127.0.0.1", port=0) -> int:
        """Start a server that does this to everyone who connects; return its port."""

        async def meet(reader, writer):
            self.connections += 1
            self._writers.append(writer)
            self._tasks.add(asyncio.current_task())
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await behaviour(reader, writer)
            writer.transport.abort()

        server = await asyncio.start_server(meet, host, port, ssl=tls)
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def answer(self, response: bytes, tls=None) -> int:
        """Start a server that reads a request, remembers it and sends these bytes."""

        async def behaviour(reader, writer):
            self.seen.append(await request(reader))
            writer.write(response)
            await writer.drain()
            await closed(writer)

        return await self.serve(behaviour, tls)

    async def stop(self):
        for server in self._servers:
            server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def closed(writer):
    """Close in order, so that all that was written arrives."""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def request(reader) -> bytes:
    """Return the request, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            head += await reader.readexactly(int(line.partition(b":")[2]))
    return head


async def hang(reader, writer):
    """Accept and say nothing."""
    await asyncio.sleep(HANG)


async def cut(reader, writer):
    """End the connection at once, in order."""
    await closed(writer)


async def reset(reader, writer):
    """Reset the connection as soon as something came."""
    await reader.read(1)
    hard_reset(writer)


def hard_reset(writer):
    """End the connection by RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


def drip(data: bytes, every: float = 0.1):
    """Send one byte at a time, for ever and a day."""

    async def behaviour(reader, writer):
        for byte in data:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(every)
        await asyncio.sleep(HANG)

    return behaviour


def say(data: bytes):
    """Send this at once, whoever connects, and end."""

    async def behaviour(reader, writer):
        writer.write(data)
        await writer.drain()
        await closed(writer)

    return behaviour


def flood(head: bytes, chunk: bytes):
    """Send a head and then the chunk without end."""

    async def behaviour(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        while True:
            writer.write(chunk)
            await writer.drain()

    return behaviour


def http(body: bytes = b"ok", status: str = "200 OK", **headers: str) -> bytes:
    """Return an HTTP answer; underscores in header names are hyphens."""
    head = {"Content_Length": str(len(body)), "Connection": "close"} | headers
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in head.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def gzip_bomb(mebibytes: int = 256) -> bytes:
    """Return what unpacks to so many mebibytes of zeros."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1024 * 1024)
    return b"".join([*(packer.compress(zeros) for _ in range(mebibytes)), packer.flush()])


def _waited() -> float:
    """Return the seconds that this thread was ready to run and had to wait for a processor (proc(5))."""
    with contextlib.suppress(FileNotFoundError):  # a kernel without it: then all of the time counts
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    return 0.0


@contextlib.asynccontextmanager
async def lag():
    """Measure how long the event loop is kept from a task; yields a function that returns the worst.

    What counts is the time that this thread computed, or slept in a call: time for which the machine gave
    the processor to others does not.
    """
    lags = [0.0]

    async def beat():
        while True:
            before, waited = time.monotonic(), _waited()
            await asyncio.sleep(0.005)
            lags.append(time.monotonic() - before - 0.005 - (_waited() - waited))

    async with asyncio.TaskGroup() as group:
        heart = group.create_task(beat())
        yield lambda: max(lags)
        heart.cancel()


@pytest.fixture
async def faults():
    """Servers that misbehave; they end with the test."""
    servers = Faults()
    yield servers
    await servers.stop()


@pytest.fixture
def closed_port():
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def blackhole():
    """A port of loopback that drops whoever tries to connect: its queue is full and nobody accepts."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture
def names(monkeypatch):
    """The resolver's answers: host name -> list of addresses, an error, or a function that is called."""
    known: dict[str, object] = {}

    def lookup(host, port, **_):
        answer = known.get(host, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return [_found(address, port) for address in answer]

    monkeypatch.setattr("checks.net.resolve.RESOLVER.lookup", lookup)
    return known


def _found(address, port):
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)

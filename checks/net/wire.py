"""Owns an open connection: bytes out and bytes in, in the clear or through TLS.

Works on a socket and the event loop, without transports: a probe needs one connection for a few
milliseconds, and errors are wanted as they occur. Knows nothing of names, deadlines or protocols above TLS.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from types import TracebackType
from typing import Protocol, Self

CHUNK = 16 * 1024
"""Bytes that are taken at once; what is done with them holds the event loop that long."""


class Wire(Protocol):
    """An open connection. Close it with `with`."""

    async def send(self, data: bytes) -> None:
        """Send all of the data."""
        ...

    async def receive(self) -> bytes:
        """Return what has come, at most `CHUNK` bytes; nothing once the other side has ended."""
        ...

    def is_quiet(self) -> bool:
        """Return true while the other side has neither ended nor said what was not yet received."""
        ...

    def close(self) -> None:
        """Close at once, without farewell."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        ...


class PlainWire:
    """A connection in the clear."""

    __slots__ = ("_loop", "_socket")

    def __init__(self, connected: socket.socket) -> None:
        """Own a connected socket that does not block."""
        self._socket = connected
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Send all of the data."""
        await self._loop.sock_sendall(self._socket, data)

    async def receive(self) -> bytes:
        """Return what has come; nothing once the other side has ended."""
        return await self._loop.sock_recv(self._socket, CHUNK)

    def is_quiet(self) -> bool:
        """Return true while the other side has neither ended nor said what was not yet received."""
        return is_quiet(self._socket.fileno())

    def close(self) -> None:
        """Close at once."""
        self._socket.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


class TlsWire:
    """A connection through TLS, on top of one in the clear."""

    __slots__ = ("_incoming", "_outgoing", "_plain", "_tls")

    def __init__(self, plain: Wire, context: ssl.SSLContext, server_name: str) -> None:
        """Prepare; `shake_hands` comes next."""
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)

    async def shake_hands(self) -> None:
        """Do the handshake.

        Raises:
            OSError: an `ssl.SSLError` when TLS or the certificate fails, others as the network gives them.
        """
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                await self._exchange()
            except ssl.SSLError:
                await self._flush()
                raise
        await self._flush()

    async def send(self, data: bytes) -> None:
        """Send all of the data."""
        self._tls.write(data)
        await self._flush()

    async def receive(self) -> bytes:
        """Return what has come; nothing once the other side has ended, politely or not."""
        while True:
            try:
                return self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                await self._exchange()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def is_quiet(self) -> bool:
        """Return true while the other side has neither ended nor said what was not yet received."""
        return self._plain.is_quiet()

    def close(self) -> None:
        """Close at once."""
        self._plain.close()

    @property
    def version(self) -> str:
        """Return the version spoken, such as `TLSv1.3`."""
        return self._tls.version() or ""

    @property
    def cipher(self) -> str:
        """Return the name of the cipher."""
        cipher = self._tls.cipher()
        return cipher[0] if cipher else ""

    @property
    def certificate(self) -> bytes:
        """Return the other side's certificate, DER."""
        return self._tls.getpeercert(binary_form=True) or b""

    @property
    def validity(self) -> tuple[float, float]:
        """Return when its certificate begins and ends, UTC seconds; only when it was verified."""
        fields = self._tls.getpeercert() or {}
        begin, end = fields["notBefore"], fields["notAfter"]
        return ssl.cert_time_to_seconds(str(begin)), ssl.cert_time_to_seconds(str(end))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    async def _exchange(self) -> None:
        """Send what TLS has to say, then take what the other side says."""
        await self._flush()
        data = await self._plain.receive()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._plain.send(self._outgoing.read())


def is_quiet(descriptor: int) -> bool:
    """Return true while nothing can be read from the socket, not even its end."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return not poll.poll(0)

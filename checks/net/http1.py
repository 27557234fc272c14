"""Owns one exchange over HTTP/1.1: a request out, an answer in, bounded in every direction.

It asks for an unencoded body, decodes gzip and deflate that come all the same, and stops at its caps. It
follows nothing, keeps nothing and judges nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import h11

from checks.clock import Clock
from checks.errors import MeasureError, ProbeError, TargetError
from checks.net.wire import Wire

HEADER_CAP = 64 * 1024
"""Bytes of an answer before its body."""

ENCODINGS = ("gzip", "x-gzip", "deflate")
VERSION = b"HTTP/1."
GZIP_OR_ZLIB = 47
"""The `wbits` with which zlib tells the two apart by itself."""

Headers = tuple[tuple[str, str], ...]
"""Names and values in order."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    path: str
    """Path and query, percent-encoded."""
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered."""

    status: int
    reason: str
    headers: Headers
    """Names in lower case."""
    body: bytes
    """Decoded, and cut at the cap."""
    truncated: bool
    """The body was longer than the cap."""

    def header(self, name: str) -> str:
        """Return the first value of a header, empty when absent."""
        return next((value for header, value in self.headers if header == name), "")


class Exchange:
    """One request and its answer over one connection; says how far it came even when it is cut short."""

    __slots__ = ("_cap", "_clock", "_connection", "_ended", "_wire", "first_byte", "received", "sent")

    def __init__(self, wire: Wire, clock: Clock, cap: int) -> None:
        """Prepare to read at most `cap` bytes of body."""
        self._wire = wire
        self._clock = clock
        self._cap = cap
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_CAP)
        self._ended = False
        self.sent = 0.0
        """When the request was out, on the monotonic clock."""
        self.first_byte = 0.0
        """When the answer began, on the monotonic clock."""
        self.received = 0
        """Bytes that came so far, head and body."""

    async def run(self, request: Request) -> Response:
        """Ask, and return the answer.

        Raises:
            TargetError: `connection_lost` before the first byte; `malformed`, when it is no HTTP;
                `protocol_error`, when it breaks off.
            MeasureError: `request`, when what is to be asked cannot be written in HTTP.
        """
        try:
            await self._wire.send(self._encoded(request))
            self.sent = self._clock.monotonic()
            head = await self._head()
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
            body, truncated = await self._body(headers)
        except TimeoutError:
            raise
        except OSError as error:
            raise self._broken(error.strerror or type(error).__name__) from error
        except h11.RemoteProtocolError as error:
            if self._ended:
                raise self._broken("closed") from error
            raise TargetError("malformed", f"the answer is not HTTP/1.1: {error}") from error
        return Response(head.status_code, head.reason.decode("latin-1"), headers, body, truncated)

    def _encoded(self, request: Request) -> bytes:
        headers = [(name.encode(), value.encode()) for name, value in request.headers]
        connection = self._connection
        try:
            asked = h11.Request(method=request.method, target=request.path, headers=headers)
            head = connection.send(asked) or b""
            body = connection.send(h11.Data(data=request.body)) or b"" if request.body else b""
            return head + body + (connection.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError:
            # Without its cause, which quotes the header: it may hold a secret.
            raise MeasureError("request", "method, path or a header holds what HTTP forbids") from None

    async def _head(self) -> h11.Response:
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if self.received > HEADER_CAP:
                raise TargetError("malformed", f"no answer within {HEADER_CAP} bytes of head")

    async def _body(self, headers: Headers) -> tuple[bytes, bool]:
        """Return the body, and whether it was longer; stops at the cap of bytes sent or decoded."""
        encoding = next((value for name, value in headers if name == "content-encoding"), "").lower()
        unpack = zlib.decompressobj(GZIP_OR_ZLIB) if encoding in ENCODINGS else None
        most = self.received + self._cap + HEADER_CAP
        body = bytearray()
        while isinstance(event := await self._next(), h11.Data):
            room = self._cap + 1 - len(body)
            try:
                body += event.data[:room] if unpack is None else unpack.decompress(event.data, room)
            except zlib.error as error:
                raise TargetError("malformed", f"the body is not {encoding}: {error}") from error
            if len(body) > self._cap or self.received > most:
                return bytes(body[: self._cap]), True
        return bytes(body), False

    async def _next(self) -> Any:
        """Return the next event of the answer."""
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            if self.received:
                await self._clock.sleep(0)  # a fast sender must not keep the event loop to itself
            data = await self._wire.receive()
            if not self.received:
                self.first_byte = self._clock.monotonic()
                _recognise(data)
            self.received += len(data)
            self._ended = not data
            self._connection.receive_data(data)
        return event

    def _broken(self, how: str) -> ProbeError:
        if not self.received:
            return TargetError("connection_lost", f"connection lost before an answer: {how}")
        return TargetError("protocol_error", f"answer broke off after {self.received} bytes: {how}")


def _recognise(beginning: bytes) -> None:
    """Say at once when this cannot become HTTP/1, rather than wait for the end of a line.

    Raises:
        TargetError: `malformed`.
    """
    if not beginning.startswith(VERSION[: len(beginning)]):
        raise TargetError("malformed", f"the answer is not HTTP/1.1: it begins with {beginning[:40]!r}")

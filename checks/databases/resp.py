"""Owns RESP2, the protocol of Redis: commands become bytes, and bytes become replies within bounds.

A length that a server announces is judged before anything is read for it, so that a reply of half a gigabyte
costs nothing. Knows no command and no meaning of an error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from checks.errors import TargetError

MOST_BYTES = 1024 * 1024
"""Of one text."""
MOST_LINE = 64 * 1024
"""Bytes of a status, an error or a number."""
MOST_TOGETHER = 4 * MOST_BYTES
"""Of one reply with all that it holds: lists of lists of long texts are many times as long as each."""
ITEM = 128
"""Bytes that each part of a reply counts for, however short it is."""
MOST_ITEMS = 10_000
MOST_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error reply, such as `NOAUTH Authentication required.`"""

    message: str

    @property
    def code(self) -> str:
        """Return its first word: `NOAUTH`, `ERR`, ..."""
        return self.message.partition(" ")[0]


Reply = str | int | None | Refusal | list["Reply"]


def encode(*words: str) -> bytes:
    """Return one command."""
    raw = [word.encode() for word in words]
    return b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in raw)


class Replies:
    """Reads one reply after the other from a source of bytes."""

    def __init__(self, where: str, receive: Callable[[], Awaitable[bytes]]) -> None:
        """Read from `receive`, which returns nothing once the other side has ended."""
        self._where = where
        self._receive = receive
        self._buffer = bytearray()
        self._together = 0

    async def next(self, depth: int = 0) -> Reply:
        """Return the next reply.

        Raises:
            TargetError: `malformed` when it is no RESP, `huge` beyond our bounds, `connection_lost` when cut.
        """
        self._together = self._together if depth else 0
        line = await self._line()
        self._count(len(line) + ITEM)
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return _text(rest)
        if kind == b"-":
            return Refusal(_text(rest))
        if kind == b":":
            return self._number(rest)
        if kind == b"$":
            return await self._bulk(self._number(rest))
        if kind == b"*" and depth < MOST_DEPTH:
            return await self._array(self._number(rest), depth)
        raise self._malformed(line)

    async def _bulk(self, length: int) -> str | None:
        if length < 0:
            return None
        if length > MOST_BYTES:
            raise TargetError("huge", f"{self._where}: announces a reply of {length} bytes")
        self._count(length)
        raw = await self._exactly(length + 2)
        if raw[-2:] != b"\r\n":
            raise self._malformed(raw[-2:])
        return _text(raw[:-2])

    async def _array(self, count: int, depth: int) -> list[Reply] | None:
        if count < 0:
            return None
        if count > MOST_ITEMS:
            raise TargetError("huge", f"{self._where}: announces a list of {count} replies")
        return [await self.next(depth + 1) for _ in range(count)]

    def _count(self, size: int) -> None:
        """Count what comes of one reply; stop when that is too much."""
        self._together += size
        if self._together > MOST_TOGETHER:
            raise TargetError("huge", f"{self._where}: a reply of more than {MOST_TOGETHER} bytes")

    async def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MOST_LINE:
                raise self._malformed(bytes(self._buffer[:20]))
            await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    async def _exactly(self, length: int) -> bytes:
        while len(self._buffer) < length:
            await self._more()
        raw = bytes(self._buffer[:length])
        del self._buffer[:length]
        return raw

    async def _more(self) -> None:
        data = await self._receive()
        if not data:
            raise TargetError("connection_lost", f"{self._where}: closed before its reply was complete")
        self._buffer += data

    def _number(self, raw: bytes) -> int:
        if not raw.removeprefix(b"-").isdigit() or len(raw) > 20:
            raise self._malformed(raw)
        return int(raw)

    def _malformed(self, raw: bytes) -> TargetError:
        return TargetError("malformed", f"{self._where}: not a Redis server: {_text(raw[:40])!r}")


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")

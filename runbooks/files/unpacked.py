"""Owns streams that may be compressed: what a file holds, unpacked bit by bit, within bounds, never to disk.

gzip, bzip2 and xz are told by their first bytes; anything else is read as it is. Checksums are compared on
the way; a stream counts as sound only once it was read to its end (reliability S22).
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import BinaryIO, Protocol

from checks.units import show
from runbooks.files.apart import Still

CHUNK = 64 * 1024
MOST = 10 * 1024**3
"""Bytes that are unpacked of one file."""
RATIO = 200
"""So many times its packed size may a file be; more is what bombs are made of."""
RATIO_FROM = 16 * 1024 * 1024
"""Bytes unpacked before the ratio counts: small files of one letter are no bombs."""
MEMORY = 80 * 1024 * 1024
"""Bytes that unpacking xz may take; its strongest level needs 65 MiB."""

MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
"""How a compressed file begins, and what it is then."""


class CorruptError(Exception):
    """The file is broken; says how."""


class UnverifiedError(Exception):
    """It cannot be said whether the file is sound; says why."""


class Decompressor(Protocol):
    """What bz2 and lzma offer, and zlib is made to."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without more input."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came after the end of the stream."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return what the data holds, at most so many bytes."""
        ...


class _Gzip:
    """zlib's way of unpacking gzip, made to look like the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def compression(head: bytes) -> str:
    """Return how a file that begins so is compressed; empty when it is not."""
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")


class Unpacked:
    """What a file holds, to be read once from its beginning to its end."""

    def __init__(self, raw: BinaryIO, still: Still) -> None:
        """Look at the first bytes, and be ready to read."""
        self.packed = 0
        """Bytes that were read of the file."""
        self.size = 0
        """Bytes that came out."""
        self._raw = raw
        self._still = still
        self._waiting = self._more()
        self.compression = compression(self._waiting)
        self._inner = self._fresh() if self.compression else None
        self._ready = b""
        self._taken = 0

    def peek(self, most: int) -> bytes:
        """Return the next bytes, at most so many, without taking them."""
        while len(self._ready) - self._taken < most and (part := self._next()):
            self._ready = self._ready[self._taken :] + part
            self._taken = 0
        return self._ready[self._taken : self._taken + most]

    def read(self, most: int) -> bytes:
        """Return the next bytes: as many as asked for, fewer at the end alone.

        Raises:
            CorruptError: when they cannot be unpacked, or the file breaks off.
            UnverifiedError: when it is too large to go on.
        """
        data = self.peek(most)
        self._taken += len(data)
        return data

    def skip(self, length: int) -> int:
        """Read on over so many bytes; return how many there were."""
        left = length
        while left and (part := self.read(min(left, CHUNK))):
            left -= len(part)
        return length - left

    def drain(self, keep: int = 0) -> bytes:
        """Read to the end, so that every checksum was compared; return the last bytes, so many of them."""
        last = b""
        while part := self.read(CHUNK):
            last = (last + part)[-keep:] if keep else b""
        return last

    def _next(self) -> bytes:
        """Return the next bytes that come out; nothing at the end."""
        self._still()
        part = self._unpacked() if self._inner is not None else self._plain()
        self.size += len(part)
        if self.size > MOST:
            raise UnverifiedError(f"holds more than {show(MOST, 'B')}")
        if self.size > RATIO_FROM and self.size > RATIO * self.packed:
            raise CorruptError(f"becomes more than {RATIO} times as large as it is, as bombs do")
        return part

    def _plain(self) -> bytes:
        part, self._waiting = self._waiting, b""
        return part or self._more()

    def _unpacked(self) -> bytes:
        assert self._inner is not None
        try:
            while True:
                if self._inner.eof and not self._begin_next_member():
                    return b""
                if self._inner.needs_input and not self._waiting:
                    self._waiting = self._more()
                    if not self._waiting:
                        raise CorruptError("breaks off")
                data, self._waiting = self._waiting, b""
                if part := self._inner.decompress(data, CHUNK):
                    return part
        except lzma.LZMAError as error:
            if "memory" in str(error).lower():
                raise UnverifiedError(
                    f"unpacking it takes more than {show(MEMORY, 'B')} of memory"
                ) from error
            raise CorruptError(f"cannot be unpacked: {error}") from error
        except (zlib.error, OSError, EOFError) as error:
            raise CorruptError(f"cannot be unpacked: {error}") from error

    def _begin_next_member(self) -> bool:
        """Go on with what follows the end of a stream: another one; zeros are only padding."""
        assert self._inner is not None
        rest = self._inner.unused_data or self._more()
        while rest and not rest.strip(b"\0"):
            rest = self._more()
        if not rest:
            return False
        rest += self._more() if len(rest) < 8 else b""
        if compression(rest) != self.compression:
            raise CorruptError("has other data behind its end")
        self._inner, self._waiting = self._fresh(), rest
        return True

    def _fresh(self) -> Decompressor:
        if self.compression == "gzip":
            return _Gzip()
        if self.compression == "bzip2":
            return bz2.BZ2Decompressor()
        return lzma.LZMADecompressor(memlimit=MEMORY)

    def _more(self) -> bytes:
        data = self._raw.read(CHUNK)
        self.packed += len(data)
        return data

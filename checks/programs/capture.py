"""Owns what is kept of a stream of unknown length: its beginning, its end, its true size and its hash.

Small streams stay in memory, longer ones go to an unnamed file of at most `HEAD + TAIL` bytes. Bytes are kept
as they came; making them fit to show is the runner's task.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

HEAD = 5 * 1024 * 1024
TAIL = 5 * 1024 * 1024
IN_MEMORY = 64 * 1024


class Capture:
    """The kept part of one stream; a context manager, for it may hold a file."""

    def __init__(self, head: int = HEAD, tail: int = TAIL) -> None:
        """Start empty; keep the first `head` and the last `tail` bytes."""
        self.size = 0
        """Bytes that came, kept or not."""
        self.disk_full = False
        """True when what came could not be kept, for want of space."""
        self._head = head
        self._tail = tail
        self._hash = hashlib.sha256()
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget what was kept."""
        self._file.close()

    @property
    def sha256(self) -> str:
        """Return the hash of all that came, in hexadecimal."""
        return self._hash.hexdigest()

    @property
    def truncated(self) -> bool:
        """Return whether something between beginning and end was left out."""
        return self.disk_full or self.size > self._head + self._tail

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._hash.update(data)
        place, self.size = self.size, self.size + len(data)
        while data and not self.disk_full:
            offset, room = self._slot(place)
            part, data = data[:room], data[room:]
            self._keep(offset, part)
            place += len(part)

    def read(self) -> bytes:
        """Return all that is kept, with a line in the place of what was left out."""
        if self.disk_full or not self.size:
            return b""
        if not self.truncated:
            return self._joined((0, self.size), b"")
        oldest, end = self._slot(self.size)[0], self._head + self._tail
        gap = b"\n[... %d bytes left out ...]\n" % (self.size - end)
        return self._joined((0, self._head), gap, (oldest, end), (self._head, oldest))

    def ending(self, most: int) -> bytes:
        """Return the last bytes, at most so many."""
        return self.read()[-most:]

    def _slot(self, place: int) -> tuple[int, int]:
        """Return where a byte of the stream lies in the file, and how many may follow it there."""
        if place < self._head:
            return place, self._head - place
        turn = (place - self._head) % self._tail
        return self._head + turn, self._tail - turn

    def _keep(self, offset: int, part: bytes) -> None:
        try:
            self._file.seek(offset)
            self._file.write(part)
        except OSError:
            self.disk_full = True

    def _joined(self, first: tuple[int, int], gap: bytes, *rest: tuple[int, int]) -> bytes:
        """Return spans of the file, the gap behind the first one; never in memory twice."""
        joined = BytesIO()
        length = sum(end - start for start, end in (first, *rest)) + len(gap)
        joined.seek(length - 1)
        joined.write(b"\0")  # reserves all of it, for growing would copy
        joined.seek(0)
        self._copy(joined, *first)
        joined.write(gap)
        for span in rest:
            self._copy(joined, *span)
        return joined.getvalue()

    def _copy(self, target: BytesIO, start: int, end: int) -> None:
        """Copy a span of the file in small parts, so that it is never in memory twice."""
        self._file.seek(start)
        for place in range(start, end, IN_MEMORY):
            target.write(self._file.read(min(IN_MEMORY, end - place)))

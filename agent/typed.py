"""Owns what an operator types: lines from a terminal or a pipe, and nothing that was not meant as an answer.

On a terminal what was typed before a question was asked is thrown away, an answer within half a second is too
quick to be one, and several lines at once are pasted or a key that is held: none of them counts (reliability
S29). From a pipe or a file one line is taken for each question.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checks.clock import Clock

DEAD = 0.5
"""Seconds after a question in which nothing that is typed is an answer."""
SETTLE = 0.2
"""Seconds without another line after which a line counts as typed by hand."""
LONGEST = 64 * 1024
"""Bytes of one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Discarded:
    """Something was typed that counts for nothing."""

    why: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing more will be typed."""

    why: str = field(default="", compare=False)
    """Why nobody can answer, where that is not the operator's own doing; empty where it is."""


Typing = Line | Discarded | Closed
AT_END = "standard input is no terminal, and at its end"
TOO_QUICK = Discarded("that came too quickly after the question to be an answer")
PASTED = Discarded("several lines at once count for nothing; type the answer by hand")


class Typed:
    """Reads what is typed, while `read` runs."""

    def __init__(self, file: int, clock: Clock, post: Callable[[Typing], None]) -> None:
        """Read from the descriptor; `post` is told of everything."""
        self._file = file
        self._clock = clock
        self._post = post
        self.is_terminal = os.isatty(file)
        self._wanted = asyncio.Event()
        self._since = -DEAD
        """When the last question was asked, on the monotonic clock."""
        self._rest = b""

    def listen(self) -> None:
        """Take the next line as an answer to the question that was just asked."""
        self._since = self._clock.monotonic()
        if self.is_terminal:
            with contextlib.suppress(termios.error):
                termios.tcflush(self._file, termios.TCIFLUSH)
        self._wanted.set()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Have a terminal not show what is typed."""
        if not self.is_terminal:
            yield
            return
        before = termios.tcgetattr(self._file)
        hidden = [*before]
        hidden[3] = (before[3] & ~termios.ECHO) | termios.ECHONL
        termios.tcsetattr(self._file, termios.TCSADRAIN, hidden)
        try:
            yield
        finally:
            termios.tcsetattr(self._file, termios.TCSADRAIN, before)

    async def read(self) -> None:
        """Read for ever, or to the end of what is no terminal."""
        while True:
            if not self.is_terminal:
                await self._asked()
            line = await self._line()
            if not line:
                self._post(Closed("" if self.is_terminal else AT_END))
                if not self.is_terminal:
                    return
                await self._asked()
            elif self.is_terminal:
                await self._post_by_hand(line)
            else:
                self._post(_as_line(line))

    async def _asked(self) -> None:
        """Wait for a question."""
        await self._wanted.wait()
        self._wanted.clear()

    async def _post_by_hand(self, line: bytes) -> None:
        """Post a line of a terminal, if nothing came with it or follows it at once."""
        at = self._clock.monotonic()
        several, self._rest = bool(self._rest), b""
        await self._clock.sleep(SETTLE)
        while self._ready() and self._take():
            several = True
            await self._clock.sleep(0 if self._ready() else SETTLE)
        if several:
            self._post(PASTED)
        else:
            self._post(TOO_QUICK if at < self._since + DEAD else _as_line(line))

    async def _line(self) -> bytes:
        """Return the next line with its end; nothing at the end of the file."""
        while b"\n" not in self._rest and len(self._rest) < LONGEST:
            await self._readable()
            piece = self._take()
            if not piece:
                break
            self._rest += piece
        line, end, self._rest = self._rest.partition(b"\n")
        return line + end

    def _take(self) -> bytes:
        """Return what can be read; nothing at the end, and from a terminal that has hung up."""
        try:
            return os.read(self._file, LONGEST)
        except OSError:
            return b""

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            loop.add_reader(self._file, ready.set)
        except PermissionError:
            return  # a regular file can always be read
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._file)

    def _ready(self) -> bool:
        return bool(select.select([self._file], [], [], 0)[0])


def _as_line(line: bytes) -> Line:
    return Line(line.decode(errors="replace").rstrip("\r\n"))

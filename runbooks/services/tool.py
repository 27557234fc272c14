"""Owns how a driver runs a tool: once, to its end, within its time, and never from a shell.

A tool that only looks and is too slow is a failure; one that changes something and was cut is an unknown end,
for what it had begun may have taken effect. It is ended all the same, with all of its session: what would go
on behind the operator's back could come true in the middle of what he does next. Programs that leave a
service behind are not for this room but for `lasting.py`.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from checks.errors import MeasureError
from checks.programs import supervise
from runbooks.driver import DriverContext
from runbooks.outcome import FailedError, UnknownError

SHOWN = 4096
"""Bytes of what a tool said last that go into an outcome."""
SMALLEST = 0.05
"""Seconds that a call is given even when the time of the whole is over."""


@dataclass(frozen=True, slots=True)
class Said:
    """A tool that has ended, and what it said."""

    argv: tuple[str, ...]
    status: int
    """Its exit code; negative: the number of the signal that ended it."""
    out: bytes
    errors: bytes

    @property
    def words(self) -> str:
        """Return the end of all that it said, errors last."""
        return "\n".join(part for part in (text_of(self.out), text_of(self.errors)) if part)

    @property
    def last(self) -> str:
        """Return the last line that says something, of errors before output."""
        for stream in (self.errors, self.out):
            lines = [line for line in text_of(stream).splitlines() if line.strip()]
            if lines:
                return lines[-1].strip()
        return f"exit code {self.status}"


@dataclass(frozen=True, slots=True)
class Within:
    """The time that is left of a whole made of several calls."""

    context: DriverContext
    until: float
    """By the monotonic clock."""

    @classmethod
    def of(cls, context: DriverContext) -> Within:
        """Return the whole of the time that was given."""
        return cls(context, context.clock.monotonic() + context.timeout)

    @property
    def left(self) -> float:
        """Return the seconds left, and never nothing at all."""
        return max(SMALLEST, self.until - self.context.clock.monotonic())

    @property
    def over(self) -> bool:
        """Return whether no time is left."""
        return self.context.clock.monotonic() >= self.until

    @property
    def now(self) -> DriverContext:
        """Return the context for the next call."""
        return replace(self.context, timeout=self.left)


def text_of(raw: bytes, most: int = SHOWN) -> str:
    """Return the end of some output as text, beginning with a whole line where something was cut."""
    if len(raw) > most:
        raw = raw[-most:].partition(b"\n")[2] or raw[-most:]
    return raw.decode(errors="replace").strip("\n")


def last_lines(raw: bytes, lines: int, most: int = 1024 * 1024) -> str:
    """Return the newest lines of some output."""
    return "\n".join(text_of(raw, most).split("\n")[-lines:]) if lines > 0 else ""


def written(argv: tuple[str, ...]) -> str:
    """Return the arguments as a shell would need them."""
    return shlex.join(argv)


async def asked(
    argv: tuple[str, ...],
    context: DriverContext,
    *,
    folder: str = "/",
    extra: Mapping[str, str] | None = None,
) -> Said:
    """Run a tool that only looks, and return what it said.

    Raises:
        FailedError: `not_found`, `not_executable`, `not_started`; `timeout`; `signal`.
    """
    said = await _ran(argv, context, folder, extra)
    if isinstance(said, str):
        slow = f"{argv[0]} did not answer within {context.timeout:.3g} s"
        raise FailedError("timeout", slow, detail=f"{written(argv)}\n{said}")
    if said.status < 0:
        raise FailedError("signal", f"{argv[0]} was ended by signal {-said.status}", detail=said.words)
    return said


async def told(
    argv: tuple[str, ...],
    context: DriverContext,
    *,
    folder: str = "/",
    extra: Mapping[str, str] | None = None,
) -> Said:
    """Run a tool that changes something, and return what it said, whatever its exit code.

    Raises:
        FailedError: `not_found`, `not_executable`, `not_started`.
        UnknownError: `timeout` or `signal`, when it was cut in the middle.
    """
    said = await _ran(argv, context, folder, extra)
    if isinstance(said, str):
        late = f"{argv[0]} was not done within {context.timeout:.3g} s and was ended"
        raise UnknownError(
            "timeout", f"{late}; nobody knows how far it got", detail=f"{written(argv)}\n{said}"
        )
    if said.status < 0:
        raise cut_by_signal(said)
    return said


def cut_by_signal(said: Said) -> UnknownError:
    """Return what it means that somebody ended a tool that was changing something."""
    killed = f"{said.argv[0]} was ended by signal {-said.status}; nobody knows how far it got"
    return UnknownError("signal", killed, detail=f"{written(said.argv)}\n{said.words}")


async def _ran(
    argv: tuple[str, ...], context: DriverContext, folder: str, extra: Mapping[str, str] | None
) -> Said | str:
    """Return what the tool said; when it was too slow, its last words."""
    try:
        async with asyncio.timeout(context.timeout):
            async with supervise.run(argv, folder, extra, context.hidden) as finished:
                return Said(argv, finished.status, finished.out.read(), finished.err.read())
    except TimeoutError as late:
        return "\n".join(getattr(late.__cause__, "__notes__", ()))
    except MeasureError as error:
        raise FailedError(error.error_class, error.summary) from error

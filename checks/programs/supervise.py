"""Owns children: one program, run with bounds on its time, on its output and on what it leaves behind.

The child leads a session of its own, so that no terminal can be asked for a password and the whole family
can be ended. Its own end is what is waited for, never the end of its output, which a grandchild may hold
open. The child is not reaped before its family is dealt with: until then nobody else can bear its number.
A daemon that makes a session of its own is out of reach. Never starts a shell; that is for who asks for one.
Needs Linux 5.3, which can wait for a process without reaping it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from checks.errors import MeasureError
from checks.host.processes import read_process
from checks.programs.capture import Capture
from checks.surroundings import inherited

GRACE = 5.0
"""Seconds between TERM and KILL."""
DRAIN = 1.0
"""Seconds for which output is still read once the child has ended."""
REAP = 1.0
"""Seconds after KILL in which the kernel should have ended the child; one in a dead disk's hands stays."""
CHUNK = 65536
STDERR_HEAD = STDERR_TAIL = 32768
LAST_WORDS = 2048
"""Bytes of each stream that a child ended by force leaves as a note on the cancellation."""

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that has ended, and what it said."""

    status: int
    """Its exit code; negative: the number of the signal that ended it."""
    out: Capture
    err: Capture
    left: tuple[str, ...] = ()
    """Processes that it left in its session, as `PID NAME`. They have been killed."""


def environment(extra: Mapping[str, str], without: Iterable[str] = ()) -> dict[str, str]:
    """Return our environment without what must not reach children, plus what was asked for."""
    return {**inherited(without), "PATH": SEARCH_PATH, "TERM": "dumb", **extra}


@contextlib.asynccontextmanager
async def run(
    argv: tuple[str, ...],
    folder: str = "/",
    extra: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
) -> AsyncIterator[Finished]:
    """Run the program to its end, and lend what it said; of our variables it is not given those `without`.

    When cancelled, the whole family gets TERM, five seconds later KILL, and the cancellation carries the
    child's last words as notes, one for each stream.

    Raises:
        MeasureError: `not_found`, `not_executable` or `not_started`.
    """
    with _Pipe(Capture()) as out, _Pipe(Capture(STDERR_HEAD, STDERR_TAIL)) as err:
        child = _start(argv, folder, environment(extra or {}, without), out, err)
        left: tuple[str, ...] = ()
        try:
            await exit_of(child)
            left = _describe(_family(child))
            await _drain(out, err)
        except asyncio.CancelledError as cancelled:
            await _end(child)
            for said in _last_words(out, err):
                cancelled.add_note(said)
            raise
        finally:
            _signal(child, signal.SIGKILL)
            await _reap(child)
        yield Finished(child.returncode, out.capture, err.capture, left)


class _Pipe:
    """A pipe that a child writes to. What comes is captured as it comes, so that the child never waits."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.ended = asyncio.Event()
        self._near, self.far = os.pipe()
        os.set_blocking(self._near, False)
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._loop.add_reader(self._near, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.remove_reader(self._near)
        os.close(self._near)
        self.close_far()
        self.capture.__exit__(kind, error, trace)

    def close_far(self) -> None:
        """Leave the far end to the child alone."""
        if self.far >= 0:
            os.close(self.far)
            self.far = -1

    def _take(self) -> None:
        data = os.read(self._near, CHUNK)
        if data:
            self.capture.add(data)
            return
        self._loop.remove_reader(self._near)
        self.ended.set()


def _start(
    argv: tuple[str, ...], folder: str, variables: dict[str, str], out: _Pipe, err: _Pipe
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out.far,
            stderr=err.far,
            cwd=folder,
            env=variables,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise _not_started(argv[0], folder, error) from error
    finally:
        out.close_far()
        err.close_far()


def _not_started(program: str, folder: str, error: Exception) -> MeasureError:
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, OSError) and error.filename == folder:
        return MeasureError("not_started", f"cannot enter the folder {folder}: {reason}")
    if isinstance(error, FileNotFoundError):
        if Path(folder, program).exists():
            return MeasureError("not_found", f"the interpreter that {program} names in line 1 is not there")
        return MeasureError("not_found", f"{program}: there is no such program")
    if isinstance(error, OSError):
        return MeasureError("not_executable", f"{program} cannot be executed: {reason}")
    return MeasureError("not_started", f"{program} could not be started: {reason}")


async def exit_of(child: subprocess.Popen[bytes]) -> None:
    """Wait until the child itself has ended; leave it unreaped, so that its number stays its own."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    handle = os.pidfd_open(child.pid)
    loop.add_reader(handle, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)


async def _drain(out: _Pipe, err: _Pipe) -> None:
    """Read on until both streams end, or no longer than `DRAIN`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN):
            await out.ended.wait()
            await err.ended.wait()


async def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask the family to end and give the child time to do so; CONT, for a stopped one cannot hear."""
    _signal(child, signal.SIGTERM)
    _signal(child, signal.SIGCONT)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await exit_of(child)


async def _reap(child: subprocess.Popen[bytes]) -> None:
    """Take note of the child's end; a cancellation has to wait for that, as it was killed already."""
    try:
        await _exit_soon(child)
    except asyncio.CancelledError:
        await _exit_soon(child)
        raise
    finally:
        child.poll()


async def _exit_soon(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REAP):
            await exit_of(child)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal every process of the child's session, whatever group it has moved to."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
    for pid in _family(child):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _family(child: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes of the child's session, without the child."""
    found = []
    for entry in os.listdir("/proc"):  # noqa: PTH208 - a fifth of Path.iterdir's time
        if entry.isdigit() and entry != str(child.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if os.getsid(int(entry)) == child.pid:
                    found.append(int(entry))
    return found


def _describe(pids: list[int]) -> tuple[str, ...]:
    """Return `PID NAME` of each; those that have ended and only wait to be reaped are no longer anyone."""
    found = []
    for pid in pids:
        with contextlib.suppress(PermissionError):
            process = read_process(pid)
            if process is not None and process.state != "Z":
                found.append(f"{pid} {process.name}")
    return tuple(found)


def _last_words(out: _Pipe, err: _Pipe) -> tuple[str, ...]:
    """Return what the child said last, errors first; a word at the end may be half a secret."""
    said = (("errors", err.capture), ("output", out.capture))
    parts = [
        f"last {name}:\n{_whole_words(capture).decode(errors='replace')}"
        for name, capture in said
        if capture.size
    ]
    return tuple(parts) or ("it had said nothing",)


def _whole_words(capture: Capture) -> bytes:
    """Return the end of a stream without the word that the cut went through, which may be half a secret."""
    ending = capture.ending(LAST_WORDS)
    return ending if capture.size <= LAST_WORDS else re.sub(rb"^\S*\s", b"", ending)

"""Owns the agent's side of supervisors: a warm one, starting a program under it, waiting for its end.

A supervisor leads a session of its own and goes on whatever becomes of us: when we are cancelled or die, it
and its program do not notice, and whoever comes next attaches to it. Its end is seen by a pidfd, which cannot
come to mean another process, and only by that it is signalled. How the program ended is read from the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from checks.clock import Clock
from checks.programs.supervise import environment
from runbooks import crash_points, evidence
from runbooks.outcome import FailedError, UnknownError
from runbooks.records import ERRORS, OUT, Found, Identity, LeaseRef, State, look
from runbooks.step import Ended, Order

SUPERVISOR = Path(__file__).with_name("supervisor.py")
LONGEST = 32 * 1024 * 1024
"""Bytes of an order, and of a program's input, that a supervisor takes."""


class LostError(UnknownError):
    """A supervisor is gone and left no record of how its program ended."""


@dataclass(frozen=True, slots=True)
class Said:
    """The end of what a program has said so far, raw: to be masked and cleaned before it is shown."""

    out: bytes
    out_size: int
    """Bytes so far, of which `out` are the last."""
    errors: bytes
    errors_size: int


class Running:
    """A program under a supervisor, or what became of it."""

    def __init__(self, folder: Path, process: _Process, since: float, clock: Clock) -> None:
        """Watch the supervisor of the attempt in this folder."""
        self.folder = folder
        self.since = since
        """When it was started, by the monotonic clock."""
        self._process = process
        self._clock = clock

    @property
    def supervisor(self) -> Identity:
        """Return who the supervisor is."""
        return self._process.identity

    @property
    def elapsed(self) -> float:
        """Return the seconds since it was started."""
        return max(0.0, self._clock.monotonic() - self.since)

    def tail(self, most: int = evidence.SHOWN) -> Said:
        """Return the last bytes of output and errors; reads no more than these."""
        out, out_size = evidence.ending(self.folder / OUT, most)
        errors, errors_size = evidence.ending(self.folder / ERRORS, most)
        return Said(out, out_size, errors, errors_size)

    def terminate(self) -> None:
        """Have the program ended: TERM to its group, five seconds later KILL to all of its session."""
        self._process.signal(signal.SIGTERM)

    async def ended(self) -> Ended:
        """Wait for the end and return it. Cancelled, it leaves everything running.

        Raises:
            FailedError: `not_executed`, when it was not, and will not be.
            LostError: when nobody can say how it ended, or whether.
        """
        await self._process.gone.wait()
        found = look(self.folder)
        crash_points.reached("P6-agent")
        if found.ended is not None:
            return found.ended
        if found.state is State.NOT_EXECUTED:
            raise FailedError("not_executed", "its supervisor ended before it was executed")
        raise lost(found)


class Launcher:
    """Starts programs under supervisors. One may be kept warm, so that a start costs next to nothing."""

    def __init__(self, clock: Clock) -> None:
        """Have no supervisor yet."""
        self._clock = clock
        self._standby: _Standby | None = None
        self._watched: set[_Process] = set()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the warm supervisor; those that have a program go on, unwatched."""
        if (standby := self._standby) is not None:
            self.cool()
            await standby.process.gone.wait()
        for process in self._watched:
            process.close()

    def warm(self) -> None:
        """Have a supervisor stand by for the next start.

        Raises:
            OSError: when none can be started.
        """
        if self._standby is None or self._standby.process.gone.is_set():
            self.cool()
            self._standby = self._spawn()

    def cool(self) -> None:
        """End the supervisor that stands by, which has no order and so nothing to lose."""
        if self._standby is not None:
            self._standby.line.close()
            self._standby.process.signal(signal.SIGKILL)
            self._standby = None

    async def start(
        self, order: Order, folder: Path, lease: LeaseRef | None = None, hidden: Iterable[str] = ()
    ) -> Running:
        """Have the program of the order run; its attempt's folder must be there.

        It is not given the variables of ours that are `hidden`, as they hold secrets.

        Raises:
            FailedError: `not_started`; nothing was executed, and nothing will be.
        """
        variables = environment(order.environment, (*hidden, crash_points.VARIABLE))
        told = _told(order, variables, folder, lease)
        since = self._clock.monotonic()
        try:
            self.warm()
            standby, self._standby = self._standby, None
            assert standby is not None
            with standby.line:
                await asyncio.get_running_loop().sock_sendall(standby.line, told)
        except OSError as error:
            reason = f"no supervisor could be given the order: {error.strerror}"
            raise FailedError("not_started", reason) from error
        crash_points.reached("P5-agent")
        return Running(folder, standby.process, since, self._clock)

    def attach(self, folder: Path) -> Running:
        """Return a program that another process has started, running or ended.

        Raises:
            FailedError: `not_executed`, when nobody has claimed the attempt.
        """
        found = look(folder)
        if not found.claimed:
            raise FailedError("not_executed", "no supervisor has begun with it")
        since = found.spawned.mono or self._clock.monotonic()
        return Running(folder, self._watch(found.supervisor), since, self._clock)

    def _spawn(self) -> _Standby:
        line, theirs = socket.socketpair()
        line.setblocking(False)
        variables = {name: os.environ[name] for name in (crash_points.VARIABLE,) if name in os.environ}
        actions = [
            (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        arguments = [sys.executable, "-I", "-S", str(SUPERVISOR)]
        try:
            with theirs:
                pid = os.posix_spawn(sys.executable, arguments, variables, file_actions=actions, setsid=True)
            return _Standby(self._watch(Identity.of(pid)), line)
        except OSError:
            line.close()
            raise

    def _watch(self, identity: Identity) -> _Process:
        process = _Process(identity)
        self._watched = {one for one in self._watched if not one.gone.is_set()} | {process}
        return process


class _Process:
    """A supervisor, ours or not, known by a pidfd; reaped when it was ours and has ended."""

    def __init__(self, identity: Identity) -> None:
        """Watch it; one that has ended is gone from the start."""
        self.identity = identity
        self.gone = asyncio.Event()
        self._handle = -1
        self._loop = asyncio.get_running_loop()
        with contextlib.suppress(ProcessLookupError):
            if identity.pid:
                self._handle = os.pidfd_open(identity.pid)
                self._loop.add_reader(self._handle, self._over)
        # Looked at only now: what the number means cannot change any more.
        if not identity.alive:
            self._over()

    def signal(self, number: signal.Signals) -> None:
        """Signal it, and never another process that got its number."""
        if self._handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def close(self) -> None:
        """Watch it no longer; reap it when it has ended and was ours."""
        if self._handle >= 0:
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PIDFD, self._handle, os.WEXITED | os.WNOHANG)
            self._loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = -1

    def _over(self) -> None:
        self.close()
        self.gone.set()


@dataclass(frozen=True, slots=True)
class _Standby:
    process: _Process
    line: socket.socket
    """Where it waits for its order."""


def lost(found: Found) -> LostError:
    """Return what is known of an attempt that nobody can say the end of."""
    pid = found.spawned.pid
    still = f"; its program, pid {pid}, still runs unattended" if found.program_alive else ""
    return LostError("lost", f"its supervisor is gone and left no record of the end{still}")


def _told(order: Order, variables: Mapping[str, str], folder: Path, lease: LeaseRef | None) -> bytes:
    """Return the order as a supervisor reads it: two lengths, JSON, the program's input."""
    told = {
        "argv": [_bytewise(word) for word in order.argv],
        "environment": {_bytewise(name): _bytewise(value) for name, value in variables.items()},
        "folder": _bytewise(order.folder),
        "attempt": _bytewise(str(folder.absolute())),
        "lease": lease
        and {
            "database": _bytewise(str(lease.database.absolute())),
            "target": lease.target,
            "fence": lease.fence,
        },
    }
    text = json.dumps(told).encode()
    if max(len(text), len(order.stdin)) > LONGEST:
        raise FailedError("not_started", f"its arguments or its input are longer than {LONGEST} bytes")
    return b"".join((len(text).to_bytes(4, "big"), len(order.stdin).to_bytes(4, "big"), text, order.stdin))


def _bytewise(text: str) -> str:
    """Return the text with a character for each of its bytes, so that JSON can carry what is no text."""
    try:
        return os.fsencode(text).decode("latin-1")
    except UnicodeEncodeError as error:
        raise FailedError("not_started", "an argument or a variable holds half a character") from error

"""Owns the identity of processes: a pid and the moment it was started, and signals to exactly that one.

A pid alone names nobody: its process may have ended and the number gone to another. A process is held by a
descriptor before it is compared, so that between the look and the signal nobody else can take its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass

from checks.host import procfs
from checks.host.processes import Process, read_process

ENDED = ("Z", "X")
"""States of a process that has ended and only waits to be reaped."""


@dataclass(frozen=True, slots=True)
class Pid:
    """One process of this boot."""

    number: int
    start: int
    """When it was started, in ticks since boot."""

    @property
    def identity(self) -> str:
        """Return it as one text."""
        return f"{self.number}@{self.start}"


def alive(pid: Pid) -> Process | None:
    """Return the process; None when it has ended, whoever has its number now."""
    process = read_process(pid.number)
    if process is None or process.start != pid.start or process.state in ENDED:
        return None
    return process


def pid_of(number: int) -> Pid | None:
    """Return who has the number now; None when nobody does who lives."""
    process = read_process(number)
    return Pid(number, process.start) if process is not None and process.state not in ENDED else None


def age_of(process: Process) -> float:
    """Return the seconds since the process was started."""
    uptime = float(procfs.demand("uptime").split()[0])
    return max(0.0, uptime - process.start / procfs.TICKS_PER_SECOND)


@contextlib.contextmanager
def held(pid: Pid) -> Iterator[int | None]:
    """Lend a descriptor of the process; None when it has ended.

    Raises:
        PermissionError: when it may not be looked at.
    """
    try:
        descriptor = os.pidfd_open(pid.number)
    except ProcessLookupError:
        yield None
        return
    try:
        yield descriptor if alive(pid) is not None else None
    finally:
        os.close(descriptor)


def send(descriptor: int, number: signal.Signals) -> None:
    """Send the signal to the process that is held; to one that has ended, nothing.

    Raises:
        PermissionError: when it belongs to somebody else.
    """
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(descriptor, number)


async def gone(descriptor: int, seconds: float) -> bool:
    """Return whether the process that is held ends within these seconds."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)
    return True


def session_of(leader: int) -> tuple[Pid, ...]:
    """Return the processes of the session that one led, without itself.

    The number stays taken while one of them lives, so they are those of that leader and of no other.
    """
    found = []
    for entry in os.listdir("/proc"):  # noqa: PTH208 - names are all we need
        if entry.isdigit() and int(entry) != leader:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                pid = pid_of(int(entry)) if os.getsid(int(entry)) == leader else None
                if pid is not None:
                    found.append(pid)
    return tuple(found)

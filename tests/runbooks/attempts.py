"""Attempts for tests: folders, programs run to their end, supervisors started by hand, a journal."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from checks.clock import SystemClock
from runbooks.evidence import attempt_folder
from runbooks.launch import SUPERVISOR, Launcher, Running, _told
from runbooks.records import Found, Identity, LeaseRef, State, look
from runbooks.step import Ended, Order
from tests.checks.test_supervise import until

MIB = 1024 * 1024
VARIABLES = {"PATH": "/usr/bin:/bin"}


def fresh(root: Path, number: int = 1) -> Path:
    """Make the folder of an attempt."""
    return attempt_folder(root / "evidence", "walk", f"{number:03}-step-1")


def shell(script: str, **options) -> Order:
    return Order(("/bin/sh", "-c", script), **options)


async def run(order: Order, folder: Path, lease: LeaseRef | None = None) -> Ended:
    """Run to the end under a supervisor."""
    async with Launcher(SystemClock()) as launcher:
        return await (await launcher.start(order, folder, lease)).ended()


@contextlib.asynccontextmanager
async def running(order: Order, folder: Path) -> AsyncIterator[Running]:
    """Run beside the test; killed at the end when it still runs."""
    async with Launcher(SystemClock()) as launcher:
        one = await launcher.start(order, folder)
        await until(lambda: (folder / "spawned.json").exists())
        try:
            yield one
        finally:
            end(folder)
            with contextlib.suppress(Exception):
                await one.ended()


def end(folder: Path) -> None:
    """Kill the supervisor of an attempt and its program, as far as they live; each leads a group."""
    found = look(folder)
    for process in (found.supervisor, found.spawned.program):
        if process.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def supervisor(crash: str = "", **options) -> Iterator[subprocess.Popen]:
    """Start a supervisor by hand, waiting for its order."""
    variables = {"WALKDOWN_CRASH_AT": crash} if crash else {}
    command = (sys.executable, "-I", "-S", str(SUPERVISOR))
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=variables, start_new_session=True) as child:
        try:
            yield child
        finally:
            child.kill()


def told(order: Order, folder: Path, lease: LeaseRef | None = None) -> bytes:
    """Return an order as a supervisor reads it."""
    return _told(order, VARIABLES | dict(order.environment), folder, lease)


def obey(order: Order, folder: Path, lease: LeaseRef | None = None, crash: str = "") -> int:
    """Give a supervisor the order and wait for its own end; return its status."""
    with supervisor(crash) as child:
        child.communicate(told(order, folder, lease), timeout=60)
        return child.returncode


def record(folder: Path, name: str = "exit.json") -> dict:
    return json.loads((folder / name).read_text())


def journal(path: Path, fence: int, target: str = "shop") -> LeaseRef:
    """Make a journal in which the lease on the target has this fence."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE lease (target TEXT PRIMARY KEY, fence INTEGER NOT NULL)")
        connection.execute("INSERT INTO lease VALUES (?, ?)", (target, fence))
        connection.commit()
    return LeaseRef(path, target, fence)


def whole(folder: Path) -> dict[str, bytes]:
    """Return every file below the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def states(folder: Path) -> tuple[State, bool]:
    """Return what became of the attempt, and whether its program lives on unattended."""
    found: Found = look(folder)
    return found.state, found.program_alive


def somebody_else() -> Identity:
    """Return our pid with the start time of another process, as after our number was given away."""
    ours = Identity.of(os.getpid())
    return Identity(ours.pid, ours.start - 1, ours.boot)

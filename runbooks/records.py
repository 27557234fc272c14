"""Owns what is on disk of an attempt under a supervisor, and what follows from it (reliability 3.2).

`claim` says whose the attempt is, `spawned.json` that a program may have been executed, `exit.json` how it
ended. Whoever claims first has it: a supervisor that comes late finds the claim and does nothing. A process
is known by pid, start time and boot; a pid alone is never trusted. Reads files only, and makes none but the
claim by which an attempt is declared void.
"""

from __future__ import annotations

import enum
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from checks.host.processes import read_process
from runbooks.boot import boot_id
from runbooks.outcome import FailedError
from runbooks.step import Ended

CLAIM, SPAWNED, EXIT = "claim", "spawned.json", "exit.json"
REQUEST, OUTCOME = "step.json", "outcome.json"
"""What an actor is asked, and what it came to."""
MACHINERY = frozenset({CLAIM, SPAWNED, EXIT, REQUEST, OUTCOME})
"""Files that are no evidence."""
OUT, ERRORS = "out", "errors"
LONGEST = 64 * 1024
"""Bytes of such a file that are read."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LeaseRef:
    """The lease under which a program is started; its supervisor looks again right before it executes."""

    database: Path
    """The SQLite file of the journal."""
    target: str
    fence: int


class Identity(msgspec.Struct, frozen=True):
    """What no other process shares."""

    pid: int = 0
    start: int = 0
    """When it was started, in ticks since boot."""
    boot: str = ""
    """The kernel's boot id."""

    @classmethod
    def of(cls, pid: int) -> Identity:
        """Return that of a process which runs; NOBODY when it has gone."""
        process = read_process(pid)
        return NOBODY if process is None else cls(pid, process.start, boot_id())

    @property
    def alive(self) -> bool:
        """Return whether this very process runs; one that only waits to be reaped does not."""
        if not self.pid or self.boot != boot_id():
            return False
        try:
            process = read_process(self.pid)
        except PermissionError:
            return True  # of another user, and hidden: it cannot be ruled out
        return process is not None and process.start == self.start and process.state not in "ZX"


NOBODY = Identity()


class Spawned(msgspec.Struct, frozen=True):
    """A program has been forked and waits for its gate, or has passed it."""

    pid: int = 0
    start: int = 0
    boot: str = ""
    supervisor: Identity = NOBODY
    at: float = 0.0
    """UTC seconds."""
    mono: float = 0.0
    """Seconds of the monotonic clock of that boot."""

    @property
    def program(self) -> Identity:
        """Return who the program is."""
        return Identity(self.pid, self.start, self.boot)


NOTHING = Spawned()


class ExitRecord(msgspec.Struct, frozen=True):
    """How it ended."""

    status: int
    began: float
    """UTC seconds."""
    ended: float
    """UTC seconds."""
    elapsed: float
    terminated: bool = False
    left: tuple[str, ...] = ()
    refused: str = ""
    why: str = ""
    stopped: str = ""


class State(enum.StrEnum):
    """What became of an attempt, as far as its folder says."""

    NOT_EXECUTED = "not_executed"
    """Nothing was, and nothing will be."""
    RUNNING = "running"
    """Its supervisor is alive."""
    ENDED = "ended"
    """There is an exit record."""
    LOST = "lost"
    """It may have been executed, and nobody is left who could say how it ended."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the folder of an attempt says."""

    state: State
    claimed: bool = True
    """Whether somebody has claimed it, or declared it void."""
    supervisor: Identity = NOBODY
    spawned: Spawned = NOTHING
    program_alive: bool = False
    """Whether the program itself still runs, of a LOST attempt unattended."""
    ended: Ended | None = None
    """Of an ENDED attempt: how."""


def find(folder: Path) -> Found:
    """Return what became of the attempt; one that nobody has claimed is declared void, so that none can.

    Raises:
        OSError: when it can neither be read nor declared void; then somebody might still execute it.
    """
    found = look(folder)
    if found.claimed or void(folder):
        return found
    return look(folder)


def look(folder: Path) -> Found:
    """Return what the folder says now, and change nothing.

    Raises:
        OSError: when something in it cannot be read; then nothing is known.
    """
    if not folder.is_dir():
        return Found(State.LOST)
    if (ended := _ended(folder)) is not None:
        return ended
    claim = _read(folder / CLAIM, Identity, NOBODY)
    if claim is None:
        return Found(State.NOT_EXECUTED, claimed=False)
    if claim.alive:
        return Found(State.RUNNING, supervisor=claim, spawned=_spawned(folder) or NOTHING)
    # It may have written both while we looked, but writes no more.
    if (ended := _ended(folder)) is not None:
        return ended
    spawned = _spawned(folder)
    if spawned is None:
        return Found(State.NOT_EXECUTED, supervisor=claim)
    return Found(State.LOST, supervisor=claim, spawned=spawned, program_alive=spawned.program.alive)


def void(folder: Path) -> bool:
    """Claim an attempt so that no supervisor can; False when somebody has claimed it before.

    Raises:
        OSError: when no claim can be written.
    """
    ours = Identity.of(os.getpid())
    name = folder / f".void-{ours.pid}-{ours.start}"
    file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.write(file, msgspec.json.encode(NOBODY))
        os.link(name, folder / CLAIM, follow_symlinks=False)
    except FileExistsError:
        return False
    finally:
        os.close(file)
        name.unlink(missing_ok=True)
    return True


def demand_executed(ended: Ended) -> None:
    """Return when the program was executed.

    Raises:
        FailedError: of the class why not; nothing was applied then.
    """
    if ended.refused:
        raise FailedError(ended.refused, ended.why or "it was not executed")


def _ended(folder: Path) -> Found | None:
    record = _read(folder / EXIT, ExitRecord, None)
    if record is None:
        return None
    ended = Ended(
        record.status,
        folder / OUT,
        folder / ERRORS,
        record.elapsed,
        record.terminated,
        record.left,
        record.refused,
        record.why,
        record.stopped,
    )
    spawned = _spawned(folder) or NOTHING
    return Found(State.ENDED, supervisor=spawned.supervisor, spawned=spawned, ended=ended)


def _spawned(folder: Path) -> Spawned | None:
    return _read(folder / SPAWNED, Spawned, NOTHING)


def _read(path: Path, kind: type[T], damaged: T | None) -> T | None:
    """Return what the file holds; None when there is none, `damaged` when it holds something else."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(os.read(file, LONGEST), type=kind)
    except msgspec.MsgspecError:
        return damaged
    finally:
        os.close(file)

"""Owns the table of processes: one file of `/proc` for each, parsed so that no name can mislead it.

Processes come and go while it is read: one that has gone is left out. Names and command lines are chosen by
others; they may hold brackets, line ends and bytes that are no text.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from checks.host import procfs

COMMAND_BYTES = 65536
"""Of a command line; what follows is left out."""
NAME_BYTES = 15
"""The kernel cuts names to so many."""
_STAT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Process:
    """One process at one moment."""

    pid: int
    name: str
    """As the kernel has it: cut to 15 bytes."""
    state: str
    parent: int
    ticks: int
    """Processor time so far, in the kernel's ticks."""
    threads: int
    start: int
    """When it was started, in ticks since boot; with the pid, its identity."""
    memory: int
    """Resident, in bytes."""

    @property
    def identity(self) -> tuple[int, int]:
        """Return what no other process of this boot shares."""
        return (self.pid, self.start)


@dataclass(frozen=True, slots=True)
class Table:
    """Every process that could be seen."""

    processes: tuple[Process, ...] = ()
    uptime: float = 0.0
    """Seconds since boot, when the reading began."""
    hidden: bool = False
    """True when the kernel hides the processes of other users from us."""

    def age(self, process: Process) -> float:
        """Return the seconds since the process was started."""
        return max(0.0, self.uptime - process.start / procfs.TICKS_PER_SECOND)

    def ancestors(self, pid: int) -> frozenset[int]:
        """Return the parent of a process, the parent's parent, and so on."""
        parents = {process.pid: process.parent for process in self.processes}
        chain: set[int] = set()
        while (pid := parents.get(pid, 0)) and pid not in chain:
            chain.add(pid)
        return frozenset(chain)


def read_table() -> Table:
    """Return every process.

    Raises:
        MeasureError: when `/proc` cannot be read.
    """
    uptime = float(procfs.demand("uptime").split()[0])
    found, hidden = [], not Path(procfs.ROOT, "1").exists()
    for entry in os.listdir(procfs.ROOT):  # noqa: PTH208 - names are all we need
        if entry.isdigit():
            try:
                process = read_process(int(entry))
            except PermissionError:
                hidden = True
                continue
            if process is not None:
                found.append(process)
    return Table(tuple(found), uptime, hidden)


def read_process(pid: int) -> Process | None:
    """Return the process; None when it has gone.

    Raises:
        PermissionError: when it belongs to another user and the kernel hides those.
    """
    stat = _read(pid, "stat", _STAT_BYTES)
    opening, closing = stat.find(b"("), stat.rfind(b")")
    words = stat[closing + 2 :].split(None, 22)
    if opening < 0 or len(words) < 22:
        return None
    return Process(
        pid,
        stat[opening + 1 : closing].decode(errors="replace"),
        chr(words[0][0]),
        int(words[1]),
        int(words[11]) + int(words[12]),
        int(words[17]),
        int(words[19]),
        int(words[21]) * procfs.PAGE_BYTES,
    )


def arguments(pid: int) -> tuple[str, ...]:
    """Return the command line; empty for a thread of the kernel, and for what has gone or is hidden."""
    try:
        raw = _read(pid, "cmdline", COMMAND_BYTES)
    except PermissionError:
        return ()
    return tuple(raw.rstrip(b"\0").decode(errors="replace").split("\0")) if raw else ()


def control_groups(pid: int) -> tuple[str, ...]:
    """Return the paths of its control groups, one for each hierarchy."""
    try:
        raw = _read(pid, "cgroup", COMMAND_BYTES)
    except PermissionError:
        return ()
    lines = raw.decode(errors="replace").splitlines()
    return tuple(dict.fromkeys(line.split(":", 2)[2] for line in lines if line.count(":") > 1))


def open_files(pid: int) -> int | None:
    """Return how many descriptors it has open; None when we may not know."""
    try:
        return len(os.listdir(f"{procfs.ROOT}/{pid}/fd"))  # noqa: PTH208 - their number is all we need
    except (PermissionError, FileNotFoundError, ProcessLookupError):
        return None


def owner(pid: int) -> str:
    """Return the user that a process runs as, by name where there is one; empty when it has gone."""
    try:
        return _user(os.stat(f"{procfs.ROOT}/{pid}").st_uid)  # noqa: PTH116 - one call, no object
    except (FileNotFoundError, ProcessLookupError):
        return ""


@lru_cache(maxsize=1024)
def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def is_named(process: Process, name: str) -> bool:
    """Return whether the program is called so; of a longer name than the kernel keeps, the arguments tell."""
    if len(name.encode()) <= NAME_BYTES:
        return process.name == name
    return name.startswith(process.name) and name in (_last(word) for word in arguments(process.pid)[:2])


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def is_walkdown(words: tuple[str, ...]) -> bool:
    """Return whether a command line runs walkdown: by its own name, or by an interpreter given that name."""
    return any(_last(word) == "walkdown" for word in words[:4])


def _read(pid: int, file: str, limit: int) -> bytes:
    """Return the beginning of a file of one process, in three system calls; empty when it has gone."""
    try:
        descriptor = os.open(f"{procfs.ROOT}/{pid}/{file}", os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, ProcessLookupError):
        return b""
    try:
        return os.read(descriptor, limit)
    except ProcessLookupError:
        return b""
    finally:
        os.close(descriptor)

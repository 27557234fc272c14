"""Owns the `process` kind: are the processes that we expect there, and what do they use.

Without a selector it is the table of all processes of this machine. It sends no signals, and it counts
neither walkdown nor what has started it: a pattern would find itself in their command lines.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, TypeVar

from checks.blocking import in_thread
from checks.errors import MeasureError
from checks.host import procfs
from checks.host.pid_file import read_pid_file
from checks.host.processes import (
    Process,
    Table,
    arguments,
    control_groups,
    is_named,
    is_walkdown,
    open_files,
    owner,
    read_table,
)
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading
from checks.model import Table as Rows
from checks.patterns import compile_pattern
from checks.rates import Looks, rate, two_looks
from checks.units import show

T = TypeVar("T")

TOP = 15
"""Rows that are shown."""
_COLUMNS = ("pid", "user", "cpu %", "memory", "age", "command")


@dataclass(frozen=True, slots=True)
class Seen:
    """The processes chosen at one moment."""

    table: Table
    chosen: tuple[Process, ...]
    zombies: int | None = None
    """Of the whole machine; None when there is a selector."""


@dataclass(frozen=True, slots=True)
class ProcessCheck:
    """Processes chosen by pid file, unit, control group, name or command line, and what they use."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("count", "", "Processes, zombies not counted."),
        ReadingSpec("zombies", "", "Ended processes that their parents have not buried; without a selector."),
        ReadingSpec("cpu", "%", "Processor time of all of them; 100 % is one processor."),
        ReadingSpec("memory", "B", "Resident memory of all of them; what they share counts for each."),
        ReadingSpec("threads", "", "Threads of all of them."),
        ReadingSpec("open_files", "", "Open files and sockets; absent where we may not know."),
        ReadingSpec("age", "s", "Time since the oldest was started."),
    )
    EXAMPLE: ClassVar[str] = """\
kind: process
title: Web server workers
name: nginx
at_least: 2
warn: memory > 2 GiB
"""

    pid_file: str = ""
    """Path of a file that holds a process id. A process younger than the file has only inherited the id."""
    unit: str = ""
    """systemd unit, such as `nginx.service` or `nginx`; every process of it."""
    cgroup: str = ""
    """Path of a control group, such as `/system.slice`; every process in it or below."""
    name: str = ""
    """Exact name of the program."""
    command: str = ""
    """Pattern (RE2) found anywhere in the command line. Consoles and agents of walkdown are passed over."""
    at_least: int = 1
    """Fewer are CRIT `not_running`; 0 when none need run."""
    at_most: int | None = None
    """More are CRIT `too_many_running`; unset: any number."""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: when the pattern is none, or the numbers leave nothing between them.
        """
        if self.command:
            compile_pattern(self.command)
        if self.at_least < 0:
            raise ValueError("at_least must be 0 or more")
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"at_most: {self.at_most} is below at_least: {self.at_least}")

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once, or twice when it is the first time."""

        async def look() -> Seen:
            return await _in_time(context, partial(self._look, context.clock.now()))

        looks = await two_looks(context, "process", look)
        seen = looks.after
        if len(seen.chosen) < self.at_least and seen.table.hidden:
            raise MeasureError("permission", "the processes of other users are hidden from us (hidepid)")
        spent = _spent(looks)
        top = sorted(seen.chosen, key=lambda process: (-spent[process.pid], -process.memory))[:TOP]
        rows, files = await _in_time(context, lambda: (_rows(seen.table, top, spent), self._open_files(seen)))
        readings = _readings(seen, sum(spent.values()), files)
        level, error_class = self._verdict(len(seen.chosen))
        return Observation(self._summary(readings), level, error_class, readings, Rows(_COLUMNS, rows))

    @property
    def _selects(self) -> bool:
        return bool(self.pid_file or self.unit or self.cgroup or self.name or self.command)

    def _look(self, now: float) -> Seen:
        """Return the processes that every given selector fits. Runs in a thread."""
        table = read_table()
        living = tuple(process for process in table.processes if process.state != "Z")
        zombies = len(table.processes) - len(living)
        if not self._selects:
            return Seen(table, living, zombies)
        pid = read_pid_file(self.pid_file, table, now) if self.pid_file else 0
        ancestors = table.ancestors(os.getpid())
        chosen = (process for process in living if not self.pid_file or process.pid == pid)
        return Seen(table, tuple(p for p in chosen if self._fits(p) and not self._is_ours(p, ancestors)))

    def _fits(self, process: Process) -> bool:
        """Return whether name, unit, control group and command line fit; the cheap ones are asked first."""
        if self.name and not is_named(process, self.name):
            return False
        if (self.unit or self.cgroup) and not any(map(self._holds, control_groups(process.pid))):
            return False
        if not self.command:
            return True
        return compile_pattern(self.command).search(" ".join(arguments(process.pid))) is not None

    def _holds(self, group: str) -> bool:
        """Return whether a control group is that of the unit and lies in the one asked for."""
        unit = self.unit if "." in self.unit else f"{self.unit}.service"
        inside = f"{group}/".startswith(f"{self.cgroup.rstrip('/')}/")
        return inside and (not self.unit or unit in group.split("/"))

    def _is_ours(self, process: Process, ancestors: frozenset[int]) -> bool:
        """Return whether it is this process, what has started it, or a console found by its arguments."""
        if process.pid == os.getpid():
            return True
        words = arguments(process.pid)
        if process.pid in ancestors and any("walkdown" in word for word in words):
            return True
        return bool(self.command) and is_walkdown(words)

    def _open_files(self, seen: Seen) -> int | None:
        if not self._selects:
            words = procfs.read("sys/fs/file-nr").split()
            return int(words[0]) if words else None
        counts = [open_files(process.pid) for process in seen.chosen]
        return None if None in counts else sum(count for count in counts if count is not None)

    def _verdict(self, count: int) -> tuple[Level, str]:
        if count < self.at_least:
            return (Level.CRIT, "not_running")
        if self.at_most is not None and count > self.at_most:
            return (Level.CRIT, "too_many_running")
        return (Level.OK, "")

    def _summary(self, readings: tuple[Reading, ...]) -> str:
        value = {reading.name: reading.value for reading in readings}
        count = int(value["count"])
        if count < self.at_least:
            return f"{count or 'none'} running, {self.at_least} expected"
        if self.at_most is not None and count > self.at_most:
            return f"{count} running, at most {self.at_most} expected"
        usage = f"{show(value['cpu'], '%')} of a core, {show(value['memory'], 'B')}"
        return f"{count} running, {usage}" if count else "none running"


async def _in_time(context: ProbeContext, call: Callable[[], T]) -> T:
    """Return what the call finds; the memory map of a process can be locked for long, and we with it."""
    try:
        return await in_thread(context, "processes", 0.9 * context.timeout, call)
    except TimeoutError:
        raise MeasureError("proc_timeout", f"{procfs.ROOT} did not answer in time") from None


def _spent(looks: Looks[Seen]) -> dict[int, float]:
    """Return the processor time of each process between the looks, in percent of one processor."""
    before = {process.identity: process.ticks for process in looks.before.chosen}
    first = looks.before.table.uptime
    spent = {}
    for process in looks.after.chosen:
        is_new = process.start >= first * procfs.TICKS_PER_SECOND
        ticks = rate(
            before.get(process.identity, 0 if is_new else process.ticks), process.ticks, looks.seconds
        )
        spent[process.pid] = 100.0 * (ticks or 0.0) / procfs.TICKS_PER_SECOND
    return spent


def _readings(seen: Seen, cpu: float, files: int | None) -> tuple[Reading, ...]:
    readings = [
        Reading("count", len(seen.chosen)),
        Reading("cpu", cpu, "%"),
        Reading("memory", sum(process.memory for process in seen.chosen), "B"),
        Reading("threads", sum(process.threads for process in seen.chosen)),
    ]
    if seen.zombies is not None:
        readings.append(Reading("zombies", seen.zombies))
    if files is not None:
        readings.append(Reading("open_files", files))
    if seen.chosen:
        readings.append(Reading("age", max(map(seen.table.age, seen.chosen)), "s"))
    return tuple(readings)


def _rows(table: Table, top: list[Process], spent: dict[int, float]) -> tuple[tuple[str, ...], ...]:
    """Return a row for each of the top processes; one that has gone meanwhile keeps its kernel name."""
    return tuple(
        (
            str(process.pid),
            owner(process.pid),
            f"{spent[process.pid]:.1f}",
            show(process.memory, "B"),
            show(table.age(process), "s"),
            " ".join(arguments(process.pid)) or f"[{process.name}]",
        )
        for process in top
    )

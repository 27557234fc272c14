"""Compares one look at the host with psutil doing the same, and the look at processes with btop as well.

    python -m benchmarks.host

CPU of one refresh in a process that goes on refreshing, so that what may be kept between two looks is kept.
Ours go the whole way through the runner: threads, rates, readings, sanitiser.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial

import psutil

from benchmarks import peers
from benchmarks.programs import cpu_seconds, pump, running
from benchmarks.rounds import Row, Target, interleaved, show
from checks.clock import SystemClock
from checks.definition import Definition
from checks.model import Level
from checks.registry import find_kind
from checks.runner import open_runner

MANY = 900
"""Processes on a busy host."""
ROUNDS = 5
APART = 0.25
"""Seconds between two looks: rates need some time."""
SHOWN = 15
BTOP_FOR = 8.0
BTOP_EVERY = 2.0
ATTRIBUTES = ["name", "username", "status", "num_threads", "cpu_percent", "memory_info", "create_time"]


class Kind:
    """A kind of ours that is looked at again and again, in one event loop."""

    def __init__(self, loop: asyncio.Runner, name: str) -> None:
        self._loop = loop
        self._stack = contextlib.AsyncExitStack()
        self._definition = Definition(name, name, find_kind(name)())
        self._memory: dict[str, object] = {}
        self._runner = loop.run(self._stack.enter_async_context(open_runner({}, SystemClock())))

    def look(self) -> None:
        """Look once."""
        result = self._loop.run(self._runner.run(self._definition, memory=self._memory))
        if result.level is not Level.OK:
            raise RuntimeError(f"{result.check}: {result.summary}")

    def close(self) -> None:
        """End its threads."""
        self._loop.run(self._stack.aclose())


def processes_by_psutil() -> None:
    """Look at all processes, and at the command lines of those on top."""
    found = sorted(psutil.process_iter(ATTRIBUTES), key=lambda each: -(each.info["cpu_percent"] or 0.0))
    for process in found[:SHOWN]:
        with contextlib.suppress(psutil.Error):
            process.cmdline()


def disks_by_psutil() -> None:
    """Look at every mount and at what the devices did."""
    for mount in psutil.disk_partitions():
        with contextlib.suppress(OSError):
            psutil.disk_usage(mount.mountpoint)
    psutil.disk_io_counters(perdisk=True)


def network_by_psutil() -> None:
    """Look at the interfaces; connections are counted by their tables' ends in ours, so not here."""
    psutil.net_io_counters(pernic=True)


def cpu_by_psutil() -> None:
    """Look at the shares of CPU, in all and of each core."""
    psutil.cpu_times_percent()
    psutil.cpu_percent(percpu=True)


def memory_by_psutil() -> None:
    """Look at memory and swap."""
    psutil.virtual_memory()
    psutil.swap_memory()


PEERS: dict[str, Callable[[], object]] = {
    "cpu": cpu_by_psutil,
    "memory": memory_by_psutil,
    "disk": disks_by_psutil,
    "load": psutil.getloadavg,
    "network": network_by_psutil,
    "process": processes_by_psutil,
}


def spent(look: Callable[[], object]) -> float:
    """Return the milliseconds of CPU that a look takes."""
    time.sleep(APART)
    before = time.process_time()
    look()
    return (time.process_time() - before) * 1000


@contextlib.contextmanager
def processes(total: int) -> Iterator[int]:
    """Have about so many processes while the context is open; yield how many there are."""
    missing = max(0, total - len(psutil.pids()))
    with contextlib.ExitStack() as stack:
        for _ in range(missing):
            child = subprocess.Popen(["sleep", "120"])
            stack.callback(child.wait)
            stack.callback(child.kill)
        yield len(psutil.pids())


def btop_refresh() -> float:
    """Return the milliseconds of CPU that one refresh of btop takes; NaN when it is missing."""
    program = peers.find(peers.BTOP)
    if not program:
        return math.nan
    with running([program, "--utf-force"]) as terminal:
        pump([terminal], BTOP_EVERY * 1.5)
        before = cpu_seconds([terminal.pid])
        pump([terminal], BTOP_FOR)
        return (cpu_seconds([terminal.pid]) - before) * 1000 / (BTOP_FOR / BTOP_EVERY)


def compare(loop: asyncio.Runner, name: str, what: str) -> Row:
    """Return the comparison of one kind with psutil."""
    kind = Kind(loop, name)
    work = {"ours": kind.look, "psutil": PEERS[name]}
    for warm_up in work.values():
        warm_up()
    seen = interleaved({who: partial(spent, look) for who, look in work.items()}, ROUNDS)
    kind.close()
    target = Target("<=", 1) if name == "process" else None
    return Row(f"{what}, CPU of a look", seen["ours"], "ms", "psutil", seen["psutil"], target)


def main() -> None:
    """Compare every kind, and processes once more when there are many."""
    rows = []
    with asyncio.Runner() as loop:
        rows += [compare(loop, name, name) for name in PEERS if name != "process"]
        for total in (0, MANY):
            with processes(total) as count:
                row = compare(loop, "process", f"process, {count} processes")
                btop = Row(
                    "the same beside a whole refresh of btop",
                    row.ours,
                    "ms",
                    "btop",
                    btop_refresh(),
                    Target("<=", 1),
                )
                rows += [row, btop]
    show("Looking at the host: CPU of one refresh", rows)


if __name__ == "__main__":
    main()

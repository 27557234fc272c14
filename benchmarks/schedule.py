"""Compares how punctual checks are with the program that one would write first: a task and httpx for each.

    python -m benchmarks.schedule

Both probe nginx on loopback at the same time, each in a process of its own; ours is a whole agent with store,
socket and an attached console's worth of differences. Slip is how much later than its slot a probe began;
lag is how much later than asked a sleeper on the same event loop woke up.
"""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx

from agent.ask import visiting
from agent.live import LiveSystem
from benchmarks.bare import bare_server
from benchmarks.origin import origin
from benchmarks.peers import python
from benchmarks.programs import serving
from benchmarks.rounds import Row, Target, percentile, show
from checks.board import CheckInfo, SystemInfo
from checks.clock import SystemClock
from checks.definition import Definition
from checks.engine import LONGEST_START, SPACING
from checks.kinds.http import HttpCheck
from checks.masking import Masker
from checks.model import Level, Result
from checks.storage.store import Store
from checks.system import System

SIZES = (200, 500)
INTERVALS = (5.0, 10.0, 15.0)
"""Seconds between two probes of a check, taking turns: 10 s in the mean."""
SECONDS = 30.0
LOOK = 0.05
SETTLE = 2.0
"""Seconds at the beginning, when imports and first connections are made, that do not count."""


class Ledger(Store):
    """A store that also notes when each probe began and how it ended."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SystemClock())
        self.begun: defaultdict[str, list[float]] = defaultdict(list)
        self.errors = 0

    def put(self, result: Result) -> None:
        self.begun[result.check].append(result.at)
        self.errors += result.level is not Level.OK
        super().put(result)


async def lags() -> list[float]:
    """Return how late a sleeper woke, again and again."""
    seen = []
    deadline = time.monotonic() + SECONDS
    while (began := time.monotonic()) < deadline:
        await asyncio.sleep(LOOK)
        seen.append(time.monotonic() - began - LOOK)
    return seen[int(SETTLE / LOOK) :]


def slips(begun: dict[str, list[float]], spacing: float) -> list[float]:
    """Return how much later than its slot each probe began; the earliest of all was punctual."""
    offsets: list[float] = []
    for number, times in begun.items():
        place = int(number)
        every = INTERVALS[place % len(INTERVALS)]
        offsets += [at - place * spacing - turn * every for turn, at in enumerate(times)]
    return [offset - min(offsets) for offset in offsets]


async def ours(count: int, port: int, folder: Path) -> dict[str, float]:
    """Run an agent with so many checks; return what was seen of it."""
    infos, definitions = [], []
    for place in range(count):
        every = INTERVALS[place % len(INTERVALS)]
        infos.append(CheckInfo(str(place), "http", every=every, timeout=4.0))
        check = HttpCheck(f"http://127.0.0.1:{port}/{place}")
        definitions.append(Definition(str(place), "http", check, every=every, timeout=4.0))
    system = System(SystemInfo("bench", checks=tuple(infos)), tuple(definitions))
    clock, socket = SystemClock(), folder / "agent.sock"
    async with Ledger(folder / "store.db") as ledger, asyncio.TaskGroup() as tasks:
        live = LiveSystem(system, "", lambda: system, ledger, Masker(), clock)
        probing = tasks.create_task(live.run(), name="live system")
        async with bare_server(live, clock).listening(socket):
            listener = asyncio.to_thread(_listen, socket)
            following = tasks.create_task(listener, name="console")
            late = await lags()
            missed = sum(state.missed for state in (await live.engine_after(None)).snapshot.states)
            probing.cancel()
        await following
    late_starts = slips(ledger.begun, min(SPACING, LONGEST_START / count))
    return _report(late_starts, late, ledger.errors + missed)


def _listen(socket: Path) -> None:
    """Take what the agent tells a console, until it ends."""
    with visiting(socket) as visit:
        while visit is not None and visit.connection.recv(1 << 16):
            pass


async def naive(count: int, port: int) -> dict[str, float]:
    """Probe in a loop of its own for each check; return what was seen of it."""
    begun: defaultdict[str, list[float]] = defaultdict(list)
    errors = 0
    spacing = min(SPACING, LONGEST_START / count)

    async def keep_asking(client: httpx.AsyncClient, place: int) -> None:
        nonlocal errors
        due = time.monotonic() + place * spacing
        while True:
            await asyncio.sleep(due - time.monotonic())
            begun[str(place)].append(time.time())
            answer = await client.get(f"http://127.0.0.1:{port}/{place}", headers={"Connection": "close"})
            errors += answer.status_code != 200
            due += INTERVALS[place % len(INTERVALS)]

    async with httpx.AsyncClient(timeout=4.0) as client, asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(keep_asking(client, place), name=str(place)) for place in range(count)]
        late = await lags()
        for task in asking:
            task.cancel()
    return _report(slips(begun, spacing), late, errors)


def _report(late_starts: list[float], late: list[float], errors: int) -> dict[str, float]:
    return {
        "slip": percentile(late_starts, 0.95) * 1000,
        "lag": percentile(late, 0.95) * 1000,
        "errors": errors,
        "probes": len(late_starts),
        "cpu": time.process_time() / SECONDS * 100,
    }


def measure(who: str, count: int, port: int) -> Any:
    """Run one side in this process and return what was seen."""
    if who == "naive":
        return asyncio.run(naive(count, port))
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(ours(count, port, Path(folder)))


def compare(count: int, port: int) -> list[Row]:
    """Run both sides at the same time; return their comparison."""
    command = python("benchmarks.schedule")
    pipes = {"stdout": subprocess.PIPE}
    with (
        serving([*command, "ours", str(count), str(port)], **pipes) as mine,
        serving([*command, "naive", str(count), str(port)], **pipes) as theirs,
    ):
        seen, peer = (
            json.loads(child.communicate(timeout=SECONDS + 30)[0] or "{}") for child in (mine, theirs)
        )
    peer = defaultdict(lambda: math.nan, peer)
    what = f"{count} checks at 10 s"
    name = "httpx loop"
    return [
        Row(f"{what}: slip p95", seen["slip"], "ms", name, peer["slip"], Target("<=", 200, "ours")),
        Row(f"{what}: loop lag p95", seen["lag"], "ms", name, peer["lag"], Target("<=", 100, "ours")),
        Row(f"{what}: errors and missed", seen["errors"], "", name, peer["errors"], Target("<=", 0, "ours")),
        Row(f"{what}: probes begun", seen["probes"], "", name, peer["probes"]),
        Row(f"{what}: CPU, start included", seen["cpu"], "%", name, peer["cpu"], Target("<=", 1)),
    ]


def main() -> None:
    """Run the comparison for each size; or, as a child of it, one side."""
    if len(sys.argv) > 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
        return
    with origin() as here:
        rows = [row for count in SIZES for row in compare(count, here.plain)]
    show(f"Schedule: http checks of nginx on loopback, {SECONDS:g} s", rows)


if __name__ == "__main__":
    main()

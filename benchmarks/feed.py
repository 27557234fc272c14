"""An agent whose checks are so quick that a thousand results a second arrive, for what shows them.

    python -m benchmarks.feed SOCKET CHECKS

Engine, runner, fold and socket are the real ones; only the probes are made up, and nothing is stored.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks.bare import bare_server
from checks.board import CheckInfo, Notice, SystemInfo
from checks.clock import SystemClock
from checks.definition import Definition
from checks.engine import Engine
from checks.kind import ProbeContext
from checks.model import Observation, Reading, Result
from checks.runner import open_runner
from checks.system import System

RESULTS = 1000
"""Results per second of all checks together."""


def name(place: int) -> str:
    """Return what the check at that place is called."""
    return f"row-{place:04}"


@dataclass(frozen=True, slots=True)
class Quick:
    """A check that has seen something else each time, and always that all is well."""

    READINGS: ClassVar = ()
    EXAMPLE: ClassVar = ""

    async def probe(self, context: ProbeContext) -> Observation:
        """Say something new at once."""
        count = context.memory["count"] = context.memory.get("count", 0) + 1
        value = (count * 37 + hash(context.name)) % 1000
        return Observation(
            f"200 OK, {value} ms, look {count}", readings=(Reading("latency", value / 1000, "s"),)
        )


class Passing:
    """A recorder that keeps nothing, and a live system that never changes."""

    notices: tuple[Notice, ...] = ()

    def __init__(self) -> None:
        self.system = System(SystemInfo("fed"), ())
        self.configuration = ""
        self.store = self
        self.engine: Engine | None = None

    def put(self, result: Result) -> None:
        """Forget the result."""

    async def results(self, check: str, limit: int) -> tuple[Result, ...]:
        """Know of none."""
        return ()

    async def engine_after(self, last: Engine | None) -> Engine:
        """Return the one engine; wait for ever for another."""
        if self.engine is None or self.engine is last:
            await asyncio.Event().wait()
        assert self.engine is not None
        return self.engine


async def feed(socket: Path, count: int) -> None:
    """Serve consoles until killed."""
    clock, every = SystemClock(), count / RESULTS
    infos = tuple(CheckInfo(name(place), "http", group="fed", every=every) for place in range(count))
    definitions = tuple(Definition(info.name, "http", Quick(), every=every) for info in infos)
    passing = Passing()
    async with open_runner({}, clock) as runner:
        engine = passing.engine = Engine(SystemInfo("fed", checks=infos), definitions, runner, passing, clock)
        server = bare_server(passing, clock)  # type: ignore[arg-type]
        async with server.listening(socket):
            await engine.run()


if __name__ == "__main__":
    asyncio.run(feed(Path(sys.argv[1]), int(sys.argv[2])))

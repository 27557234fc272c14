"""What holds whatever fails: the invariants of the reliability specification, section 2.0, over all faults.

One place that says which test shows which:

- G1 results by the deadline: here, every fault of tests/servers/failing.py, twenty probes each.
- G2 the others keep their schedule: here, on the real clock, beside all faults of a kind; on a clock that
  tests move, tests/checks/test_engine.py (`the_others_keep_their_schedule`).
- G3 a bug in a kind is a result: tests/checks/test_runner.py, one probe; here, an engine with such kinds.
- G4 nothing is left behind: here, ten thousand probes that fail; for one kind each in its own tests.
- G5 one probe of a check at a time, ticks are counted and never queued: tests/checks/test_engine.py; here,
  on the real clock.
- G6 stale instead of the last OK: tests/checks/test_engine.py; on the screen, tests/tui/test_health.py.
- G7 soft and hard, flapping: tests/checks/test_board.py.
- G8 messages are cut, cleaned, masked: tests/checks/test_messages.py, with every text of tests/hostile.py;
  their class is stable: here, with G1.
- G9 how many at once, and spread at the start: tests/checks/test_engine.py (16, 4 per target, over 50 ms).
- G10 no retry inside a check: here, each failing probe connects at most once.
"""

import asyncio
import gc
import itertools
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from checks.board import CheckInfo, Notice, SystemInfo
from checks.clock import SystemClock
from checks.definition import Definition
from checks.engine import Engine, running
from checks.kind import Check
from checks.kinds.command import CommandCheck
from checks.kinds.container import ContainerCheck
from checks.model import Level, Observation, Result
from checks.runner import open_runner
from checks.testing import probe
from tests.servers.failing import FAULTS, KINDS, KINDS_THAT_FAIL

ROOT = Path(__file__).parents[2]
RUNS = 20
AT_ONCE = 10
TIMEOUT = 0.3
SLACK = 0.5
"""Seconds after the deadline by which a result must be there (G1)."""
SLIP = 1.0
"""Seconds that others may start late (G2)."""


# G1 and the stable class of G8


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_result_comes_by_the_deadline_and_says_the_same_every_time(place, fault):
    failing = await FAULTS[fault](place)
    verdicts = set()
    for _ in range(RUNS // AT_ONCE):
        started = time.monotonic()
        for result in await asyncio.gather(*[probe(failing, timeout=TIMEOUT) for _ in range(AT_ONCE)]):
            verdicts.add((result.level, result.error_class))
        assert time.monotonic() - started <= TIMEOUT + SLACK
    if len(verdicts) > 1:  # on a busy machine a kind may be late to say what it waited for
        verdicts.discard((Level.CRIT, "total_timeout"))
    ((level, error_class),) = verdicts
    assert level in (Level.CRIT, Level.WARN, Level.UNKNOWN)
    assert error_class.isidentifier() and error_class != "internal_error"
    looks = 2 if fault == "tls certificate" else 1  # the second one reads what the first refused
    assert place.faults.connections <= RUNS * looks, "no probe tries again"


# G2 and G5


@dataclass
class Noted:
    """A recorder that remembers when each check was probed."""

    results: list[Result] = field(default_factory=list)
    notices: tuple[Notice, ...] = ()

    def put(self, result):
        self.results.append(result)

    def starts(self, name):
        return [result.at for result in self.results if result.check == name]


@dataclass(frozen=True, slots=True)
class Says:
    """A check that says what the test wants, or does it."""

    what: object
    READINGS: ClassVar = ()
    EXAMPLE: ClassVar = ""

    async def probe(self, context):
        return await self.what() if callable(self.what) else self.what


def engine_of(definitions, runner, recorder):
    checks = tuple(CheckInfo(d.name, d.kind, every=d.every, timeout=d.timeout) for d in definitions)
    return Engine(SystemInfo("it", checks=checks), definitions, runner, recorder, SystemClock())


@pytest.mark.parametrize("kind", KINDS_THAT_FAIL)
async def test_the_others_keep_their_schedule_beside_every_fault_of_a_kind(place, kind):
    every, window = 0.25, 2.0
    neighbours = [Definition(f"n{n}", "says", Says(Observation("well")), every=every) for n in range(3)]
    failing = [
        Definition(fault, kind, await build(place), every=0.5, timeout=TIMEOUT)
        for fault, build in FAULTS.items()
        if fault.startswith(f"{kind} ")
    ]
    noted = Noted()
    async with open_runner({}, SystemClock()) as runner:
        engine = engine_of((*neighbours, *failing), runner, noted)
        async with running(engine):
            await asyncio.sleep(window)
            ended = time.time()
    for neighbour in neighbours:
        starts = [*noted.starts(neighbour.name), ended]
        assert len(starts) >= 3
        assert max(b - a for a, b in itertools.pairwise(starts)) <= every + SLIP
    assert {result.check for result in noted.results} >= {definition.name for definition in failing}
    for definition in failing:
        spans = [(r.at, r.at + r.elapsed) for r in noted.results if r.check == definition.name]
        assert all(begun[1] <= then[0] + 0.005 for begun, then in itertools.pairwise(spans)), "one at a time"


# G3


async def _cancels_itself():
    raise asyncio.CancelledError


async def _exits():
    sys.exit(1)


async def _fails_in_a_group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_exits_oddly())


async def _exits_oddly():
    raise ZeroDivisionError


async def _recurses():
    return await _recurses()


@pytest.mark.parametrize("bug", [_cancels_itself, _exits, _fails_in_a_group, _recurses, None, "text"])
async def test_a_kind_with_a_bug_goes_on_being_probed_and_so_do_the_others(bug, caplog):
    definitions = (
        Definition("bad", "says", Says(bug), every=0.1),
        Definition("good", "says", Says(Observation("well")), every=0.1),
    )
    noted = Noted()
    async with open_runner({}, SystemClock()) as runner:
        engine = engine_of(definitions, runner, noted)
        async with running(engine), asyncio.timeout(10):
            while min(len(noted.starts("bad")), len(noted.starts("good"))) < 3:
                await asyncio.sleep(0.02)
        state = engine.snapshot.state("bad")
    assert (state.level, state.last.error_class) == (Level.UNKNOWN, "internal_error")
    assert engine.snapshot.state("good").level is Level.OK
    assert len([record for record in caplog.records if "bad" in record.getMessage()]) == len(
        noted.starts("bad")
    )


# G4

SERVER = """\
import asyncio, os, signal, sys
from tests.servers.failing import BEHAVIOURS

async def main():
    async def serve(behaviour):
        async def meet(reader, writer):
            try:
                await behaviour(reader, writer)
            except ConnectionError:
                pass
            writer.transport.abort()
        return (await asyncio.start_server(meet, "127.0.0.1", 0, backlog=512)).sockets[0].getsockname()[1]
    print(*[await serve(BEHAVIOURS[name]) for name in sys.argv[1:]], flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
"""Misbehaves in a process of its own: what it holds must not be counted as ours."""


@pytest.fixture
def elsewhere():
    """Ports of servers in another process: behaviour -> port."""
    wanted = ("nonsense", "cut", "reset")
    argv = [sys.executable, "-c", SERVER, *wanted]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield dict(zip(wanted, map(int, process.stdout.readline().split()), strict=True))
        process.kill()


@dataclass(frozen=True)
class Held:
    """What this process holds of the machine."""

    files: int
    tasks: int
    children: int
    threads: int
    memory: int

    @classmethod
    def now(cls):
        gc.collect()
        task = Path("/proc/self/task")
        return cls(
            len(os.listdir("/proc/self/fd")),
            len(asyncio.all_tasks()),
            sum(len(children.read_text().split()) for children in task.glob("*/children")),
            len(os.listdir(task)),
            int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
        )


async def test_ten_thousand_failing_probes_leave_nothing_behind(elsewhere, closed_port, tmp_path):
    at = "127.0.0.1"
    shares: list[tuple[int, Check]] = [
        *((700, KINDS[kind](at, closed_port)) for kind in ("http", "tcp", "tls", "redis", "postgres")),
        *((700, KINDS[kind](at, elsewhere["nonsense"])) for kind in ("http", "tcp", "tls", "redis")),
        *((400, KINDS[kind](at, elsewhere["cut"])) for kind in ("http", "tcp", "tls", "redis", "postgres")),
        (400, KINDS["container"](at, elsewhere["nonsense"])),
        (500, KINDS["http"](at, elsewhere["reset"])),
        (400, ContainerCheck(f"unix://{tmp_path}/none.sock")),
        (400, CommandCheck(("false",))),
    ]
    assert sum(count for count, _ in shares) == 10_000
    async with open_runner({}, SystemClock()) as runner:

        async def fail(check: Check, times: int) -> None:
            definition, memory = Definition("it", "it", check, timeout=5.0), {}
            for _ in range(times):
                result = await runner.run(definition, memory=memory)
                assert result.level is not Level.OK
                assert result.error_class not in ("internal_error", "total_timeout"), result

        await asyncio.gather(*[fail(check, 40) for _, check in shares])
        before = Held.now()
        await asyncio.gather(*[fail(check, count - 40) for count, check in shares])
        await asyncio.sleep(0.05)
        after = Held.now()
    assert after.files - before.files <= 2
    assert after.tasks <= before.tasks
    assert after.children <= before.children
    assert after.threads - before.threads <= 16
    assert after.memory - before.memory <= 10_000_000

"""The wall clock jumps while checks of kinds that wait for a server are at work: nothing is late or early."""

import asyncio
import contextlib
import itertools

import pytest

from checks.board import CheckInfo, SystemInfo
from checks.clock import SystemClock
from checks.definition import Definition
from checks.engine import Engine, running
from checks.kinds.command import CommandCheck
from checks.kinds.http import HttpCheck
from checks.kinds.postgres import PostgresCheck
from checks.kinds.tls import TlsCheck
from checks.model import HistoryQuery, Level
from checks.runner import open_runner
from checks.secrets import SecretText
from checks.storage.store import Store
from tests.servers.faults import cut, http, say
from tests.servers.postgres import PASSWORD

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.fault("http", "clock"),
    pytest.mark.fault("tls", "clock"),
    pytest.mark.fault("postgres", "clock"),
    pytest.mark.fault("command", "clock"),
]

EVERY = 0.3
HOUR, YEAR = 3600.0, 365 * 86400.0


class JumpingClock(SystemClock):
    """The real clock, whose wall time can be set; the monotonic one does not notice."""

    offset = 0.0

    def now(self):
        return super().now() + self.offset


@pytest.fixture
async def definitions(faults, authority, postgres):
    """A check of each kind, probed often, of a server that is well."""
    password = SecretText(PASSWORD)
    port = await faults.serve(cut, authority.good())
    checks = {
        "http": HttpCheck(f"http://127.0.0.1:{await faults.serve(say(http()))}/"),
        "tls": TlsCheck("127.0.0.1", port, ca_file=authority.file),
        "postgres": PostgresCheck("127.0.0.1", postgres.port, user="monitor", password=password),
        "command": CommandCheck(("sleep", "0.05")),
    }
    return tuple(Definition(kind, kind, check, every=EVERY, timeout=5.0) for kind, check in checks.items())


@contextlib.asynccontextmanager
async def at_work(definitions, clock, store):
    checks = tuple(CheckInfo(d.name, d.kind, every=d.every, timeout=d.timeout) for d in definitions)
    async with open_runner({}, clock) as runner:
        engine = Engine(SystemInfo("it", checks=checks), definitions, runner, store, clock)
        async with running(engine):
            yield engine


async def probed_again(engine, times=3):
    """Wait until every check has so many more results; return how long each probe took, by check."""
    took = {state.name: {} for state in engine.snapshot.states}
    known = {state.name: state.last for state in engine.snapshot.states}
    async with asyncio.timeout(10):
        snapshot = engine.snapshot
        while min(map(len, took.values())) < times:
            snapshot = await engine.newer(snapshot.number)
            for state in snapshot.states:
                if state.last is not known[state.name]:
                    took[state.name][id(state.last)] = state.last
                    known[state.name] = state.last
    return {name: list(results.values()) for name, results in took.items()}


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 10 * YEAR])
async def test_no_probe_is_late_early_or_wrong_when_the_wall_clock_jumps(definitions, jump, tmp_path):
    clock = JumpingClock()
    loop = asyncio.get_running_loop()
    async with Store(tmp_path / "s" / "it.db", clock) as store, at_work(definitions, clock, store) as engine:
        await probed_again(engine, 1)
        clock.offset = jump
        started = loop.time()
        results = await probed_again(engine)
        assert loop.time() - started < 3 * EVERY + 1.0
        async with asyncio.timeout(5):
            while not engine.snapshot.notices:
                await asyncio.sleep(0.05)
        assert f"jumped by {jump:+.0f} s" in engine.snapshot.notices[0].text
        for name, seen in results.items():
            assert all(0 <= result.elapsed < 1.0 for result in seen)
            assert not engine.snapshot.state(name).stale
            if (name, jump) != ("tls", 10 * YEAR):
                assert all(result.level is Level.OK for result in seen), seen
                readings = [r.value for result in seen for r in result.observation.readings]
                assert all(value >= 0 for value in readings)
        clock.offset = 0.0
        await probed_again(engine, 2)
        assert all(state.level is Level.OK for state in engine.snapshot.states)
        await store.flush()
        assert not store.notices
        kept = await store.results("http", 50)
        assert len(kept) >= 6, "what was seen before, during and after the jump is all there"
        query = HistoryQuery("http", "latency", clock.now() - HOUR, clock.now() + 1)
        (series,) = await store.history(query)
        assert all(a <= b for a, b in itertools.pairwise(series.at))


async def test_by_a_clock_that_is_ten_years_ahead_a_certificate_has_run_out(definitions):
    clock = JumpingClock()
    clock.offset = 10 * YEAR
    (tls,) = [definition for definition in definitions if definition.kind == "tls"]
    async with open_runner({}, clock) as runner:
        (reading,) = [r for r in (await runner.run(tls)).observation.readings if r.name == "expires_in"]
    assert reading.value < 0

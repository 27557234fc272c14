"""The schedule on a clock that tests move: no doubles, no queues, no bursts, nothing stale shown as fresh."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

import pytest

from checks.board import CheckInfo, Notice, SystemInfo
from checks.definition import Definition
from checks.engine import AT_ONCE, AT_ONCE_PER_TARGET, Engine, running
from checks.expressions import Rule
from checks.keep import Keep
from checks.masking import Masker
from checks.model import Level, Observation, Reading, Result
from checks.runner import Runner
from checks.testing import FakeClock
from checks.vault import Vault


@dataclass(frozen=True, slots=True)
class Scripted:
    """A check that does what the test says."""

    act: Callable[[], Awaitable[None]]
    READINGS: ClassVar = ()
    EXAMPLE: ClassVar = ""

    async def probe(self, context):
        await self.act()
        return Observation("seen", readings=(Reading("temperature", 90.0),))


class Recorded:
    """A recorder that remembers."""

    def __init__(self):
        self.results: list[Result] = []
        self.notices: tuple[Notice, ...] = ()

    def put(self, result):
        self.results.append(result)


async def nothing():
    pass


class Bench:
    """An engine on a fake clock with scripted checks."""

    def __init__(self, *definitions: Definition, known=None, clock=None):
        self.clock = clock or FakeClock()
        self.recorder = Recorded()
        info = SystemInfo(
            "bench",
            checks=tuple(CheckInfo(d.name, d.kind, every=d.every, timeout=d.timeout) for d in definitions),
        )
        masker = Masker()
        runner = Runner(self.clock, Vault({}, masker), masker, Keep(), ThreadPoolExecutor(1))
        self.engine = Engine(info, definitions, runner, self.recorder, self.clock, known)

    def state(self, name="web"):
        return self.engine.snapshot.state(name)

    def times(self, name="web"):
        start = 1_800_000_000.0
        return [round(r.at - start, 3) for r in self.recorder.results if r.check == name]


@contextlib.asynccontextmanager
async def bench(*definitions, **options):
    it = Bench(*definitions, **options)
    async with running(it.engine):
        yield it


def check(act=nothing, name="web", **options):
    return Definition(name, "scripted", Scripted(act), **({"every": 10.0, "timeout": 5.0} | options))


async def test_a_check_is_probed_once_every_interval():
    async with bench(check()) as it:
        await it.clock.advance(35)
        assert it.times() == [0.0, 10.0, 20.0, 30.0]


async def test_two_hundred_checks_do_not_start_together():
    checks = [check(name=f"c{n}") for n in range(200)]
    async with bench(*checks) as it:
        await it.clock.advance(11.5)
        first = sorted({r.check: r.at for r in reversed(it.recorder.results)}.values())
        assert len(first) == 200
        assert min(b - a for a, b in itertools.pairwise(first)) > 0.050


async def test_five_hundred_checks_have_all_been_started_after_eleven_seconds():
    async with bench(*[check(name=f"c{n}", every=60.0) for n in range(500)]) as it:
        await it.clock.advance(11)
        assert len(it.recorder.results) == 500


async def test_a_slow_probe_makes_missed_ticks_and_no_queue():
    clock = FakeClock()

    async def slow():
        await clock.sleep(34)

    async with bench(check(slow, timeout=60.0), clock=clock) as it:
        await it.clock.advance(45)
        assert it.times() == [0.0]
        await it.clock.advance(30)
        assert it.times() == [0.0, 40.0]
        assert it.state().missed >= 3


async def test_a_check_never_runs_twice_at_once_even_when_asked():
    release, running_now, most = asyncio.Event(), 0, 0

    async def watched():
        nonlocal running_now, most
        running_now += 1
        most = max(most, running_now)
        await release.wait()
        running_now -= 1

    async with bench(check(watched)) as it:
        await it.clock.advance(0.1)
        for _ in range(5):
            it.engine.probe_now(("web",))
        await it.clock.advance(0.1)
        release.set()
        await it.clock.advance(0.1)
        assert most == 1


async def test_probe_now_probes_at_once_and_leaves_the_schedule_alone():
    async with bench(check()) as it:
        await it.clock.advance(3)
        it.engine.probe_now()
        await it.clock.advance(18)
        assert it.times() == [0.0, 3.0, 10.0, 20.0]


async def test_asking_for_an_unknown_check_is_harmless():
    async with bench(check()) as it:
        it.engine.probe_now(("nope",))
        await it.clock.advance(11)
        assert it.times() == [0.0, 10.0]


@pytest.mark.parametrize(("target", "limit"), [("", AT_ONCE), ("db", AT_ONCE_PER_TARGET)])
async def test_no_more_probes_at_once_than_allowed(target, limit):
    release, running_now, most = asyncio.Event(), 0, 0

    async def watched():
        nonlocal running_now, most
        running_now += 1
        most = max(most, running_now)
        await release.wait()
        running_now -= 1

    async with bench(*[check(watched, name=f"c{n}", target=target) for n in range(40)]) as it:
        await it.clock.advance(5)
        assert most == limit
        release.set()
        await it.clock.advance(1)


async def test_the_others_keep_their_schedule_while_one_hangs():
    hang = asyncio.Event()
    others = [check(name=f"c{n}") for n in range(10)]
    async with bench(check(hang.wait, name="hung", timeout=1000.0), *others) as it:
        await it.clock.advance(31)
        for n in range(10):
            times = it.times(f"c{n}")
            assert len(times) >= 3
            assert all(abs(b - a - 10) <= 1 for a, b in itertools.pairwise(times))
        hang.set()


async def test_without_a_result_for_long_enough_a_check_is_stale_and_unknown():
    hang = asyncio.Event()
    calls = 0

    async def hang_later():
        nonlocal calls
        calls += 1
        if calls > 1:
            await hang.wait()

    async with bench(check(hang_later, timeout=1000.0)) as it:
        await it.clock.advance(5)
        assert (it.state().level, it.state().stale) == (Level.OK, False)
        await it.clock.advance(10 + 1000 + 15 + 2)
        assert (it.state().level, it.state().stale) == (Level.UNKNOWN, True)
        hang.set()
        await it.clock.advance(1)
        assert (it.state().level, it.state().stale) == (Level.OK, False)


@pytest.mark.parametrize("jump", [3600.0, -3600.0, 10 * 365 * 86400.0])
async def test_a_jump_of_the_wall_clock_moves_no_schedule_and_is_said(jump):
    async with bench(check()) as it:
        await it.clock.advance(11)
        it.clock.jump(jump)
        await it.clock.advance(20)
        assert len(it.recorder.results) == 4
        assert not it.state().stale
        assert [notice.source for notice in it.engine.snapshot.notices] == ["clock"]


async def test_a_rule_for_a_duration_goes_by_time_that_passed_not_by_a_clock_that_jumped():
    hot = Rule("temperature > 80 for 1 m", Level.CRIT, "temperature", ">", 80.0, lasting=60.0)
    async with bench(check(nothing, rules=(hot,))) as it:
        await it.clock.advance(15)
        assert it.state().last.verdicts[0].pending
        it.clock.jump(3600)
        await it.clock.advance(20)
        assert it.state().level is Level.OK, "the wall clock jumped, the condition has held for 30 s"
        it.clock.jump(-7200)
        await it.clock.advance(31)
        assert it.state().level is Level.CRIT


async def test_after_a_pause_of_the_machine_each_check_runs_once_not_in_a_burst():
    async with bench(check()) as it:
        await it.clock.advance(11)
        it.clock._monotonic += 600  # the machine slept: no timer fired in between
        await it.clock.advance(0.5)
        assert len(it.recorder.results) == 2 + 1
        await it.clock.advance(10)
        assert len(it.recorder.results) == 2 + 2


async def test_a_bug_in_one_check_is_a_result_and_the_others_go_on(caplog):
    async def broken():
        raise ZeroDivisionError

    async with bench(check(broken, name="bad"), check(name="good")) as it:
        await it.clock.advance(21)
        assert it.state("bad").last.error_class == "internal_error"
        assert it.state("bad").level is Level.UNKNOWN
        assert len(it.times("good")) == 3
    assert len([r for r in caplog.records if "bad" in r.getMessage()]) == len(it.times("bad"))


async def test_known_results_are_shown_at_once_and_old_ones_as_stale():
    now = FakeClock().now()
    known = {
        "new": (Result("new", Level.CRIT, now - 3, 0.1, Observation("seen before")),),
        "old": (Result("old", Level.OK, now - 3000, 0.1, Observation("long ago")),),
        "gone": (Result("gone", Level.OK, now, 0.1, Observation("no longer defined")),),
    }
    it = Bench(check(name="new"), check(name="old"), known=known)
    assert (it.state("new").level, it.state("new").stale) == (Level.CRIT, False)
    assert (it.state("old").level, it.state("old").stale) == (Level.UNKNOWN, True)


async def test_a_trouble_that_was_confirmed_before_a_restart_is_confirmed_after_it_and_as_old():
    now = FakeClock().now()
    seen = [(Level.OK, 50), (Level.CRIT, 40), (Level.CRIT, 30), (Level.CRIT, 20), (Level.CRIT, 10)]
    past = tuple(Result("web", level, now - ago, 0.1, Observation("seen")) for level, ago in seen)
    state = Bench(check(), known={"web": past}).state()
    assert (state.level, state.is_hard, state.hard, state.since) == (Level.CRIT, True, Level.CRIT, now - 40)


async def test_what_the_recorder_has_to_say_reaches_the_snapshot_and_leaves_it():
    async with bench(check()) as it:
        it.recorder.notices = (Notice("store", "disk full"),)
        await it.clock.advance(2)
        assert [notice.text for notice in it.engine.snapshot.notices] == ["disk full"]
        it.recorder.notices = ()
        await it.clock.advance(2)
        assert it.engine.snapshot.notices == ()


async def test_a_slow_reader_gets_the_newest_snapshot_only():
    async with bench(*[check(name=f"c{n}") for n in range(50)]) as it:
        first = it.engine.snapshot
        await it.clock.advance(30)
        second = await it.engine.newer(first.number)
        assert second is it.engine.snapshot
        assert second.number > first.number + 50


async def test_who_waits_for_a_snapshot_is_let_go_when_the_engine_ends():
    async with bench(check()) as it:
        await it.clock.advance(1)
        waiting = asyncio.ensure_future(it.engine.newer(10_000))
        await it.clock.advance(0)
        assert not waiting.done()
    assert (await waiting).number < 10_000
    assert it.engine.ended


async def test_run_once_probes_everything_without_a_schedule():
    it = Bench(check(name="a"), check(name="b"))
    snapshot = await it.engine.run_once()
    assert {state.name: state.level for state in snapshot.states} == {"a": Level.OK, "b": Level.OK}

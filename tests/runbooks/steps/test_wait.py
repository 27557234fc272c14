"""The step kind wait: polls a check or a condition, with a limit."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from checks.clock import SystemClock
from checks.model import Level
from checks.testing import FakeClock
from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.wait import WaitStep
from runbooks.templates import Template
from runbooks.testing import FakeBoard, step_context

OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


async def waited(step, board, tmp_path, clock, seconds=3600.0, every=0.5):
    """Run the step to its end while time passes; return its outcome and how long it took."""
    context = step_context(step, tmp_path, clock=clock)
    began = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_caught(step.look(context, board)))
        while not task.done() and clock.monotonic() - began < seconds:
            await clock.advance(every)
    outcome = task.result()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome, clock.monotonic() - began


async def _caught(look):
    try:
        return await look
    except FailedError as error:
        return error


async def test_it_goes_on_as_soon_as_the_check_is_well(tmp_path):
    clock = FakeClock()
    board = FakeBoard({"api": (CRIT, CRIT, UNKNOWN, OK)}, clock=clock)
    outcome, elapsed = await waited(WaitStep("api"), board, tmp_path, clock)
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.applied is Applied.NONE
    assert outcome.summary == "after 4 s: api OK: seen OK"
    assert elapsed <= 4.5
    assert len(board.probes) == 3


async def test_a_check_that_is_well_already_is_not_waited_for(tmp_path):
    clock = FakeClock()
    outcome, elapsed = await waited(WaitStep("api"), FakeBoard({"api": (OK,)}, clock=clock), tmp_path, clock)
    assert outcome.ending is Ending.SUCCEEDED
    assert elapsed <= 0.5


async def test_it_fails_at_the_limit_with_what_was_seen_last(tmp_path):
    clock = FakeClock()
    board = FakeBoard({"api": (CRIT,), "disk": (OK,)}, clock=clock)
    step = WaitStep(("api", "disk"), every=7.0, within=60.0)
    with pytest.raises(FailedError) as failed:
        await waited(step, board, tmp_path, clock)
    assert failed.value.error_class == "timeout"
    assert failed.value.summary == "not so within 1 m 0 s; last seen: api CRIT: seen CRIT"
    assert clock.monotonic() <= 60.5
    assert len(board.probes) == 10


async def test_the_limit_counts_from_the_first_look(tmp_path):
    clock = FakeClock()
    board = FakeBoard({"api": (CRIT,)}, clock=clock)
    with pytest.raises(FailedError):
        await waited(WaitStep("api", initial=30.0, within=10.0), board, tmp_path, clock)
    assert 40.0 <= clock.monotonic() <= 40.5


async def test_it_must_hold_without_a_break(tmp_path):
    clock = FakeClock()
    board = FakeBoard({"api": (CRIT, OK, OK, CRIT, OK, OK, OK, OK)}, clock=clock)
    outcome, _ = await waited(WaitStep("api", every=2.0, holds=6.0), board, tmp_path, clock)
    assert outcome.ending is Ending.SUCCEEDED
    assert len(board.probes) == 7


async def test_what_never_holds_long_enough_fails(tmp_path):
    clock = FakeClock()
    board = FakeBoard({"api": (CRIT, *(OK, OK, CRIT) * 20)}, clock=clock)
    with pytest.raises(FailedError) as failed:
        await waited(WaitStep("api", every=2.0, within=20.0, holds=6.0), board, tmp_path, clock)
    assert failed.value.error_class == "timeout"


@pytest.mark.parametrize(("level", "good"), [("OK", False), ("WARN", True)])
async def test_warn_is_good_enough_where_it_is_said(tmp_path, level, good):
    clock = FakeClock()
    step, board = WaitStep("api", level, within=5.0), FakeBoard({"api": (WARN,)}, clock=clock)
    with contextlib.nullcontext() if good else pytest.raises(FailedError):
        await waited(step, board, tmp_path, clock)


async def test_a_probe_that_hangs_does_not_hold_up_the_limit(tmp_path):
    class Hanging(FakeBoard):
        async def probed(self, names):
            await asyncio.sleep(3600)

    step = WaitStep("api", within=0.2, every=0.1)
    began = time.monotonic()
    with pytest.raises(FailedError) as failed:
        await step.look(step_context(step, tmp_path, clock=SystemClock()), Hanging({"api": (OK,)}))
    assert "no result of the probe yet" in failed.value.summary
    assert time.monotonic() - began < 5


async def test_it_can_be_cancelled_at_any_time(tmp_path):
    clock = FakeClock()
    step, board = WaitStep("api"), FakeBoard({"api": (CRIT,)}, clock=clock)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await step.look(step_context(step, tmp_path, clock=clock), board)


async def test_what_is_waited_for_and_how_long_is_shown(tmp_path):
    step = WaitStep("api", initial=10.0, within=120.0, holds=5.0)
    assert (await step.prepare(step_context(step, tmp_path))).lines == (
        "until api is OK",
        "look every 2 s, for at most 2 m 0 s, first after 10 s; it must hold for 5 s",
    )
    tcp = WaitStep(tcp=Template("{{ host }}:5432"))
    action = await tcp.prepare(step_context(tcp, tmp_path, values={"host": "db1"}))
    assert action.lines[0] == "until a connection to db1:5432"

"""The step kind soak: watches checks against the baseline, and ends early on a regression."""

from __future__ import annotations

import asyncio

import pytest

from checks.model import Level, Observation, Reading
from checks.testing import FakeClock
from runbooks.model import StepPlan
from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.soak import SoakStep
from runbooks.testing import FakeBoard, step_context

OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


class Soaked:
    """A soak that was run to its end while time passed."""

    def __init__(self, outcome, elapsed):
        self.outcome = outcome
        self.elapsed = elapsed


async def soaked(step, board, clock, tmp_path, *, plan=None, seconds=7200.0):
    context = step_context(step, tmp_path, clock=clock, plan=plan)
    began = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_caught(step.look(context, board)))
        while not task.done() and clock.monotonic() - began < seconds:
            await clock.advance(1.0)
    return Soaked(task.result(), clock.monotonic() - began)


async def _caught(look):
    try:
        return await look
    except FailedError as error:
        return error


async def watched(tmp_path, course, *, baseline=None, attempts=3, **options):
    """Soak one check for ten minutes, a probe each minute; the first of the course is the baseline."""
    clock = FakeClock()
    levels = None if baseline is None else {"api": baseline}
    board = FakeBoard({"api": course}, clock=clock, attempts=attempts, baseline=levels)
    done = await soaked(SoakStep(600.0, ("api",), 60.0, **options), board, clock, tmp_path)
    return done, board


async def test_a_soak_lasts_as_long_as_it_says_and_sums_up(tmp_path):
    done, board = await watched(tmp_path, (OK,))
    assert done.outcome.ending is Ending.SUCCEEDED
    assert done.outcome.applied is Applied.NONE
    assert 600 <= done.elapsed <= 601
    assert len(board.probes) == 11
    assert done.outcome.summary == "1 check for 10 m 0 s: none worse than before; worst level OK"
    assert done.outcome.detail == "api: OK 11"


async def test_one_bad_result_that_is_not_confirmed_is_let_pass_and_told(tmp_path):
    done, _ = await watched(tmp_path, (OK, OK, OK, CRIT, OK))
    assert done.outcome.ending is Ending.SUCCEEDED
    assert "worst level CRIT" in done.outcome.summary
    assert done.outcome.detail == "api: OK 10, CRIT 1"


async def test_two_bad_results_in_a_row_end_it_early(tmp_path):
    done, _ = await watched(tmp_path, (OK, OK, CRIT, CRIT, OK))
    assert done.outcome.error_class == "regression"
    assert done.outcome.summary == "api was OK and is CRIT: seen CRIT"
    assert done.elapsed <= 121


async def test_a_hard_state_ends_it_at_once(tmp_path):
    done, _ = await watched(tmp_path, (OK, OK, CRIT, OK), attempts=1)
    assert done.outcome.error_class == "regression"
    assert done.elapsed <= 61


async def test_more_can_be_tolerated(tmp_path):
    done, _ = await watched(tmp_path, (OK, CRIT, CRIT, CRIT, OK), tolerate=4)
    assert done.outcome.ending is Ending.SUCCEEDED
    done, _ = await watched(tmp_path, (OK, CRIT, CRIT, CRIT, CRIT, OK), tolerate=4)
    assert done.outcome.error_class == "regression"
    assert done.elapsed <= 181


async def test_what_was_bad_before_is_no_regression_but_getting_worse_is(tmp_path):
    done, _ = await watched(tmp_path, (WARN,))
    assert done.outcome.ending is Ending.SUCCEEDED
    done, _ = await watched(tmp_path, (WARN, WARN, CRIT, CRIT))
    assert done.outcome.summary == "api was WARN and is CRIT: seen CRIT"


async def test_the_baseline_is_that_of_the_walk_not_that_of_the_soak(tmp_path):
    done, _ = await watched(tmp_path, (CRIT,), baseline=OK)
    assert done.outcome.error_class == "regression"
    assert done.elapsed <= 61


async def test_what_can_no_longer_be_measured_is_worse_than_ok(tmp_path):
    done, _ = await watched(tmp_path, (OK, UNKNOWN))
    assert done.outcome.error_class == "regression"


@pytest.mark.parametrize("before", [WARN, UNKNOWN])
async def test_what_could_not_be_measured_at_the_end_is_not_passed_as_good(tmp_path, before):
    done, _ = await watched(tmp_path, (before, UNKNOWN))
    assert done.outcome.error_class == "not_measured"
    assert "api" in done.outcome.summary


async def test_a_bad_result_right_at_the_end_is_looked_into(tmp_path):
    clock = FakeClock()
    well = FakeBoard({"api": (*(OK,) * 11, CRIT, OK)}, clock=clock)
    done = await soaked(SoakStep(600.0, ("api",), 60.0), well, clock, tmp_path)
    assert done.outcome.ending is Ending.SUCCEEDED
    assert 660 <= done.elapsed <= 661
    clock = FakeClock()
    bad = FakeBoard({"api": (*(OK,) * 11, CRIT)}, clock=clock)
    done = await soaked(SoakStep(600.0, ("api",), 60.0), bad, clock, tmp_path)
    assert done.outcome.error_class == "regression"


async def test_worst_readings_are_told(tmp_path):
    clock = FakeClock()
    seen = [
        Observation("fine", readings=(Reading("latency", value, "s"),)) for value in (0.1, 0.084, 1.2, 0.1)
    ]
    board = FakeBoard({"api": seen}, clock=clock)
    done = await soaked(SoakStep(600.0, ("api",), 60.0), board, clock, tmp_path)
    assert done.outcome.detail == "api: OK 11; latency 84 ms to 1.2 s"


async def test_without_checks_it_watches_the_guards_of_the_step_else_all(tmp_path):
    clock = FakeClock()
    board = FakeBoard({"api": (OK,), "disk": (OK, CRIT)}, clock=clock)
    plan = StepPlan("soak", "soak", guards=("api",))
    done = await soaked(SoakStep(60.0), board, clock, tmp_path, plan=plan)
    assert done.outcome.detail == "api: OK 11"
    done = await soaked(SoakStep(60.0), board, clock, tmp_path)
    assert done.outcome.summary.startswith("disk was OK and is CRIT")
    assert "api: OK" in done.outcome.detail


async def test_what_is_watched_is_shown(tmp_path):
    step = SoakStep(600.0, ("api", "disk"), 60.0)
    assert (await step.prepare(step_context(step, tmp_path))).lines == (
        "watch api",
        "watch disk",
        "for 10 m 0 s, every 1 m 0 s; 2 worse results in a row end it",
    )

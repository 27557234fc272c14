"""The step kind check: what must be well now."""

import pytest

from checks.model import Level
from runbooks.outcome import Ending, FailedError
from runbooks.steps.check import CheckStep
from runbooks.testing import FakeBoard, step_context


async def looked(step, board, tmp_path):
    return await step.look(step_context(step, tmp_path), board)


async def test_it_goes_by_a_new_probe_not_by_what_is_on_the_board(tmp_path):
    board = FakeBoard({"api": (Level.CRIT, Level.OK)})
    assert board.snapshot.state("api").level is Level.CRIT
    outcome = await looked(CheckStep("api"), board, tmp_path)
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.summary == "api OK: seen OK"
    assert board.probes == [("api",)]


async def test_every_check_that_is_not_well_is_told(tmp_path):
    board = FakeBoard({"api": (Level.OK,), "disk": (Level.CRIT,), "queue": (Level.WARN,)})
    with pytest.raises(FailedError) as failed:
        await looked(CheckStep(("api", "disk", "queue")), board, tmp_path)
    assert failed.value.error_class == "check"
    assert failed.value.summary == "2 of 3 not well: disk CRIT: seen CRIT; queue WARN: seen WARN"
    assert "api OK: seen OK" in failed.value.detail


@pytest.mark.parametrize("level", [Level.OK, Level.WARN])
async def test_warn_can_be_good_enough(tmp_path, level):
    outcome = await looked(CheckStep("disk", "WARN"), FakeBoard({"disk": (level,)}), tmp_path)
    assert outcome.ending is Ending.SUCCEEDED


@pytest.mark.parametrize("level", [Level.UNKNOWN, Level.CRIT])
async def test_what_could_not_be_measured_is_never_good_enough(tmp_path, level):
    with pytest.raises(FailedError):
        await looked(CheckStep("disk", "WARN"), FakeBoard({"disk": (level,)}), tmp_path)


async def test_the_newest_result_can_be_enough_but_not_when_it_is_stale(tmp_path):
    board = FakeBoard({"api": (Level.OK, Level.CRIT)})
    step = CheckStep("api", fresh=False)
    assert (await looked(step, board, tmp_path)).ending is Ending.SUCCEEDED
    assert not board.probes
    stale = FakeBoard({"api": (Level.OK,)})
    stale.make_stale("api")
    with pytest.raises(FailedError) as failed:
        await looked(step, stale, tmp_path)
    assert "api UNKNOWN (stale)" in failed.value.summary


async def test_what_is_looked_at_is_shown(tmp_path):
    step = CheckStep(("api", "disk"), "WARN")
    lines = (await step.prepare(step_context(step, tmp_path))).lines
    assert lines == ("probe api: must be WARN or better", "probe disk: must be WARN or better")

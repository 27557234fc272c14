"""A command whose program is stopped: asked about when its time is over, and ended when somebody says so."""

import pytest

from runbooks import decisions
from runbooks.model import Plan, WindowNeed
from runbooks.outcome import Applied, Ending
from runbooks.walk import Status
from tests.runbooks.walking.stage import Stage, command


@pytest.mark.fault("step:command", "helper_hang")
@pytest.mark.fault("step:command", "total_timeout")
async def test_a_stopped_program_is_asked_about_and_ended_when_somebody_says_so(tmp_path):
    step = command("hangs", "sh", "-c", "kill -STOP $$; sleep 600", timeout=0.3)
    plan = Plan("test", steps=(step,), window=WindowNeed.ANY, target="target")
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.confirm("hangs")
        await stage.until(lambda s: s.live.overdue)
        assert stage.walk.state("hangs").status is Status.STARTED
        await stage.decide(decisions.EndProgram("hangs", 1, "it does not move"))
        await stage.ended("hangs")
        outcome = stage.walk.state("hangs").outcome
    assert (outcome.ending, outcome.error_class, outcome.applied) == (
        Ending.FAILED,
        "terminated",
        Applied.PARTIAL,
    )

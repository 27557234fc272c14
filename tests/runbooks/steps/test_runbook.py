"""The step kind runbook: a heading."""

import pytest

from runbooks.outcome import Applied, Ending
from runbooks.steps.runbook import RunbookStep
from runbooks.testing import FakeBoard, step_context


@pytest.mark.parametrize(
    ("steps", "said"),
    [(0, "the steps of deploy follow"), (1, "1 step of deploy follow"), (7, "7 steps of deploy follow")],
)
async def test_it_says_what_follows_and_does_nothing(tmp_path, steps, said):
    step = RunbookStep("deploy", steps)
    context = step_context(step, tmp_path)
    assert said in (await step.prepare(context)).lines[0]
    outcome = await step.look(context, FakeBoard({}))
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.NONE)
    assert not list(tmp_path.iterdir())

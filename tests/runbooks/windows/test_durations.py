"""How the time in a window stands by what a real journal has recorded, nested runbooks included."""

from datetime import UTC

import pytest

from checks.testing import FakeClock
from runbooks.journal.journal import Journal
from runbooks.model import Plan
from runbooks.walk import Status, StepState, Walk
from runbooks.windows.budget import budget, late
from runbooks.windows.durations import usual_seconds
from tests.runbooks.document.writing import Desk, desk  # noqa: F401 - a fixture
from tests.runbooks.journal.drafting import ended, opened, took

UNTIL = 1_800_100_000.0
DEPLOY = """
    runbook: deploy
    steps:
      - {id: pull, kind: do, expected: 1 m, undo: {kind: do}}
      - {id: up, kind: do, expected: 1 m, undo: none}
"""
OUTER = """
    runbook: it
    steps:
      - {id: new, kind: runbook, runbook: deploy}
      - {id: switch, kind: do, expected: 1 m, undo: {kind: do}}
"""


@pytest.fixture
def plan(desk: Desk) -> Plan:  # noqa: F811
    return desk.plan(OUTER, deploy=DEPLOY)


async def usual(tmp_path, plan: Plan, *walks: dict[str, float]) -> dict[str, float]:
    """What each step usually takes, by a journal with these walks."""
    async with Journal(tmp_path / "t.journal.db", FakeClock()) as journal:
        for number, steps in enumerate(walks):
            name = f"w{number}"
            written = [took(name, step, seconds) for step, seconds in steps.items()]
            await journal.append(opened(name, plan.name), *written, ended(name))
        await journal.append(opened("of-another", "deploy"), took("of-another", "pull", 9999.0))
        return usual_seconds(plan, await journal.durations(plan.name))


def walk(plan: Plan, **states: Status) -> Walk:
    done = {"status": Status.SUCCEEDED, "touched": True}
    steps = tuple(
        StepState(step.id, **(done if states.get(step.id.replace(".", "_")) is Status.SUCCEEDED else {}))
        for step in plan.steps
    )
    return Walk("w", plan, steps=steps)


async def test_until_there_is_a_history_the_runbook_counts(tmp_path, plan: Plan) -> None:
    known = await usual(tmp_path, plan)
    assert known == {"new.pull": 60.0, "new.up": 60.0, "switch": 60.0}
    spent = budget(walk(plan), known, UNTIL)
    assert spent is not None
    assert spent.unknown == (), "the heading of a nested runbook takes no time"
    # Nobody has undone it: a minute forward, a minute back.
    assert (spent.rest, spent.safe_until, spent.estimated) == (180, UNTIL - 120, True)


async def test_the_steps_of_a_nested_runbook_count_as_they_took_within_this_one(tmp_path, plan: Plan) -> None:
    known = await usual(
        tmp_path,
        plan,
        {"new.pull": 100.0, "new.up": 50.0, "switch": 30.0},
        {"new.pull": 110.0, "new.up": 52.0, "switch": 31.0, "new.pull.undo": 200.0},
        {"new.pull": 86_400.0, "new.up": 51.0, "switch": 32.0},
    )
    assert (known["new.pull"], known["new.up"], known["switch"]) == (110.0, 51.0, 31.0)
    spent = budget(walk(plan), known, UNTIL)
    assert spent is not None
    assert (spent.rest, spent.back, spent.safe_until) == (192, 200, UNTIL - 110 - 200)
    half = walk(plan, new=Status.SUCCEEDED, new_pull=Status.SUCCEEDED, new_up=Status.SUCCEEDED)
    spent = budget(half, known, UNTIL)
    assert spent is not None
    # Forward is what is left of it; back goes over what was done, and over the step that is next.
    assert (spent.rest, spent.back, spent.safe_until) == (31, 200 + 31, UNTIL - 31 - 231)
    assert not late(half, spent, spent.safe_until, UTC)
    assert late(half, spent, spent.safe_until + 1, UTC)


async def test_a_step_that_failed_or_was_never_done_teaches_nothing(tmp_path, plan: Plan) -> None:
    async with Journal(tmp_path / "t.journal.db", FakeClock()) as journal:
        await journal.append(opened("w", plan.name), took("w", "switch", 1.0, well=False))
        assert usual_seconds(plan, await journal.durations(plan.name))["switch"] == 60.0

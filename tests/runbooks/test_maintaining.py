"""What a walk puts into maintenance and expects to fail: no guard then, until it is through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.board import CheckState, Snapshot
from checks.model import Level, Observation, Result
from runbooks.maintaining import expected, in_maintenance
from runbooks.model import Plan, StepPlan
from runbooks.outcome import Ending, Outcome
from runbooks.walk import Stage, Status, StepState, Walk
from runbooks.walking.guarding import regressed

AT = 1_800_000_000.0
EVERY = frozenset({"api", "db", "web"})
RESTART = StepPlan("restart", "command", changes=True, expects=("api",), verify=(StepPlan("look", "check"),))
TOLD = StepPlan("enter", "maintenance", changes=True)
PLAN = Plan("update", guards=("api", "db"), steps=(TOLD, RESTART))
BEFORE = StepState("restart")
RUNS = StepState("restart", Status.STARTED, 1, started_at=AT)
FAILED = replace(RUNS, status=Status.FAILED, ended_at=AT + 10)
ENDED = replace(RUNS, status=Status.SUCCEEDED, ended_at=AT + 10)
VERIFIED = replace(ENDED, verified=True)


def walk(step: StepState = RUNS, plan: Plan = PLAN, **more) -> Walk:
    baseline = dict.fromkeys(EVERY, "OK")
    return Walk("w1", plan, steps=(StepState("enter"), step), baseline=baseline, **more)


def down(name: str = "api", at: float = AT + 5) -> CheckState:
    result = Result(name, Level.CRIT, at, 0.1, Observation("refused"))
    return CheckState(name, result, Level.CRIT, Level.CRIT, 3, is_hard=True)


@pytest.mark.parametrize(
    ("step", "seen", "pauses"),
    [
        (BEFORE, AT - 5, True),
        (RUNS, AT + 5, False),
        (FAILED, AT + 15, False),
        (ENDED, AT + 15, False),
        (VERIFIED, AT + 5, False),
        (VERIFIED, AT + 15, True),
    ],
    ids=["not begun", "runs", "failed", "not verified", "not looked at since", "bad at the end"],
)
def test_what_a_step_expects_to_fail_pauses_nothing_until_it_is_through(step, seen, pauses) -> None:
    snapshot = Snapshot(1, AT, (down("api", seen),))
    assert regressed(walk(step), snapshot) == (("api",) if pauses else ())
    assert ("api" in in_maintenance(walk(step), EVERY, snapshot.states)) is not pauses


def test_other_guards_pause_all_the_same() -> None:
    assert regressed(walk(), Snapshot(1, AT, (down("api"), down("db")))) == ("db",)


def test_what_a_runbook_expects_holds_to_the_end_of_the_walk_and_no_longer() -> None:
    plan = replace(PLAN, expects=("db", "gone"))
    assert expected(walk(BEFORE, plan), ()) == {"db", "gone"}
    assert in_maintenance(walk(BEFORE, plan), EVERY) == {"db"}
    assert regressed(walk(VERIFIED, plan), Snapshot(1, AT, (down("db", AT + 99),))) == ()
    assert in_maintenance(walk(BEFORE, plan, stage=Stage.OVER), EVERY) == frozenset()


def test_the_last_step_that_says_so_counts_but_not_against_what_is_expected() -> None:
    def said(mode: str, checks: str, at: float) -> StepState:
        facts = {"console_maintenance": mode, "console_checks": checks}
        outcome = Outcome(Ending.SUCCEEDED, facts=facts)
        return StepState("enter", Status.SUCCEEDED, 1, started_at=at, ended_at=at, outcome=outcome)

    on = replace(walk(BEFORE), steps=(said("on", "", AT), BEFORE))
    assert in_maintenance(on, EVERY) == EVERY
    off = replace(walk(RUNS), steps=(said("on", "web", AT), RUNS), last=(said("off", "web api", AT + 1),))
    assert in_maintenance(off, EVERY, (down(),)) == {"api"}

"""Approvals as they are written: which steps wait for another user, and what makes no sense."""

from __future__ import annotations

import pytest

from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.state import Means
from runbooks.calendar.warnings import unfulfilled
from runbooks.model import Plan, Risk
from tests.runbooks.document.writing import Desk

HIGH = "runbook: it\nrisk: high\nguards: [api-health]\n"
DANGER = """
    runbook: danger
    risk: high
    guards: [api-health]
    steps:
      - {id: look, kind: see}
      - {id: drop, kind: do, undo: none, approval: required}
      - {id: after, kind: do, undo: none}
    finally:
      - {id: tidy, kind: do}
"""
TAME = """
    runbook: tame
    steps:
      - {id: look, kind: see}
      - {id: turn, kind: do, undo: none}
"""


def read(desk: Desk, text: str, **others: str) -> Plan:
    """Return the plan of a runbook; that nobody can approve anything here is warned of."""
    library = desk.library(it=text, **others)
    assert not [str(problem) for one in library.broken for problem in one.problems]
    return library.plan("it")


def waiting(plan: Plan) -> list[str]:
    """Return the steps that another user has to approve."""
    return [step.id for step in plan.all_steps() if step.approval]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "runbook: it\nrisk: medium\napproval: required\nsteps:\n  - {id: a, kind: do, undo: none}\n",
            "it.yaml:3:1: approval: needs risk: high",
        ),
        (
            "runbook: it\nsteps:\n  - id: a\n    kind: do\n    undo: none\n    approval: required\n",
            "it.yaml:6:5: steps[0].approval: needs risk: high",
        ),
        (HIGH + "approval: yes\n", "it.yaml:4:1: approval: must be 'none' or 'required'"),
        (
            HIGH + "steps:\n  - id: a\n    kind: see\n    approval: required\n",
            "it.yaml:7:5: steps[0].approval: is for steps that change something",
        ),
        (
            HIGH + "steps: []\nfinally:\n  - id: a\n    kind: do\n    approval: required\n",
            "it.yaml:8:5: finally[0].approval: the steps of finally: are always run",
        ),
        (
            HIGH + "steps: []\nfinally:\n  - id: a\n    kind: runbook\n    runbook: danger\n",
            "it.yaml:8:5: finally[0].runbook: danger has steps that another user has to approve, and the",
        ),
        (
            HIGH + "steps:\n  - {id: a, kind: do, undo: none, approval: required}\n",
            "it.yaml:5:35: steps[0].approval: warning: nobody can approve it",
        ),
    ],
)
def test_what_makes_no_sense_is_told_at_its_line(desk: Desk, text: str, said: str) -> None:
    found = desk.complaints(text, danger=DANGER)
    assert [line for line in found if line.startswith(said)], found


def test_all_changing_steps_wait_but_those_of_the_end_and_those_that_only_look(desk: Desk) -> None:
    steps = DANGER.replace(", approval: required", "").replace("runbook: danger", "runbook: it")
    assert waiting(read(desk, steps.replace("risk: high", "risk: high\n    approval: required"))) == [
        "drop",
        "after",
    ]
    said_no = steps.replace("risk: high", "risk: high\n    approval: required").replace(
        "id: after, kind: do", "id: after, kind: do, approval: none"
    )
    assert waiting(read(desk, said_no)) == ["drop"]


def test_a_runbook_within_another_keeps_its_approvals_and_makes_the_other_as_risky(desk: Desk) -> None:
    outer = "runbook: it\nguards: [api-health]\nsteps:\n  - {id: new, kind: runbook, runbook: danger}\n"
    plan = read(desk, outer, danger=DANGER)
    assert (plan.risk, waiting(plan)) == (Risk.HIGH, ["new.drop"])


def test_a_runbook_that_asks_for_approvals_asks_for_those_of_what_is_within_it(desk: Desk) -> None:
    outer = HIGH + "approval: required\nsteps:\n  - {id: new, kind: runbook, runbook: tame}\n"
    assert waiting(read(desk, outer, tame=TAME)) == ["new.turn"]
    deep = "runbook: it\nguards: [api-health]\nsteps:\n  - {id: top, kind: runbook, runbook: mid}\n"
    mid = outer.replace("runbook: it", "runbook: mid")
    assert waiting(read(desk, deep, mid=mid, tame=TAME)) == ["top.new.turn"]


def test_branches_wait_like_all_others(desk: Desk) -> None:
    text = HIGH + (
        "approval: required\nsteps:\n  - id: way\n    kind: choice\n    prompt: Which?\n"
        "    branches: {a: [{id: deep, kind: do, undo: none}], b: }\n"
    )
    assert waiting(read(desk, text)) == ["deep"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("/usr/bin/walkdown", "run", "--system", "/etc/shop", "danger", "--auto"), True),
        (("walkdown", "run", "danger"), False),
        (("walkdown", "run", "tame", "--auto"), False),
        (("echo", "run", "danger", "--auto"), False),
    ],
)
def test_a_task_that_walks_such_a_runbook_by_itself_is_warned_of(
    desk: Desk, command: tuple[str, ...], told: bool
) -> None:
    plans = desk.library(danger=DANGER, tame=TAME).plans
    task = TaskPlan("nightly", means=Means.COMMAND, command=command)
    said = "danger has steps that another user has to approve, so --auto refuses it"
    assert unfulfilled([task], plans) == ((f"tasks.nightly.command: warning: {said}",) if told else ())

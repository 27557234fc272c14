"""What is written in a runbook stands in its plan: its top, its inputs, its steps with all that they say."""

from __future__ import annotations

from runbooks.model import Condition, InputPlan, OnFailure, Risk, ServicePlan, WindowNeed, decode, encode
from tests.runbooks.document.writing import Desk

WHOLE = r"""
    runbook: it
    title: Minor update
    summary: Pull and restart, with a way back.
    risk: high
    window: required
    target: api
    guards: [api-health]
    refs: [RB-1]
    inputs:
      version: {prompt: Target version, pattern: '\d+\.\d+'}
      mode: {choices: [full, quick], default: quick}
      key: {secret: true}
      why:
    steps:
      - id: backup
        kind: do
        title: Back up before {{ version }}
        text: |
          Everything below can be undone
          to this point.
        run: ["{{ root }}/backup", --label, "{{ version }}"]
        env: {KEY: "{{ secret.key }}", TOKEN: "Bearer {{ secret.token }}"}
        expected: 6 m
        timeout: 15 m
        verify: {check: database, within: 30 s}
        undo: none
        guards: [database]
        refs: [RB-1.1]
      - id: restart
        kind: do
        service: api
        when: {mode: full, why: [a, b]}
        undo:
          - {kind: do, service: api, run: [back, "{{ version }}"], title: Go back}
          - {kind: ask, prompt: Look}
        verify:
          - {check: [api-health, database]}
          - {kind: see, check: api-health, retries: 3}
        point_of_no_return: true
        on_failure: rollback
      - {id: drop, kind: do, irreversible: true, setup: true, auto: false}
      - {id: look, kind: see, retries: 2, lasts: 10 m}
    finally:
      - {id: leave, kind: do, service: worker}
"""


def test_the_top_says_what_was_written(desk: Desk) -> None:
    plan = desk.plan(WHOLE)
    assert (plan.name, plan.title, plan.summary) == (
        "it",
        "Minor update",
        "Pull and restart, with a way back.",
    )
    assert (plan.risk, plan.window, plan.target) == (Risk.HIGH, WindowNeed.REQUIRED, "api")
    assert (plan.guards, plan.refs) == (("api-health",), ("RB-1",))
    assert plan.source == str(desk.folder / "runbooks" / "it.yaml")
    assert plan.inputs == (
        InputPlan("version", "Target version", r"\d+\.\d+"),
        InputPlan("mode", choices=("full", "quick"), default="quick"),
        InputPlan("key", secret=True),
        InputPlan("why"),
    )


def test_what_is_changed_is_the_system_when_nobody_says(desk: Desk) -> None:
    inner = "runbook: inner\ntarget: shop\nsteps: [{id: a, kind: do, undo: none}]"
    assert desk.plan("steps: [{id: x, kind: runbook, runbook: inner}]", inner=inner).target == "shop"


def test_a_step_has_its_options_filled_in_and_its_names_kept(desk: Desk) -> None:
    step = desk.plan(WHOLE).step("backup")
    assert step.title == "Back up before {{ version }}"
    assert step.text == "Everything below can be undone\nto this point.\n"
    assert step.options["run"] == [
        {"text": "/opt/shop/backup"},
        {"text": "--label"},
        {"text": "{{ version }}"},
    ]
    assert step.options["env"] == {
        "KEY": {"text": "{{ secret.key }}"},
        "TOKEN": {"text": "Bearer {{ secret.token }}"},
    }
    assert (step.changes, step.expected, step.timeout) == (True, 360.0, 900.0)
    assert (step.undo, step.irreversible, step.guards, step.refs) == ((), False, ("database",), ("RB-1.1",))


def test_verify_and_undo_are_steps_with_ids_of_their_own(desk: Desk) -> None:
    plan = desk.plan(WHOLE)
    (short,) = plan.step("backup").verify
    assert (short.id, short.kind, short.changes) == ("backup.verify", "wait", False)
    assert (short.options["check"], short.options["within"]) == ("database", 30.0)
    restart = plan.step("restart")
    assert [part.id for part in (*restart.undo, *restart.verify)] == [
        "restart.undo",
        "restart.undo-2",
        "restart.verify",
        "restart.verify-2",
    ]
    assert (restart.undo[0].title, restart.undo[0].changes) == ("Go back", True)
    assert restart.verify[0].options["check"] == ["api-health", "database"]
    assert (restart.verify[1].kind, restart.verify[1].retries) == ("see", 3)
    assert [step.id for step in plan.all_steps()][:2] == ["backup", "backup.verify"]


def test_conditions_and_what_becomes_of_failures_are_kept(desk: Desk) -> None:
    plan = desk.plan(WHOLE)
    restart, drop, look = plan.step("restart"), plan.step("drop"), plan.step("look")
    assert restart.when == (Condition("mode", ("full",)), Condition("why", ("a", "b")))
    assert (restart.point_of_no_return, restart.on_failure) == (True, OnFailure.ROLL_BACK)
    assert (drop.irreversible, drop.setup, drop.auto) == (True, True, False)
    assert (look.changes, look.retries, look.auto) == (False, 2, True)


def test_a_step_that_looks_for_a_time_has_that_time_and_more(desk: Desk) -> None:
    look = desk.plan(WHOLE).step("look")
    assert (look.expected, look.timeout) == (600.0, 900.0)


def test_the_steps_of_finally_need_no_way_back(desk: Desk) -> None:
    (leave,) = desk.plan(WHOLE).last
    assert (leave.id, leave.changes, leave.undo) == ("leave", True, ())


def test_the_services_that_are_named_are_in_the_plan_and_no_others(desk: Desk) -> None:
    desk.system()
    both = desk.plan(WHOLE)
    assert both.services == (
        ServicePlan("api", "fake", {"unit": "/opt/shop/api", "wait": 1.0}),
        ServicePlan("worker", "fake", {"unit": "worker", "wait": 1.0}),
    )
    assert desk.plan("steps: [{id: a, kind: do, service: worker, undo: none}]").services == both.services[1:]


def test_a_plan_comes_back_from_its_journal_as_it_was(desk: Desk) -> None:
    plan = desk.plan(WHOLE)
    assert decode(encode(plan)) == plan


def test_a_kind_says_whether_it_changes_something_and_a_step_may_know_better(desk: Desk) -> None:
    plan = desk.plan(
        """
        steps:
          - {id: by-kind, kind: do, undo: none}
          - {id: by-option, kind: do, harmless: true, retries: 2}
          - {id: said, kind: do, changes: false, retries: 2}
          - {id: by-hand, kind: ask, changes: true, irreversible: true}
        """
    )
    assert [step.changes for step in plan.steps] == [True, False, False, True]


def test_the_branches_of_a_choice_follow_it_under_conditions(desk: Desk) -> None:
    plan = desk.plan(
        """
        steps:
          - id: way
            kind: choice
            prompt: Which way?
            labels: {left: to the left}
            branches:
              left:
                - {id: turn, kind: do, undo: none, when: {way: left}}
                - id: again
                  kind: choice
                  save: deeper
                  by: "{{ way }}"
                  branches: {"1.10": [{id: ten, kind: see}], no: }
              right: []
          - {id: after, kind: see}
        """
    )
    assert [(step.id, step.when) for step in plan.steps] == [
        ("way", ()),
        ("turn", (Condition("way", ("left",)),)),
        ("again", (Condition("way", ("left",)),)),
        ("ten", (Condition("way", ("left",)), Condition("deeper", ("1.10",)))),
        ("after", ()),
    ]
    way, again = plan.step("way"), plan.step("again")
    assert (way.options["values"], way.options["save"]) == (["left", "right"], "way")
    assert (again.options["values"], again.options["save"]) == (["1.10", "no"], "deeper")
    assert (way.auto, again.auto, way.changes) == (False, True, False)


def test_values_of_a_choice_may_stand_alone(desk: Desk) -> None:
    plan = desk.plan(
        """
        steps:
          - {id: way, kind: choice, prompt: Which?, values: [a, b, c], branches: {a: [{id: x, kind: see}]}}
          - {id: y, kind: see, when: {way: [b, c]}}
        """
    )
    assert plan.step("y").when == (Condition("way", ("b", "c")),)


def test_what_terminals_could_be_hurt_by_is_gone_from_what_is_shown(desk: Desk) -> None:
    plan = desk.plan(
        r"""
        title: "a\e[2Jb"
        steps: [{id: a, kind: see, title: "x\e[2J", text: "one\ntwo\u202e", refs: ["\e"]}]
        """
    )
    step = plan.step("a")
    for text in (plan.title, step.title, *step.text.splitlines(), *step.refs):
        assert text.isprintable()
    assert step.text.startswith("one\ntwo")

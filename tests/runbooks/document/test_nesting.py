"""A runbook in another: its steps under the id of the one that names it, inputs given, names apart."""

from __future__ import annotations

import pytest

from runbooks.model import Condition, Risk, WindowNeed
from tests.runbooks.document.writing import Desk

DEPLOY = """
    runbook: deploy
    guards: [api-health]
    inputs:
      version: {pattern: '\\d+'}
      mode: {choices: [full, quick], default: quick}
      key: {secret: true}
    steps:
      - id: pull
        kind: do
        title: Pull {{ version }}
        run: [pull, "v{{ version }}-{{ mode }}"]
        env: {KEY: "{{ secret.key }}", TOKEN: "{{ secret.token }}"}
        capture: {image: /id}
        guards: [database]
        undo: {kind: do, run: [drop, "{{ image }}"], after: pull}
        verify: {check: api-health}
      - {id: pin, kind: ask, save: pin, secret: true}
      - {id: full, kind: do, undo: none, when: {mode: full}, env: {PIN: "{{ secret.pin }}"}}
      - {id: up, kind: do, service: api, undo: none, after: pull, part: {says: "{{ image }}"}}
      - id: way
        kind: choice
        prompt: Which?
        branches: {a: [{id: deeper, kind: do, undo: none}], b: }
    finally:
      - {id: tidy, kind: do, run: ["{{ version }}"]}
"""
OUTER = """
    runbook: it
    inputs:
      number: {pattern: '\\d+'}
    steps:
      - {id: first, kind: see}
      - id: new
        kind: runbook
        runbook: deploy
        title: Deploy {{ number }}
        with: {version: "{{ number }}", mode: MODE, key: "{{ secret.db }}"}
      - {id: last, kind: do, undo: none, after: new.up, run: ["{{ new.image }}"], when: {new.way: a}}
    finally:
      - {id: end, kind: do}
"""


def outer(mode: str = "full") -> str:
    return OUTER.replace("MODE", mode)


def test_its_steps_follow_the_heading_under_its_id(desk: Desk) -> None:
    plan = desk.plan(outer(), deploy=DEPLOY)
    names = ["first", "new", "new.pull", "new.pin", "new.full", "new.up", "new.way", "new.deeper", "last"]
    assert [step.id for step in plan.steps] == names
    assert [step.id for step in plan.last] == ["new.tidy", "end"]
    assert plan.step("new").options == {"runbook": "deploy", "steps": 6}
    assert plan.step("new").title == "Deploy {{ number }}"
    assert [one.name for one in plan.inputs] == ["number"]
    assert [service.name for service in plan.services] == ["api"]


def test_its_inputs_are_replaced_and_its_names_get_the_id_before_them(desk: Desk) -> None:
    plan = desk.plan(outer(), deploy=DEPLOY)
    pull, up = plan.step("new.pull"), plan.step("new.up")
    assert pull.title == "Pull {{ number }}"
    assert pull.options["run"][1] == {"text": "v{{ number }}-full"}
    assert pull.options["env"] == {
        "KEY": {"text": "{{ secret.db }}"},
        "TOKEN": {"text": "{{ secret.token }}"},
    }
    assert pull.options["capture"] == {"new.image": "/id"}
    assert pull.guards == ("api-health", "database")
    (undo,), (verify,) = pull.undo, pull.verify
    assert (undo.id, undo.options["run"][1], undo.options["after"]) == (
        "new.pull.undo",
        {"text": "{{ new.image }}"},
        "new.pull",
    )
    assert verify.id == "new.pull.verify"
    assert (up.options["after"], up.options["part"]["says"]) == ("new.pull", {"text": "{{ new.image }}"})
    assert plan.step("new.pin").options["save"] == "new.pin"
    assert plan.step("new.full").options["env"] == {"PIN": {"text": "{{ secret.new.pin }}"}}
    assert plan.step("new.way").options["save"] == "new.way"
    assert plan.step("new.deeper").when == (Condition("new.way", ("a",)),)


def test_steps_that_its_inputs_rule_out_are_left_out(desk: Desk) -> None:
    plan = desk.plan(outer("quick"), deploy=DEPLOY)
    assert "new.full" not in [step.id for step in plan.steps]
    assert plan.step("new").options["steps"] == 5
    assert plan.step("new.pull").options["run"][1] == {"text": "v{{ number }}-quick"}


def test_a_condition_on_an_input_becomes_one_on_what_it_is_given(desk: Desk) -> None:
    text = outer("'{{ how }}'").replace("inputs:", "inputs:\n      how: {choices: [full, quick]}")
    plan = desk.plan(text, deploy=DEPLOY)
    assert plan.step("new.full").when == (Condition("how", ("full",)),)
    assert plan.step("new.pull").when == ()


def test_a_value_of_all_ways_through_an_input_stays_known(desk: Desk) -> None:
    inner = """
        runbook: inner
        inputs: {mode: {choices: [full, quick]}}
        steps:
          - {id: a, kind: ask, save: image, when: {mode: full}}
          - {id: b, kind: ask, save: image, when: {mode: quick}}
          - {id: c, kind: do, undo: none, run: ["{{ image }}"]}
    """
    text = "steps: [{id: x, kind: runbook, runbook: inner, with: {mode: quick}}, %s]"
    use = "{id: y, kind: do, undo: none, run: ['{{ x.image }}']}"
    plan = desk.plan(text.replace("%s", use), inner=inner)
    assert [step.id for step in plan.steps] == ["x", "x.b", "x.c", "y"]


def test_the_conditions_of_the_heading_are_those_of_all_within(desk: Desk) -> None:
    text = outer().replace("title: Deploy", "when: {number: '5'}\n        title: Deploy")
    text = text.replace("when: {new.way: a}", "when: {new.way: a, number: '5'}")
    plan = desk.plan(text, deploy=DEPLOY)
    five = Condition("number", ("5",))
    assert plan.step("new.pull").when == (five,)
    assert plan.step("new.deeper").when == (five, Condition("new.way", ("a",)))
    assert plan.last[0].when == (five,)


def test_it_is_as_strict_as_the_strictest_within(desk: Desk) -> None:
    strict = "runbook: strict\nrisk: high\nwindow: required\nguards: [database]\nsteps: [{id: a, kind: see}]"
    plan = desk.plan("steps: [{id: x, kind: runbook, runbook: strict}]", strict=strict)
    assert (plan.risk, plan.window) == (Risk.HIGH, WindowNeed.REQUIRED)


def test_runbooks_lie_in_one_another_over_several_floors(desk: Desk) -> None:
    call = "{id: m, kind: runbook, runbook: inner, with: {w: '{{ v }}'}}"
    middle = f"runbook: middle\ninputs: {{v: }}\nsteps: [{call}]"
    inner = (
        "runbook: inner\ninputs: {w: }\nsteps: [{id: i, kind: do, undo: none, run: ['{{ w }}'], save: got}]"
    )
    use = "{id: y, kind: do, undo: none, run: ['{{ x.m.got }}']}"
    text = f"steps: [{{id: x, kind: runbook, runbook: middle, with: {{v: 5}}}}, {use}]"
    plan = desk.plan(text, middle=middle, inner=inner)
    assert [step.id for step in plan.steps] == ["x", "x.m", "x.m.i", "y"]
    assert plan.step("x.m.i").options["run"] == [{"text": "5"}]
    assert plan.step("x.m.i").options["save"] == "x.m.got"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{version: '5'}", "with.key: is required: runbook deploy asks for it"),
        ("{version: '5', key: hunter2}", "with.key: is secret in runbook deploy: give it a secret, such as"),
        ("{version: '{{ secret.db }}', key: '{{ secret.db }}'}", "with.version: a secret may not stand here"),
        ("{version: x, key: '{{ secret.db }}'}", "with.version: 'x' does not match '\\\\d+'"),
        ("{version: '5', mode: slow, key: '{{ secret.db }}'}", "with.mode: 'slow' is none of full, quick"),
        (
            "{version: '5', mod: full, key: '{{ secret.db }}'}",
            "with.mod: runbook deploy has no such input; did",
        ),
        ("{version: '{{ nubmer }}', key: '{{ secret.db }}'}", "with.version: unknown name 'nubmer'; did you"),
        ("{version: true, key: '{{ secret.db }}'}", "with.version: must be text; put it in quotes"),
        (
            "{version: '5', mode: 'a{{ number }}', key: '{{ secret.db }}'}",
            "with: steps depend on input 'mode'",
        ),
        (
            "{version: 'v{{ number }}', key: '{{ secret.db }}'}",
            "with.version: warning: is not held against what",
        ),
        (
            "{version: '5', mode: '{{ number }}', key: '{{ secret.db }}'}",
            "with.mode: warning: is not held again",
        ),
        ("[a]", "with: must be a mapping"),
    ],
)
def test_what_it_is_given_must_be_what_it_asks_for(desk: Desk, given: str, said: str) -> None:
    head = outer().partition("with: {")[0]
    found = desk.complaints(f"{head}with: {given}\n", deploy=DEPLOY)
    assert [line for line in found if f"steps[1].{said}" in line], found
    assert len([line for line in found if "warning" not in line or "warning" in said]) == 1


def test_what_cannot_be_nested_says_why(desk: Desk) -> None:
    call = "{id: ID, kind: runbook, runbook: NAME}"
    found = desk.complaints(
        f"target: api\nsteps: [{call.replace('ID', 'a').replace('NAME', 'deploi')},"
        f" {call.replace('ID', 'b').replace('NAME', 'broken')},"
        f" {call.replace('ID', 'c').replace('NAME', 'other')},"
        "{id: d, kind: do, undo: none, run: ['{{ b.anything }}']}]",
        deploy="steps: [{id: a, kind: see}]",
        broken="steps: [{id: a, kind: do}]",
        other="steps: [{id: a, kind: do, undo: none}]",
    )
    said = [line.partition(": ")[2] for line in found if line.startswith("it.yaml")]
    assert said == [
        "steps[0].runbook: unknown runbook 'deploi'; did you mean 'deploy'?",
        "steps[1].runbook: runbook 'broken' cannot be used: it is broken itself",
        "steps[2].runbook: runbook other changes shop, this one api; both must name the same target",
    ]


def test_runbooks_that_go_round_in_a_circle_say_so_once(desk: Desk) -> None:
    def call(name: str) -> str:
        return f"steps: [{{id: x, kind: runbook, runbook: {name}}}]"

    found = desk.complaints(
        call("it"), a=call("b"), b=call("c"), c=call("a"), fine="steps: [{id: z, kind: see}]"
    )
    circles = [line.partition("circle: ")[2] for line in found if "circle" in line]
    assert sorted(circles) == ["a -> b -> c -> a", "it -> it"]
    assert [plan.name for plan in desk.library().plans] == ["fine"]


def test_five_floors_are_the_most(desk: Desk) -> None:
    floors = {f"f{n}": f"steps: [{{id: x, kind: runbook, runbook: f{n + 1}}}]" for n in range(1, 6)}
    found = desk.complaints(**floors, f6="steps: [{id: z, kind: see}]")
    assert [line for line in found if "it is broken" not in line] == [
        "f1.yaml:2:32: steps[0].runbook: runbooks lie within one another 6 deep; 5 is the most"
    ]


def test_five_hundred_steps_are_the_most(desk: Desk) -> None:
    ten = "steps: [" + ", ".join(f"{{id: s{n}, kind: see}}" for n in range(99)) + "]"
    calls = [f"{{id: c{n}, kind: runbook, runbook: hundred}}" for n in range(6)]
    assert len(desk.plan(f"steps: [{', '.join(calls[:5])}]", hundred=ten).steps) == 500
    found = desk.complaints(f"steps: [{', '.join(calls)}]", hundred=ten)
    assert [line.partition(": ")[2] for line in found] == [
        "steps[5]: more than 500 steps, those of nested runbooks included"
    ]

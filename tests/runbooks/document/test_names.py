"""Which names are known where: inputs everywhere, captured values after a step that is sure to be run."""

from __future__ import annotations

import pytest

from runbooks.document.scope import Captured, Scope, both, implies, never
from runbooks.model import Condition
from tests.runbooks.document.writing import Desk


def steps(*lines: str) -> str:
    return "runbook: it\nsteps:\n" + "".join(f"  - {line}\n" for line in lines)


def deep(one: str, other: str) -> str:
    return f"{{id: deep, kind: choice, prompt: p, branches: {{a: [{one}], b: [{other}]}}}}"


GET = "{id: get, kind: ask, save: image}"
USE = "{id: use, kind: do, undo: none, run: ['{{ image }}']}"


def test_a_value_is_known_to_the_steps_after_the_one_that_captures_it(desk: Desk) -> None:
    plan = desk.plan(steps("{id: x, kind: do, undo: none, capture: {image: /id}}", USE))
    assert plan.step("use").options["run"] == [{"text": "{{ image }}"}]


def test_a_value_is_not_known_before_nor_to_the_step_itself(desk: Desk) -> None:
    said = "'image' is not known yet: it is captured by step 'get'"
    assert [line.partition(": ")[2] for line in desk.complaints(steps(USE, GET))] == [
        f"steps[0].run[0]: {said}"
    ]
    own = "{id: get, kind: ask, save: image, prompt: 'not {{ image }}'}"
    assert said in desk.complaints(steps(own))[0]


def test_what_undoes_or_verifies_a_step_knows_what_it_captures(desk: Desk) -> None:
    undo = "{kind: do, run: [back, '{{ image }}'], after: get}"
    desk.plan(steps(f"{{id: get, kind: do, capture: {{image: x}}, undo: {undo}}}"))


WAY = "{id: way, kind: choice, prompt: p, branches: {left: [BRANCH], right: [OTHER]}}"


@pytest.mark.parametrize(
    ("branch", "other", "after", "fine"),
    [
        (GET, "", USE, False),
        (GET, "", USE.replace("undo", "when: {way: left}, undo"), True),
        (GET, "", USE.replace("undo", "when: {way: right}, undo"), False),
        (GET, "", USE.replace("undo", "when: {way: [left, right]}, undo"), False),
        (GET, GET.replace("id: get", "id: got"), USE, True),
        (GET, USE, "{id: z, kind: see}", False),
        (f"{GET}, {USE}", "", "{id: z, kind: see}", True),
        (
            deep(GET, GET.replace("id: get", "id: got")),
            GET.replace("id: get", "id: gut"),
            USE,
            True,
        ),
        (
            deep(GET, ""),
            GET.replace("id: get", "id: gut"),
            USE,
            False,
        ),
    ],
)
def test_a_value_of_a_branch_is_known_where_the_branch_was_taken_for_sure(
    desk: Desk, branch: str, other: str, after: str, fine: bool
) -> None:
    found = desk.complaints(steps(WAY.replace("BRANCH", branch).replace("OTHER", other), after))
    assert bool(found) is not fine, found
    assert all("'image' need not be there: step" in line for line in found)


def test_a_value_captured_twice_would_be_that_of_one_or_the_other(desk: Desk) -> None:
    (line,) = desk.complaints(steps(GET, GET.replace("id: get", "id: again")))
    assert line.endswith("steps[1].save: 'image' is captured by step 'get' as well, which may be run, too")


@pytest.mark.parametrize(
    ("inputs", "save", "said"),
    [
        ("{version: }", "version", "'version' is the name of an input already"),
        ("{key: {secret: true}}", "key", "'key' is the name of an input already"),
        ("{}", "host", "'host' is the name of a variable of the system already"),
        ("{}", "a-b", "'a-b' is no name for a value; write letters, digits and _, such as last_version"),
        ("{}", "secret", "'secret' is no name for a value"),
    ],
)
def test_a_value_cannot_be_called_like_something_else(desk: Desk, inputs: str, save: str, said: str) -> None:
    (line,) = desk.complaints(f"runbook: it\ninputs: {inputs}\nsteps: [{{id: a, kind: ask, save: {save}}}]\n")
    assert said in line


def test_a_secret_that_is_asked_for_on_the_way_is_named_as_one(desk: Desk) -> None:
    ask = "{id: ask, kind: ask, save: pin, secret: true}"
    desk.plan(steps(ask, "{id: b, kind: do, undo: none, env: {PIN: '{{ secret.pin }}'}}"))
    (line,) = desk.complaints(steps(ask, "{id: b, kind: do, undo: none, run: ['{{ pin }}']}"))
    assert line.endswith("'pin' is secret; write {{ secret.pin }} in an option that takes secrets")
    (line,) = desk.complaints(steps("{id: b, kind: do, undo: none, env: {P: '{{ secret.pin }}'}}", ask))
    assert line.endswith("'pin' is not known yet: it is captured by step 'ask'")


def test_the_answers_that_a_question_takes_are_the_values_that_conditions_may_name(desk: Desk) -> None:
    ask = "{id: ask, kind: ask, save: how, choices: [full, quick]}"
    desk.plan(steps(ask, "{id: b, kind: see, when: {how: full}}"))
    (line,) = desk.complaints(steps(ask, "{id: b, kind: see, when: {how: ful}}"))
    assert line.endswith("steps[1].when.how: how is never 'ful'; did you mean 'full'?")


def test_a_step_may_name_one_before_it_that_is_run_whenever_it_is(desk: Desk) -> None:
    do = "{id: use, kind: do, undo: none, after: get}"
    desk.plan(steps(GET, do))
    (line,) = desk.complaints(steps(deep(GET, ""), do))
    assert line.endswith("steps[1].after: step 'get' is not always run when this one is")


def test_a_step_that_is_wrong_does_not_make_what_it_captures_unknown(desk: Desk) -> None:
    found = desk.complaints(steps("{id: get, kind: ask, save: image, colour: red}", USE))
    assert [line.split(": ")[1] for line in found] == ["steps[0].colour"]
    found = desk.complaints(steps("{id: get, kind: aks, save: image}", USE))
    assert [line.split(": ")[1] for line in found] == ["steps[0].kind"]


def test_finally_knows_what_the_steps_captured(desk: Desk) -> None:
    desk.plan(steps(GET) + "finally: [{id: z, kind: do, run: ['{{ image }}']}]\n")


def test_conditions_that_cannot_hold_together_are_seen() -> None:
    a, b = (Condition("way", ("a", "b")),), (Condition("way", ("b", "c")), Condition("x", ("y",)))
    assert both(a, b) == (Condition("way", ("b",)), Condition("x", ("y",)))
    assert never(both(a, (Condition("way", ("c",)),)))
    assert implies(both(a, b), a)
    assert not implies(a, b)


def test_going_through_branches_ends_when_there_are_too_many() -> None:
    scope = Scope()
    choices = [f"c{number}" for number in range(40)]
    for name in choices:
        scope.learn(Captured(name, name, values=("a", "b")))
        scope.learn(Captured("found", f"{name}.a", (Condition(name, ("a",)),)))
    assert not scope.is_sure("found", ())

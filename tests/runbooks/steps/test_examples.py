"""The example of each kind loads as it stands, and what contradicts itself is refused while loading."""

import ast
import inspect
from dataclasses import fields

import msgspec
import pytest

from runbooks.registry import find_step
from runbooks.step import Act, Ask, Look, Program, options_of
from runbooks.testing import step_context
from tests.runbooks.steps.loading import as_item, built, load_runbook

KINDS = {
    "manual": Ask,
    "confirm": Ask,
    "input": Ask,
    "choice": Ask,
    "check": Look,
    "wait": Look,
    "soak": Look,
    "report": Look,
    "runbook": Look,
    "file": Act,
    "notify": Act,
    "maintenance": Act,
}


@pytest.mark.parametrize("name", KINDS)
def test_an_example_loads_with_its_way_back(tmp_path, name):
    kind = find_step(name)
    plan, problems = load_runbook(tmp_path, as_item(kind.EXAMPLE))
    assert plan is not None, problems
    step = plan.steps[0]
    assert step.kind == name
    assert step.changes is kind.CHANGES
    assert bool(step.undo) is kind.CHANGES
    assert msgspec.json.encode(options_of(built(step))) == msgspec.json.encode(step.options)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_of_one_sort_and_says_what_its_options_mean(tmp_path, name):
    kind = find_step(name)
    plan, _ = load_runbook(tmp_path, as_item(kind.EXAMPLE))
    step = built(plan.steps[0])
    assert [sort for sort in (Ask, Look, Program, Act) if isinstance(step, sort)] == [KINDS[name]]
    body = ast.parse(inspect.getsource(kind)).body[0].body
    described = {
        statement.target.id
        for statement, after in zip(body, [*body[1:], None], strict=True)
        if isinstance(statement, ast.AnnAssign) and isinstance(after, ast.Expr)
    }
    assert {option.name for option in fields(kind)} <= described


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"file", "confirm"}))
async def test_an_example_can_be_shown(tmp_path, name):
    plan, _ = load_runbook(tmp_path, as_item(find_step(name).EXAMPLE))
    step = built(plan.steps[0])
    action = await step.prepare(step_context(step, tmp_path, plan=plan.steps[0]))
    assert action.lines
    assert action == await step.prepare(step_context(step, tmp_path, plan=plan.steps[0]))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{id: a, kind: manual, save: line}", "save needs evidence: text"),
        ("{id: a, kind: choice, values: [x, x], by: y, save: s}", "values must be different ones"),
        ("{id: a, kind: choice, values: [x], labels: {z: zed}, prompt: p, save: s}", "none of the values"),
        ("{id: a, kind: confirm, phrase: go, show: [{}]}", "set either path or run"),
        ("{id: a, kind: input, prompt: p, save: s, pattern: x, choices: [y]}", "set one of"),
        ("{id: a, kind: input, prompt: p, save: s, secret: true, default: y}", "a secret has no"),
        ("{id: a, kind: input, prompt: p, save: s, files: {folder: /x, pattern: ../*}}", "without /"),
        ("{id: a, kind: input, prompt: p, save: s, pattern: '(?=x)'}", "is no pattern of RE2"),
        ("{id: a, kind: check, check: []}", "names no check"),
        ("{id: a, kind: check, check: api-helth}", "api-health"),
        ("{id: a, kind: wait}", "set exactly one of"),
        ("{id: a, kind: wait, check: api-health, tcp: 'a:1'}", "set exactly one of"),
        ("{id: a, kind: wait, check: api-health, holds: 5 m}", "is longer than within"),
        ("{id: a, kind: wait, http: {url: 'http://a/', status: 7}}", "status '7' is none"),
        ("{id: a, kind: soak, lasts: 1 s, every: 2 s}", "lasts at least as long"),
        ("{id: a, kind: file, path: /x, undo: none}", "set exactly one of"),
        ("{id: a, kind: file, content: x, undo: none}", "path is required"),
        (
            "{id: a, kind: file, path: /x, content: x, mode: 640, undo: none}",
            "must be text; put it in quotes",
        ),
        ("{id: a, kind: file, path: /x, content: x, mode: '999', undo: none}", "no permission bits"),
        ("{id: a, kind: file, path: /x, replace: {to: y}, undo: none}", "set either text or pattern"),
        ("{id: a, kind: file, path: '/{{ secret.key }}', content: x, undo: none}", "a secret may not stand"),
        ("{id: a, kind: notify, urls: [], subject: s, body: b}", "urls is empty"),
        (
            "{id: a, kind: notify, urls: ['json://x'], subject: '{{ secret.key }}', body: b}",
            "a secret may not",
        ),
        ("{id: a, kind: maintenance, set: maybe, undo: none}", "must be 'on' or 'off'"),
        ("{id: a, kind: maintenance, set: 'on', console: false, undo: none}", "console is to be left alone"),
        ("{id: a, kind: runbook, runbook: log-cleanup}", "log-clean-up"),
    ],
)
def test_what_cannot_be_meant_is_refused_while_loading(tmp_path, step, said):
    plan, problems = load_runbook(tmp_path, as_item(step))
    assert plan is None
    assert said in problems

"""The published schema of runbooks: valid itself, kind to what loads, and awake to mistakes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.config.files import Source
from checks.config.nodes import plain
from checks.config.parse import parse
from checks.config.problems import Problems
from runbooks.document.schema import runbook_schema
from runbooks.registry import find_step, step_names
from tests.runbooks.document.test_nesting import DEPLOY, outer
from tests.runbooks.document.test_plans import WHOLE
from tests.runbooks.document.writing import Desk

SHIPPED = sorted((Path(__file__).parents[3] / "systems").glob("*/runbooks/*.yaml"))


@cache
def validator(kinds: tuple[str, ...]) -> jsonschema.Draft202012Validator:
    """Return what judges by the schema for these kinds; making it takes a second."""
    assert kinds == step_names()
    schema = runbook_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def mistakes(text: str) -> list[str]:
    node = parse(Source("f", text.encode()), Problems())
    data: Any = {} if node is None else plain(node)
    return [error.message for error in validator(step_names()).iter_errors(data)]


def test_the_schema_says_which_dialect_it_is_and_what_it_is_called() -> None:
    schema = runbook_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:walkdown:runbook:1"


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("text", [WHOLE, DEPLOY, outer(), "runbook: it\nsteps:\ninputs:\n"])
def test_what_loads_also_fits(text: str) -> None:
    assert mistakes(text) == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parts[-3]}/{file.name}")
def test_every_shipped_runbook_fits(file: Path) -> None:
    assert mistakes(file.read_text()) == []


@pytest.mark.parametrize("kind", step_names())
def test_the_example_of_every_kind_fits(kind: str) -> None:
    lines = "".join(f"    {line}\n" for line in find_step(kind).EXAMPLE.strip().splitlines())
    assert mistakes(f"runbook: it\nsteps:\n  -\n{lines}") == []


@pytest.mark.parametrize(
    "lines",
    [
        "titel: x",
        "risk: hihg",
        "inputs: {a: {prmpt: x}}",
        "inputs: {a-b: {}}",
        "steps: [{id: a, kind: nope}]",
        "steps: [{kind: see}]",
        "steps: [{id: a b, kind: see}]",
        "steps: [{id: a, kind: see, chek: x}]",
        "steps: [{id: a, kind: do, undo: nothing}]",
        "steps: [{id: a, kind: do, undo: {kind: do, id: x}}]",
        "steps: [{id: a, kind: do, undo: {kind: choice, values: [a]}}]",
        "steps: [{id: a, kind: do, verify: {chek: x}}]",
        "steps: [{id: a, kind: do, verify: {kind: see, save: x}}]",
        "steps: [{id: a, kind: do, mode: x}]",
        "steps: [{id: a, kind: choice, branches: {x: {kind: see}}}]",
        "steps: [{id: a, kind: choice, branches: {x: [{id: b, kind: see, chek: y}]}}]",
        "steps: [{id: a, kind: runbook}]",
        "steps: [{id: a, kind: runbook, runbook: x, undo: none}]",
        "finally: [{id: a, kind: do, on_failure: x}]",
    ],
)
def test_a_mistake_does_not_fit(desk: Desk, lines: str) -> None:
    assert mistakes(f"runbook: it\n{lines}")


def test_every_option_is_described() -> None:
    bare: list[str] = []

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, option in value.get("properties", {}).items():
                if not option.get("description") and name != "kind":
                    bare.append(f"{path}.{name}")
            for key, inner in value.items():
                look(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                look(inner, path)

    look(runbook_schema(), "")
    assert bare == []

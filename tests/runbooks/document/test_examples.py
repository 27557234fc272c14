"""The example of every kind of step and of every driver loads as it stands, and so do shipped runbooks."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from checks.config.files import Source
from checks.config.nodes import plain
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.secrets import REFERENCE
from checks.system import load_system
from runbooks.document.form import COMMON, WITHIN
from runbooks.library import load_library
from runbooks.registry import DRIVERS, find_driver, find_step, step_names
from tests.runbooks.document.writing import Desk

SYSTEMS = Path(__file__).parents[3] / "systems"
SHIPPED = sorted({file.parents[1] for file in SYSTEMS.glob("*/runbooks/*.yaml")})
_NAMES = re.compile(r"\{\{\s*([a-z_]\w*)\s*\}\}")


def surroundings(example: str) -> tuple[str, str]:
    """Return the system that an example is written for, and the inputs of its runbook."""
    node = parse(Source("example", example.encode()), Problems())
    assert node is not None
    data = plain(node)
    checks = {*_texts(data, "check"), *_texts(data, "checks"), *_texts(data, "guards")}
    services = _texts(data, "service")
    secrets = set(REFERENCE.findall(example))
    parts = [
        "system: a",
        "secrets:",
        *(f"  {name}: {{env: X}}" for name in secrets),
        "services:",
        *(f"  {name}: {{driver: fake, unit: x}}" for name in services),
        "checks:",
        *(f"  {name}: {{kind: tcp, host: h, port: 1}}" for name in {*checks, "any"}),
    ]
    inputs = set(_NAMES.findall(example)) - {"secret"}
    return "\n".join(parts), "inputs:\n" + "".join(f"  {name}:\n" for name in inputs)


def _texts(data: object, key: str) -> set[str]:
    """Return the texts that stand under the key, anywhere."""
    if isinstance(data, list):
        return {text for item in data for text in _texts(item, key)}
    if not isinstance(data, dict):
        return set()
    here = data.get(key, ())
    listed = [here] if isinstance(here, str) else here if isinstance(here, list) else []
    return {text for text in listed if isinstance(text, str)} | {
        text for inner in data.values() for text in _texts(inner, key)
    }


@pytest.mark.parametrize("name", step_names())
def test_the_example_of_every_kind_of_step_loads_as_it_stands(desk: Desk, name: str) -> None:
    example = find_step(name).EXAMPLE
    system, inputs = surroundings(example)
    desk.system(system)
    lines = "".join(f"    {line}\n" for line in example.strip().splitlines())
    nested = re.findall(r"^runbook: (.*)$", example, re.MULTILINE)
    others = dict.fromkeys(nested, "steps: [{id: z, kind: see}]")
    plan = desk.plan(f"runbook: it\n{inputs}steps:\n  -\n{lines}", **others)
    assert plan.steps[0].kind == name
    assert desk.library().plan("it") == plan


@pytest.mark.parametrize("name", DRIVERS)
def test_the_example_of_every_driver_loads_as_it_stands(desk: Desk, name: str) -> None:
    example = find_driver(name).EXAMPLE
    lines = "".join(f"    {line}\n" for line in example.strip().splitlines())
    desk.system(f"system: a\nservices:\n  it:\n{lines}checks: {{any: {{kind: tcp, host: h, port: 1}}}}")
    desk.write(use="steps: []")
    library = desk.library()
    assert [str(problem) for one in library.broken for problem in one.problems] == []


@pytest.mark.parametrize("name", step_names())
def test_no_kind_takes_the_name_of_an_option_that_every_step_has(name: str) -> None:
    own = {option.name for option in fields(find_step(name))}  # type: ignore[arg-type]
    assert own.isdisjoint({*COMMON, *(WITHIN.get(name, ())[:1])})


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_runbook_loads_without_a_warning(desk: Desk, shipped: Path) -> None:
    folder = desk.folder.parent / shipped.name
    shutil.copytree(shipped, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    library = load_library(load_system(folder), folder)
    assert [str(problem) for one in library.broken for problem in one.problems] == []
    assert library.warnings == ()
    assert len(library.plans) == len(list(folder.glob("runbooks/*.yaml")))

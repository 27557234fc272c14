"""The published schema: valid itself, kind to every shipped example, and awake to mistakes."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.config.files import Source
from checks.config.nodes import plain
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.config.schema import kind_schema, system_schema
from checks.registry import find_kind, kind_names
from checks.system import load_system

SHIPPED = sorted((Path(__file__).parents[2] / "systems").glob("*/*.yaml"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = system_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def yaml(text: str) -> Any:
    node = parse(Source("f", text.encode()), Problems())
    return {} if node is None else plain(node)


def mistakes(validator: jsonschema.Draft202012Validator, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(yaml(text))]


def test_the_schema_says_which_dialect_it_is_and_what_it_is_called() -> None:
    schema = system_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:walkdown:system:1"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_shipped_file_fits_the_schema(validator: jsonschema.Draft202012Validator, file: Path) -> None:
    assert mistakes(validator, file.read_text()) == []


@pytest.mark.parametrize("folder_of", sorted({file.parent for file in SHIPPED}), ids=lambda path: path.name)
def test_every_shipped_system_loads_without_a_warning(folder_of: Path, folder: Path, tmp_path: Path) -> None:
    for file in folder_of.glob("*.yaml"):
        (folder / file.name).write_text(file.read_text())
    system = load_system(folder)
    assert system.warnings == ()
    assert system.definitions


@pytest.mark.parametrize("kind", kind_names())
def test_the_example_of_every_kind_fits(validator: jsonschema.Draft202012Validator, kind: str) -> None:
    lines = "".join(f"    {line}\n" for line in find_kind(kind).EXAMPLE.strip().splitlines())
    assert mistakes(validator, f"checks:\n  a:\n{lines}") == []


@pytest.mark.parametrize("kind", kind_names())
def test_every_option_of_every_kind_is_described(kind: str) -> None:
    schema = kind_schema(kind)
    parts = {kind: schema, **schema["$defs"]}
    bare = [
        f"{part}.{name}"
        for part, value in parts.items()
        for name, option in value.get("properties", {}).items()
        if not option.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize(
    "text",
    [
        "titel: x",
        "checks: {a: {kind: nope}}",
        "checks: {a: {url: x}}",
        "checks: {a: {kind: tcp, host: h}}",
        "checks: {a: {kind: tcp, host: h, port: x}}",
        "checks: {a: {kind: tcp, host: h, port: 1, hots: h}}",
        "checks: {A B: {kind: cpu}}",
        "checks: {a: {kind: cpu, via: ssh}}",
        "checks: {a: {kind: http, url: u, expect: {statuss: 2xx}}}",
        "checks: {a: {kind: cpu, attempts: 0}}",
        "secrets: {a: {vault: x}}",
        "windows: {w: {every: sunday}}",
        "defaults: {evry: 5s}",
    ],
)
def test_a_mistake_does_not_fit(validator: jsonschema.Draft202012Validator, text: str) -> None:
    assert mistakes(validator, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "checks:",
        "checks: {a: {kind: tcp, host: '{{ host }}', port: '{{ port }}'}}",
        "checks: {a: {kind: cpu, every: 5, timeout: 1 s, warn: [usage > 5 %], via: local}}",
    ],
)
def test_what_loads_also_fits(validator: jsonschema.Draft202012Validator, text: str) -> None:
    assert mistakes(validator, text) == []

"""Whatever stands in a file of a runbook, loading it gives a plan or problems with places, never a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.config.files import Source
from checks.config.problems import Problems
from runbooks.document.compiled import compile_library
from runbooks.document.files import Found
from runbooks.document.known import Known
from runbooks.document.shelf import Library
from runbooks.model import decode, encode
from tests.runbooks.document.test_nesting import DEPLOY, outer
from tests.runbooks.document.test_plans import WHOLE

KNOWN = Known(
    "shop", ("api-health", "database"), ("db", "token"), {"root": "/opt", "host": "h", "braces": "{{"}
)
SYSTEM = Source("system.yaml", b"services: {api: {driver: fake, unit: x}, worker: {driver: fake, unit: y}}")
SHIPPED = sorted((Path(__file__).parents[3] / "systems").glob("*/runbooks/*.yaml"))
LINES = [
    line
    for text in (WHOLE, DEPLOY, outer(), *(file.read_text() for file in SHIPPED))
    for line in text.splitlines()
]
WORDS = [
    "steps",
    "id",
    "kind",
    "do",
    "see",
    "choice",
    "runbook",
    "undo",
    "verify",
    "when",
    "branches",
    "with",
]
WORDS += [
    "values",
    "none",
    "it",
    "save",
    "capture",
    "{{ root }}",
    "{{ it }}",
    "{{ secret.db }}",
    "{{ braces }}",
]
WORDS += [
    "inputs",
    "finally",
    "check",
    "api-health",
    "service",
    "api",
    "run",
    "env",
    "secret",
    "default",
    "choices",
]

scalars = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=30,
)
usual = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150
)


def compiled(raw: bytes) -> Library:
    found = Found("it.yaml", Source("it.yaml", raw), Problems())
    other = Found(
        "deploy.yaml", Source("deploy.yaml", b"runbook: deploy\nsteps: [{id: a, kind: see}]"), Problems()
    )
    library = compile_library((found, other), (SYSTEM,), KNOWN).library
    for plan in library.plans:
        assert decode(encode(plan)) == plan
    for broken in library.broken:
        assert broken.problems
        for problem in broken.problems:
            assert problem.file
            assert problem.line > 0
            assert str(problem).isprintable()
    return library


@usual
@given(steps=trees, top=st.dictionaries(st.sampled_from(WORDS), trees, max_size=3))
@pytest.mark.usefixtures("desk")
def test_any_tree_is_judged(steps: Any, top: dict[str, Any]) -> None:
    compiled(msgspec.json.encode({"runbook": "it", "steps": steps, **top}))


step = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["a", "b", "c", "it"]),
        "kind": st.sampled_from(["do", "see", "ask", "choice", "runbook"]),
    },
    optional={
        "undo": st.just("none") | st.fixed_dictionaries({"kind": st.just("do")}) | trees,
        "verify": st.fixed_dictionaries({"check": st.just("database")}) | trees,
        "when": st.dictionaries(
            st.sampled_from(["a", "x", "it"]), st.sampled_from(["1", "2"]) | trees, max_size=2
        ),
        "save": st.sampled_from(["x", "y"]),
        "run": st.lists(st.sampled_from(["{{ x }}", "{{ y }}", "{{ a }}", "z"]), max_size=2),
        "prompt": st.just("p"),
        "runbook": st.sampled_from(["deploy", "it", "other"]),
        "with": trees,
    },
)


@usual
@given(
    st.lists(
        step
        | st.builds(
            lambda one, branches: {**one, "kind": "choice", "branches": branches, "prompt": "p"},
            step,
            st.dictionaries(st.sampled_from(["1", "2"]), st.lists(step, max_size=3), max_size=2),
        ),
        max_size=5,
    )
)
@pytest.mark.usefixtures("desk")
def test_any_steps_are_judged(steps: list[dict[str, Any]]) -> None:
    compiled(msgspec.json.encode({"runbook": "it", "steps": steps}))


@usual
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=10), max_size=25))
@pytest.mark.usefixtures("desk")
def test_any_lines_are_judged(lines: list[str]) -> None:
    compiled("\n".join(["runbook: it", *lines]).encode(errors="surrogatepass"))


@usual
@given(st.binary(max_size=60))
@pytest.mark.usefixtures("desk")
def test_any_bytes_are_judged(raw: bytes) -> None:
    compiled(raw)

"""YAML as data and nothing else: its types, its limits, and what is refused before it can hurt."""

import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.config.files import Source
from checks.config.nodes import plain
from checks.config.parse import ANCHOR_LIMIT, DEPTH_LIMIT, parse
from checks.config.problems import Problems
from tests.checks.configurations import complaints


def value(text: str) -> Any:
    problems = Problems()
    node = parse(Source("f", f"k: {text}".encode()), problems)
    assert not problems.all()
    assert node is not None
    return plain(node)["k"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("010", "010"),
        ("+49301234", "+49301234"),
        ("2026-11-23", "2026-11-23"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("9" * 40, "9" * 40),
        ("1e999", "1e999"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("-7", -7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("|\n  a\n  b\n", "a\nb\n"),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
    ],
)
def test_values_are_what_yaml_1_2_says_and_lose_nothing(text: str, meant: Any) -> None:
    assert value(text) == meant


def test_an_alias_stands_for_what_its_anchor_holds(folder: Path) -> None:
    problems = Problems()
    node = parse(Source("f", b"a: &x [1, 2]\nb: *x\nc: {<<: 1}\n"), problems)
    assert node is not None
    assert plain(node)["b"] == [1, 2]
    assert node.get("b").key.line == 2  # type: ignore[union-attr]


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "more than 100000 values, aliases unfolded"),
        ("a: &a [*a]", "*a stands for nothing that was written before it"),
        ("k: " + "[" * 10_000, f"nested deeper than {DEPTH_LIMIT} levels"),
        ("k: " + "{a: " * 10_000, f"nested deeper than {DEPTH_LIMIT} levels"),
        ("- " * 10_000 + "x", f"nested deeper than {DEPTH_LIMIT} levels"),
        ("\n".join(f"k{n}: &a{n} 1" for n in range(ANCHOR_LIMIT + 1)), f"more than {ANCHOR_LIMIT} anchors"),
        ("k: x\n" * 220_000, "longer than 1024 KiB, so it is not a configuration"),
    ],
    ids=["laughs", "itself", "lists", "mappings", "block", "anchors", "long"],
)
def test_a_bomb_is_refused_in_no_time_and_no_memory(folder: Path, text: str, said: str) -> None:
    (folder / "system.yaml").write_text(text)
    complaints(folder.parent / "warmup")
    tracemalloc.start()
    started = time.process_time()
    found = complaints(folder)
    elapsed = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any(said in line for line in found), found
    assert elapsed < 1.0 * 3  # tracemalloc makes it several times slower
    assert peak < 50 * 2**20


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!x", "!!binary", "!<tag:x>"]
)
def test_tags_are_inert_and_refused(folder: Path, tag: str) -> None:
    trap = folder / "trap"
    found = complaints(folder, system=f'system: test\ntitle: {tag} ["touch {trap}"]\n')
    assert "system.yaml:2:8: title: tags are not supported; write a plain value" in found
    assert not trap.exists()


@given(st.text() | st.text("ab:-[]{}&*!|>'\"%@`#,? \n\t\\0123456789.{{}}", max_size=60))
def test_no_text_whatever_brings_parsing_down(text: str) -> None:
    problems = Problems()
    parse(Source("f", text.encode(errors="surrogatepass")), problems)
    for problem in problems.all():
        assert problem.line >= 1

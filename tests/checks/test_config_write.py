"""A system written as YAML: it loads as what it was made from, and an operator can read it."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from checks.config.files import Source
from checks.config.nodes import plain
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.config.write import write_system
from checks.system import load_system, system_from_data

DATA: dict[str, Any] = {
    "system": "host",
    "title": "no",
    "secrets": {"db": {"env": "PGPASSWORD"}},
    "defaults": {"every": "30s"},
    "checks": {
        "cpu": {"kind": "cpu", "group": "Host", "warn": "usage > 90 % for 15 m"},
        "disk-root": {
            "kind": "disk",
            "group": "Host",
            "mounts": ["/", "/a {{ x }}"],
            "warn": ["used > 80 %"],
        },
        "database": {"kind": "postgres", "group": "Data", "password": "{{ secret.db }}"},
    },
}


def test_a_written_system_reads_well() -> None:
    text = write_system(DATA, "./schema.json", "Found on this host.\nEdit at will.")
    assert text.splitlines()[:4] == [
        "# yaml-language-server: $schema=./schema.json",
        "# Found on this host.",
        "# Edit at will.",
        "system: host",
    ]
    assert (
        "\n  # -- Host --\n  cpu:\n    kind: cpu\n    group: Host\n    warn: usage > 90 % for 15 m\n" in text
    )
    assert "\n\n  # -- Data --\n  database:\n" in text
    assert "    mounts: [/, '/a \\{{ x }}']\n" in text
    assert text.count("# -- Host --") == 1
    assert text.endswith("\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_a_written_system_is_the_discovered_one(folder: Path) -> None:
    (folder / "system.yaml").write_text(write_system(DATA, "./schema.json"))
    written, found = load_system(folder), system_from_data(DATA)
    assert written.definitions == found.definitions
    assert written.secrets == found.secrets
    assert written.info.title == "no"


TEXT = st.text() | st.text("ab:-[]{}&*!|>'\"%@`#,? \n\t\\0123456789.~{", max_size=20)
VALUES = st.recursive(
    TEXT | st.integers(-(10**15), 10**15) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["title", "vars", "contacts"]), VALUES))
def test_whatever_was_found_can_be_written_and_read_again(data: dict[str, Any]) -> None:
    problems = Problems()
    node = parse(Source("f", write_system(data, "s").encode(errors="surrogatepass")), problems)
    assert [str(problem) for problem in problems.all()] == []
    assert unescaped(plain(node) if node is not None else {}) == data


def unescaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: unescaped(child) for key, child in value.items()}
    if isinstance(value, list):
        return [unescaped(child) for child in value]
    return value.replace("\\{{", "{{") if isinstance(value, str) else value

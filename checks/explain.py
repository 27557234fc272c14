"""Owns how a kind is explained to an operator: its options, its readings, an example."""

from __future__ import annotations

import textwrap
from typing import Any

from checks.config.schema import kind_schema
from checks.kind import Check, first_sentence

WIDTH = 100


def explain(name: str, kind: type[Check]) -> str:
    """Return everything that a user of the kind needs, as text."""
    schema = kind_schema(name)
    definitions = schema.get("$defs", {})
    options = _options(schema, definitions, "")
    readings: list[tuple[str, ...]] = [
        (spec.name + "".join(f"[{label}]" for label in spec.labels), spec.unit or "count", spec.meaning)
        for spec in kind.READINGS
    ]
    parts = [
        f"{name}: {first_sentence(kind)}",
        "Options:\n" + _columns(options),
        "Readings, for rules (unit of a bare number):\n" + _columns(readings),
        "Example:\n" + textwrap.indent(textwrap.dedent(kind.EXAMPLE).strip(), "  "),
    ]
    return "\n\n".join(parts)


def _options(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> list[tuple[str, ...]]:
    """Return name, default and meaning of every option; options within options follow their parent."""
    rows: list[tuple[str, ...]] = []
    required = schema.get("required", ())
    for name, about in schema.get("properties", {}).items():
        need = "required" if name in required else _default(about)
        rows.append((prefix + name, need, about.get("description", "")))
        for target in _references(about):
            rows += _options(definitions.get(target, {}), definitions, f"{prefix}{name}.")
    return rows


def _default(about: dict[str, Any]) -> str:
    default = about.get("default")
    return (
        ""
        if default in (None, "", [], {})
        else str(default).lower()
        if isinstance(default, bool)
        else str(default)
    )


def _references(about: dict[str, Any]) -> list[str]:
    """Return the names of the definitions that an option refers to."""
    places = (about, *about.get("anyOf", ()))
    return [place["$ref"].rpartition("/")[2] for place in places if "$ref" in place]


def _columns(rows: list[tuple[str, ...]]) -> str:
    """Return three columns, the last one wrapped."""
    first = max((len(row[0]) for row in rows), default=0)
    second = max((len(row[1]) for row in rows), default=0)
    indent = " " * (first + second + 6)
    lines = [
        textwrap.fill(f"  {name:<{first}}  {need:<{second}}  {said}", WIDTH, subsequent_indent=indent)
        for name, need, said in rows
    ]
    return "\n".join(lines)

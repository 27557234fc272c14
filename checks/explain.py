"""Owns how a kind is explained to an operator: its options, its readings, an example."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from checks.config.schema import kind_schema
from checks.kind import Check, first_sentence

WIDTH = 100
Row = tuple[str, ...]
"""Name, default or unit, meaning."""


def explain(name: str, kind: type[Check]) -> str:
    """Return everything that a user of the kind needs, as text."""
    readings: list[Row] = [
        (spec.name + "".join(f"[{label}]" for label in spec.labels), spec.unit or "count", spec.meaning)
        for spec in kind.READINGS
    ]
    tables = {
        "Options": option_rows(kind_schema(name)),
        "Readings, for rules (unit of a bare number)": readings,
    }
    return explained(name, kind, tables)


def explained(name: str, kind: type[Any], tables: Mapping[str, list[Row]]) -> str:
    """Return what a class does, tables about it, and its example."""
    parts = [
        f"{name}: {first_sentence(kind)}",
        *(f"{heading}:\n{_columns(rows)}" for heading, rows in tables.items()),
        "Example:\n" + textwrap.indent(textwrap.dedent(kind.EXAMPLE).strip(), "  "),
    ]
    return "\n\n".join(parts)


def option_rows(schema: dict[str, Any]) -> list[Row]:
    """Return name, default and meaning of every option that a schema describes."""
    return _options(schema, schema.get("$defs", {}), "")


def _options(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> list[Row]:
    """Return name, default and meaning of every option; options within options follow their parent."""
    rows: list[Row] = []
    required = schema.get("required", ())
    for name, about in schema.get("properties", {}).items():
        need = "required" if name in required else _default(about)
        rows.append((prefix + name, need, about.get("description", "")))
        for target, between in _references(about):
            rows += _options(definitions.get(target, {}), definitions, f"{prefix}{name}{between}.")
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


def _references(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the definitions that an option refers to, and what stands between it and their options."""
    found = []
    for place in (about, *about.get("anyOf", ())):
        for inner, between in ((place, ""), (place.get("additionalProperties"), ".NAME")):
            if isinstance(inner, dict) and "$ref" in inner:
                found.append((inner["$ref"].rpartition("/")[2], between))
    return found


def _columns(rows: list[Row]) -> str:
    """Return three columns, the last one wrapped."""
    first = max((len(row[0]) for row in rows), default=0)
    second = max((len(row[1]) for row in rows), default=0)
    indent = " " * (first + second + 6)
    lines = [
        textwrap.fill(f"  {name:<{first}}  {need:<{second}}  {said}", WIDTH, subsequent_indent=indent)
        for name, need, said in rows
    ]
    return "\n".join(lines)

"""Owns the JSON Schema of a system's files, for editors: the whole file, each kind's options by its `kind:`.

Made from the same types that judge a configuration, with the docstrings of their fields. Because a system may
be spread over several files, nothing at the top is required.
"""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from checks.config.document import CheckOptions, Document
from checks.config.values import SLUG
from checks.registry import find_kind, kind_names

DIALECT = GenerateJsonSchema.schema_dialect
IDENTITY = "urn:walkdown:system:1"
_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)
_FILLED_IN = {"type": "string", "pattern": r"\{\{"}
"""A text that becomes a number or a truth value once its variables are filled in."""


class _Schema(GenerateJsonSchema):
    """pydantic's schema, where `{{ name }}` may stand for a number, and without titles that repeat names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def encode_default(self, dft: Any) -> Any:
        """Show a text that may name something as it is written."""
        return str(dft) if hasattr(dft, "refusal") else super().encode_default(dft)

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        return {"anyOf": [super().int_schema(schema), _FILLED_IN]}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [super().float_schema(schema), _FILLED_IN]}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        return {"anyOf": [super().bool_schema(schema), _FILLED_IN]}


def system_schema() -> dict[str, Any]:
    """Return the schema of a system's files, with every kind that can be imported here."""
    definitions: dict[str, Any] = {}
    top = object_schema(Document, "system", definitions)
    common = object_schema(CheckOptions, "check", definitions)["properties"]
    kinds = [_check(name, common, definitions) for name in kind_names()]
    top["properties"]["checks"] = {
        "type": "object",
        "description": top["properties"]["checks"]["description"],
        "propertyNames": {"pattern": SLUG, "maxLength": 64},
        "additionalProperties": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": [name for name, _ in kinds]}},
            "allOf": [when_kind(name, schema) for name, schema in kinds],
        },
    }
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "walkdown system",
        "type": "object",
        "properties": {name: or_null(schema) for name, schema in top["properties"].items()},
        "additionalProperties": False,
        "$defs": definitions,
    }


def kind_schema(name: str) -> dict[str, Any]:
    """Return the schema of the options of one kind, with its docstrings.

    Raises:
        KeyError: when no kind has that name.
    """
    return options_schema(find_kind(name), name)


def options_schema(kind: Any, name: str) -> dict[str, Any]:
    """Return the schema of a dataclass whose fields are options, with its docstrings."""
    definitions: dict[str, Any] = {}
    return {**object_schema(kind, name, definitions), "$defs": definitions}


def as_text(schema: dict[str, Any]) -> str:
    """Return a schema as it is published."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode()


def _check(name: str, common: dict[str, Any], definitions: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a kind's name and what a check of it may hold."""
    own = object_schema(find_kind(name), name, definitions)
    return name, {
        "properties": {**common, **own["properties"], "kind": {"const": name}},
        "required": ["kind", *own.get("required", ())],
        "additionalProperties": False,
    }


def when_kind(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a condition, which lets editors complain about the one kind that is meant."""
    return {"if": {"properties": {"kind": {"const": name}}, "required": ["kind"]}, "then": schema}


def object_schema(kind: Any, prefix: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a dataclass; what it refers to is added to the definitions under the prefix."""
    adapter = TypeAdapter(tuple[kind], config=_CONFIG)
    template = f"#/$defs/{prefix}.{{model}}"
    found = adapter.json_schema(ref_template=template, schema_generator=_Schema).get("$defs", {})
    own: dict[str, Any] = found.pop(kind.__name__)
    definitions.update({f"{prefix}.{name}": schema for name, schema in found.items()})
    own.setdefault("properties", {})
    return own


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also takes a heading with nothing beneath."""
    return {"anyOf": [schema, {"type": "null"}]}

"""Owns the JSON Schema of checklists, for editors; made from the same types that judge one."""

from __future__ import annotations

from typing import Any

from checks.config.schema import DIALECT, object_schema, or_null
from runbooks.checklist_plan import PHASES
from runbooks.document.checklist_form import ITEMS, PHASED, ItemOptions, ListOptions

IDENTITY = "urn:walkdown:checklist:1"


def checklist_schema() -> dict[str, Any]:
    """Return the schema of the file of a checklist."""
    definitions: dict[str, Any] = {}
    top = object_schema(ListOptions, "checklist", definitions)
    definitions["item"] = object_schema(ItemOptions, "item", definitions)
    items = {"type": "array", "items": {"$ref": "#/$defs/item"}}
    phases = {
        "type": "object",
        "properties": {name: or_null(items) for name in PHASES},
        "additionalProperties": False,
    }
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "walkdown checklist",
        "type": "object",
        "required": ["checklist"],
        "properties": {
            **top["properties"],
            ITEMS: {**or_null(items), "description": "The items of a list without phases."},
            PHASED: {**phases, "description": "The items by phase; one is finished before the next begins."},
        },
        "additionalProperties": False,
        "$defs": definitions,
    }

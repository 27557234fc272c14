"""Owns the JSON Schema of runbooks, for editors: the whole file, the options of each step by its `kind:`.

Made from the same types that judge a runbook, with the docstrings of their fields. Kinds that cannot be
imported here are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checks.config.schema import DIALECT, object_schema, or_null, when_kind
from runbooks.document.form import (
    CHOICE,
    HEADINGS,
    LISTS,
    WITHIN,
    InputOptions,
    PartOptions,
    RunbookOptions,
    StepOptions,
)
from runbooks.registry import find_step, step_names

IDENTITY = "urn:walkdown:runbook:1"
_STEP = {"$ref": "#/$defs/step"}
_PART = {"$ref": "#/$defs/part"}
_STEPS = {"type": "array", "items": _STEP}
_TEXT = {"type": ["string", "number"]}
FILLED_IN = {CHOICE: {"values", "save"}}
"""Kind -> options that loading fills in: values are those of the branches, the name is the id of the step."""


def runbook_schema() -> dict[str, Any]:
    """Return the schema of the file of a runbook, with every kind of step that can be imported here."""
    definitions: dict[str, Any] = {}
    top = object_schema(RunbookOptions, "runbook", definitions)
    kinds = _kinds(definitions)
    part = object_schema(PartOptions, "part", definitions)["properties"]
    common = _nested(common_schema(definitions)["properties"])
    definitions["step"] = _by_kind({n: _step(n, own, common) for n, own in kinds.items()})
    definitions["part"] = _by_kind({n: _part(own, part) for n, own in kinds.items() if n not in WITHIN})
    definitions["verify"] = {"if": {"required": ["kind"]}, "then": _PART, "else": _shorthand(kinds, part)}
    inputs = {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 64},
        "additionalProperties": or_null(object_schema(InputOptions, "input", definitions)),
    }
    lists = {key: {**or_null(_STEPS), "description": words} for key, words in LISTS.items()}
    asked = {**or_null(inputs), "description": "Values that are asked for before the walk begins, by name."}
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "walkdown runbook",
        "type": "object",
        "required": ["runbook"],
        "properties": {**top["properties"], "inputs": asked, **lists},
        "additionalProperties": False,
        "$defs": definitions,
    }


def common_schema(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what every step may say."""
    step = object_schema(StepOptions, "step", definitions)
    # A docstring beneath a field is found in the class that has it, and not in those that inherit it.
    part = object_schema(PartOptions, "part", definitions)["properties"]
    own = step["properties"]
    return {**step, "properties": {"id": own["id"], **part, **{k: own[k] for k in own if k not in part}}}


def _kinds(definitions: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the schema of the options of each kind that can be imported."""
    found = {}
    for name in step_names():
        try:
            kind = find_step(name)
        except (ImportError, AttributeError):
            continue
        found[name] = object_schema(kind, name, definitions)
    return found


def _nested(common: dict[str, Any]) -> dict[str, Any]:
    """Return what every step may say, with what its parts are."""
    verify = {"$ref": "#/$defs/verify"}
    several = {"anyOf": [verify, {"type": "array", "items": verify, "minItems": 1}]}
    undo = {"anyOf": [{"const": "none"}, _PART, {"type": "array", "items": _PART, "minItems": 1}]}
    return {**common, "verify": {**common["verify"], **several}, "undo": {**common["undo"], **undo}}


def _step(name: str, own: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    """Return what a step of the kind may say."""
    common = {key: about for key, about in common.items() if key in HEADINGS.get(name, common)}
    required = [key for key in own.get("required", ()) if key not in FILLED_IN.get(name, ())]
    within = {}
    if name in WITHIN:
        key, words = WITHIN[name]
        held = or_null(_STEPS) if name == CHOICE else _TEXT
        within = {key: {"type": "object", "description": words, "additionalProperties": held}}
    return _object({**own["properties"], **within, **common}, ("id", "kind", *required))


def _part(own: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    """Return what a step of the kind may say that verifies or undoes another; it captures nothing."""
    options = {key: about for key, about in own["properties"].items() if key not in ("capture", "save")}
    return _object({**options, **common}, ("kind", *own.get("required", ())))


def _shorthand(kinds: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    """Return what verifies a step and names no kind."""
    if "wait" not in kinds:
        return {"type": "object"}
    return _object({**kinds["wait"]["properties"], **common}, ())


def _object(properties: dict[str, Any], required: Iterable[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _by_kind(kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(kinds)}},
        "allOf": [when_kind(name, schema) for name, schema in kinds.items()],
    }

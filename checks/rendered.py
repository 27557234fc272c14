"""Owns `walkdown render`: a loaded system written out again, with everything in it that was filled in."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

import msgspec

from checks.config.write import as_yaml
from checks.definition import Definition
from checks.model import Level
from checks.secrets import SecretText
from checks.system import System


def rendered(system: System, names: tuple[str, ...] = ()) -> str:
    """Return the system as YAML, with the named checks only when some are named."""
    info = system.info
    chosen = [check for check in system.definitions if not names or check.name in names]
    document: dict[str, Any] = {"system": info.name, "title": info.title, "environment": info.environment}
    document |= {"timezone": info.timezone, "vars": dict(system.variables)}
    document["secrets"] = {name: _set(msgspec.to_builtins(s)) for name, s in system.secrets.items()}
    document["checks"] = {check.name: _check(check) for check in chosen}
    document |= dict(system.sections) | {"keymap": dict(system.keymap)}
    if names:
        document = {"checks": document["checks"]}
    return as_yaml(_set(document)) + "\n"


def _check(definition: Definition) -> dict[str, Any]:
    options = {
        option.name: _plain(getattr(definition.check, option.name))
        for option in fields(cast("Any", definition.check))
    }
    about = {
        "kind": definition.kind,
        "title": definition.title,
        "group": definition.group,
        "every": f"{definition.every:g} s",
        "timeout": f"{definition.timeout:g} s",
        "attempts": definition.attempts,
    }
    rules = {
        name: [rule.text for rule in definition.rules if rule.level is level]
        for name, level in (("warn", Level.WARN), ("crit", Level.CRIT))
    }
    last = {"needs": list(definition.needs), "mandatory": definition.mandatory, "refs": list(definition.refs)}
    return _set(about | options | rules | last)


def _plain(value: object) -> Any:
    """Return an option as data; a secret shows as what names it, or as the mask."""
    return msgspec.to_builtins(value, enc_hook=str) if not _is_secretive(value) else _masked(value)


def _is_secretive(value: object) -> bool:
    members = value.values() if isinstance(value, dict) else (value,)
    return any(isinstance(member, SecretText) for member in members)


def _masked(value: object) -> Any:
    return {key: str(member) for key, member in value.items()} if isinstance(value, dict) else str(value)


def _set(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return the mapping without what was left empty; a false or zero stays."""
    return {
        key: value for key, value in mapping.items() if value is not None and value not in ("", [], {}, ())
    }

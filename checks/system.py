"""Owns the loaded system: what is looked after, as values that the engine, the agent and screens are given.

Loading is quick when nothing has changed: what was validated before is taken from the cache, and neither
YAML nor a validator is imported. Only the kinds that are used are.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from checks.board import CheckInfo, SystemInfo
from checks.config import cache, entries
from checks.config.files import Source, read_sources
from checks.config.problems import Problems
from checks.config.resolved import Resolved, ResolvedCheck
from checks.definition import Definition
from checks.errors import Problem
from checks.kind import Check
from checks.options import Amount
from checks.registry import find_kind
from checks.secrets import SecretSource, SecretText
from checks.text import clean
from checks.units import show

DISCOVERED = "this machine"
"""What messages call a configuration that came from no file."""
_COMPILER = "checks.config.compiled"
"""Imported by name and only when needed: it brings pydantic and ruamel along."""


@dataclass(frozen=True, slots=True)
class System:
    """One loaded system. Holds no secret, only where secrets come from."""

    info: SystemInfo
    definitions: tuple[Definition, ...] = ()
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    """The `vars:` with their own variables filled in."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Binding id -> keys."""
    sections: Mapping[str, Any] = field(default_factory=dict)
    """Sections whose meaning others know, as plain data: notify, windows, responses and so on."""
    warnings: tuple[Problem, ...] = ()


def load_system(path: str | Path) -> System:
    """Load a system from its folder, or from one file.

    Raises:
        ConfigError: with every problem, when it cannot be used.
    """
    place = Path(path)
    problems = Problems()
    sources = read_sources(place, problems)

    def compiled() -> Resolved:
        resolved: Resolved = import_module(_COMPILER).compile_sources(sources, problems)
        return resolved

    return _assemble(compiled() if problems.partial else _remembered(sources, compiled), str(path))


def system_from_data(data: dict[str, Any]) -> System:
    """Make a system of what discovery found, in the form that its YAML would have.

    Raises:
        ConfigError: with every problem, when it cannot be used.
    """
    source = Source(DISCOVERED, msgspec.json.encode(data))
    resolved = _remembered((source,), lambda: import_module(_COMPILER).compile_data(data, DISCOVERED))
    return _assemble(resolved, "")


def _remembered(sources: tuple[Source, ...], compiled: Callable[[], Resolved]) -> Resolved:
    """Return the configuration from the cache, or compile and keep it."""
    key = entries.key_of(sources)
    resolved = cache.recall(key)
    if resolved is None:
        resolved = compiled()
        cache.remember(key, resolved)
    return resolved


def _assemble(resolved: Resolved, source: str) -> System:
    definitions = tuple(_definition(check) for check in resolved.checks)
    info = SystemInfo(
        resolved.name,
        clean(resolved.title),
        clean(resolved.environment),
        resolved.timezone,
        source,
        tuple(_info(definition) for definition in definitions),
        resolved.keymap,
    )
    return System(
        info,
        definitions,
        resolved.secrets,
        resolved.variables,
        dict(resolved.keymap),
        resolved.sections,
        resolved.warnings,
    )


def _definition(check: ResolvedCheck) -> Definition:
    probe: Check = msgspec.convert(check.options, find_kind(check.kind))
    return Definition(
        check.name,
        check.kind,
        probe,
        clean(check.title),
        clean(check.group),
        check.every,
        check.timeout,
        check.attempts,
        check.rules,
        check.needs,
        check.mandatory,
        tuple(map(clean, check.refs)),
        _target(probe),
    )


def _target(check: Check) -> str:
    """Return what several checks may share and should not crowd: the host and port that they ask."""
    if url := getattr(check, "url", ""):
        return urlsplit(str(url)).netloc.rpartition("@")[2]
    host, port = getattr(check, "host", ""), getattr(check, "port", "")
    return f"{host}:{port}" if host else ""


def _info(definition: Definition) -> CheckInfo:
    return CheckInfo(
        definition.name,
        definition.kind,
        definition.title,
        definition.group,
        definition.every,
        definition.timeout,
        definition.attempts,
        definition.needs,
        definition.mandatory,
        definition.refs,
        shown_options(definition.check),
    )


def shown_options(check: Check) -> tuple[tuple[str, str], ...]:
    """Return the options that were set, as text; secrets show as their names, or as the mask."""
    return tuple((name, clean(text)) for name, text in _set_options(check))


def _set_options(options: Any) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every field that differs from its default."""
    hints = typing.get_type_hints(type(options), include_extras=True)
    for option in fields(options):
        value = getattr(options, option.name)
        default = option.default_factory() if option.default_factory is not MISSING else option.default
        if value != default:
            yield option.name, _as_text(value, hints[option.name])


def _as_text(value: Any, hint: Any) -> str:
    amounts = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Amount)]
    if amounts and isinstance(value, (int, float)):
        return show(value, amounts[0].base)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return ", ".join(_as_text(item, None) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_as_text(item, None)}" for key, item in value.items())
    if is_dataclass(value) and not isinstance(value, SecretText):
        return ", ".join(f"{name}: {text}" for name, text in _set_options(value))
    return str(value)

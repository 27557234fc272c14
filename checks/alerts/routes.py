"""Owns the reading of routes from the section `notify:` of a loaded system, which was judged before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.alerts.alert import REPEAT, WAIT, Route
from checks.model import Level
from checks.recurrence.hours import read_hours
from checks.secrets import SecretText
from checks.units import read

SECTION = "notify"


def routes_of(sections: Mapping[str, Any], timezone: str) -> tuple[Route, ...]:
    """Return the routes of a system in the order of its files; its zone is that of their hours."""
    section: Mapping[str, Mapping[str, Any]] = sections.get(SECTION) or {}
    return tuple(_route(name, options, timezone) for name, options in section.items())


def _route(name: str, options: Mapping[str, Any], timezone: str) -> Route:
    when = options.get("when")
    return Route(
        name,
        SecretText(str(options["url"])),
        Level(options.get("level", Level.WARN)),
        tuple(options.get("groups") or ()),
        tuple(options.get("checks") or ()),
        None if when is None else read_hours(when, timezone),
        _seconds(options, "repeat", REPEAT),
        _seconds(options, "wait", WAIT),
    )


def _seconds(options: Mapping[str, Any], key: str, default: float) -> float:
    value = options.get(key, default)
    return read(value, "s") if isinstance(value, str) else float(value)

"""Owns how numbers and times are written on screens: short, aligned, the same everywhere. Pure.

Amounts with a unit are `checks.units.show`; here is what only a screen needs.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from importlib import import_module

from checks.units import show

_SPANS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"))
AGE_STEP = 5.0
"""Seconds; below a minute an age moves in such steps, so that a calm screen stays still."""


def age(seconds: float) -> str:
    """Return an age in at most five cells: `now`, `15 s`, `3 m`, `2 h`, `4 d`. Rounds down."""
    if seconds < AGE_STEP:
        return "now"
    for length, unit in _SPANS:
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds // AGE_STEP * AGE_STEP:.0f} s"


def amount(value: float | None, unit: str) -> str:
    """Return a reading's value with its unit; a dash when there is none."""
    return "-" if value is None else show(value, unit)


def zone(name: str) -> tzinfo | None:
    """Return the time zone of that IANA name; None, which is the host's own, when empty or not known."""
    if not name:
        return None
    zones = import_module("zoneinfo")  # 4 ms that most starts can do without
    try:
        found: tzinfo = zones.ZoneInfo(name)
    except (zones.ZoneInfoNotFoundError, ValueError):
        return None
    return found


def clock_time(at: float, where: tzinfo | None) -> str:
    """Return a time of day with seconds: `03:47:12`."""
    return _local(at, where).strftime("%H:%M:%S")


def zone_name(at: float, where: tzinfo | None) -> str:
    """Return the short name of the zone at that moment: `UTC`, `CEST`, `+07`."""
    return _local(at, where).tzname() or ""


def moment(at: float, now: float, where: tzinfo | None) -> str:
    """Return a moment: the time of day when it is today, else with the date before it."""
    local = _local(at, where)
    if local.date() == _local(now, where).date():
        return local.strftime("%H:%M:%S")
    return local.strftime("%d %b %H:%M")


def _local(at: float, where: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(where)

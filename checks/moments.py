"""Owns how moments are told to people: in the zone of the system, with its short name. Pure.

Commands, screens, reports and messages tell them by these functions alone; what machines read is
`checks/instants.py`. A zone that is None is the host's own.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from importlib import import_module

NEVER = "-"
"""What is told where there was no such moment."""


def zone_of(name: str) -> tzinfo | None:
    """Return the zone of a system by its IANA name; None, the host's own, when it is empty or not known."""
    if not name:
        return None
    zones = import_module("checks.recurrence.zones")  # it takes 4 ms that most starts can do without
    try:
        found: tzinfo = zones.zone_named(name)
    except ValueError:
        return None
    return found


def local(at: float, zone: tzinfo | None) -> datetime:
    """Return a moment, given as UTC seconds, by the clocks of the zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def zone_name(at: float, zone: tzinfo | None) -> str:
    """Return the short name of the zone at that moment: `UTC`, `CEST`; `UTC+07` where it has none."""
    name = local(at, zone).tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def moment(at: float, zone: tzinfo | None) -> str:
    """Return a moment whole, such as `2026-11-25 03:47:12 CET`; a dash when there was none."""
    return f"{local(at, zone):%Y-%m-%d %H:%M:%S} {zone_name(at, zone)}" if at else NEVER


def spoken(at: float, zone: tzinfo | None) -> str:
    """Return a moment to come or of these days as it is said, such as `Sun 29 Nov 03:00 CET`."""
    return f"{weekday(at, zone)} {zone_name(at, zone)}"


def weekday(at: float, zone: tzinfo | None) -> str:
    """Return a moment where the zone is told beside it, such as `Sun 29 Nov 03:00`."""
    there = local(at, zone)
    return f"{there:%a} {there.day} {there:%b %H:%M}"


def clock_time(at: float, zone: tzinfo | None) -> str:
    """Return the time of day where day and zone are told beside it: `03:47:12`."""
    return f"{local(at, zone):%H:%M:%S}"


def brief(at: float, now: float, zone: tzinfo | None) -> str:
    """Return a moment in at most 12 cells where the zone is told beside it.

    That is the time of day when it is of today, else day and time; of another year, the date alone.
    """
    there, here = local(at, zone), local(now, zone)
    if there.date() == here.date():
        return f"{there:%H:%M:%S}"
    # Half a year is told without the year, as `ls` does: nobody takes it for another.
    return f"{there:%d %b %H:%M}" if abs(now - at) < 183 * 86_400 else f"{there:%d %b %Y}"


def named(at: float, now: float, zone: tzinfo | None) -> str:
    """Return a moment in a sentence of a screen: `brief` with the zone, such as `03:47:12 CET`."""
    return f"{brief(at, now, zone)} {zone_name(at, zone)}"

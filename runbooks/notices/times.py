"""Owns the words for times in notices: for people elsewhere, so with the day, the zone and UTC. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo

from checks.moments import local, zone_name

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NOT_KNOWN = "not known"
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


def day(at: float, zone: tzinfo) -> str:
    """Return the day, such as `Sunday 29 November 2026`."""
    if not at:
        return NOT_KNOWN
    here = local(at, zone)
    return f"{DAYS[here.weekday()]} {here.day} {MONTHS[here.month - 1]} {here.year}"


def clock(at: float, zone: tzinfo) -> str:
    """Return the time of day with its zone, such as `03:00 CET`."""
    if not at:
        return NOT_KNOWN
    return f"{local(at, zone):%H:%M} {zone_name(at, zone)}"


def moment(at: float, zone: tzinfo) -> str:
    """Return day and time, with UTC beside them where the zone is another: `..., 03:00 CET (02:00 UTC)`."""
    if not at:
        return NOT_KNOWN
    here, there = local(at, zone), local(at, UTC)
    said = f"{day(at, zone)}, {clock(at, zone)}"
    if here.tzname() == "UTC":
        return said
    other = "" if here.date() == there.date() else f"{DAYS[there.weekday()]} "
    return f"{said} ({other}{there:%H:%M} UTC)"


def span(seconds: float) -> str:
    """Return a length in words: `2 hours`, `1 hour 30 minutes`; seconds are left out."""
    left = round(seconds)
    parts = []
    for size, word in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return " ".join(parts) or "less than a minute"


def filters(zone: tzinfo) -> Mapping[str, Callable[[float], str]]:
    """Return them by the names under which texts use them."""
    return {
        "day": lambda at: day(at, zone),
        "clock": lambda at: clock(at, zone),
        "moment": lambda at: moment(at, zone),
        "span": span,
    }

"""Owns how a moment is said that lies a while back: `20m` ago, a time of day, or a date with it. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from checks.recurrence.zones import moment
from checks.units import read

HINT = "20m ago, 03:12, or 2026-11-26 03:12"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def moment_of(text: str, now: float, zone: tzinfo) -> float:
    """Return the moment as UTC seconds; 0 for an empty text. A time of day is the last one that there was.

    Raises:
        ValueError: when it is none, or still to come.
    """
    said = text.strip()
    if not said or said == "now":
        return 0.0
    found = _read(said, now, zone)
    if found > now:
        raise ValueError(f"{said} is still to come")
    return found


def _read(said: str, now: float, zone: tzinfo) -> float:
    if clock := _CLOCK.fullmatch(said):
        hour, minute = int(clock[1]), int(clock[2])
        if hour > 23 or minute > 59:
            raise ValueError(f"{said} is no time of day")
        today = datetime.fromtimestamp(now, zone).replace(tzinfo=None)
        wanted = today.replace(hour=hour, minute=minute, second=0, microsecond=0)
        found = moment(wanted, zone)
        return found if found <= now else moment(wanted - timedelta(days=1), zone)
    try:
        written = datetime.fromisoformat(said)
    except ValueError:
        pass
    else:
        return written.timestamp() if written.tzinfo else moment(written, zone)
    try:
        return now - read(said.removesuffix("ago").strip(), "s")
    except ValueError:
        raise ValueError(f"{said!r} is no moment; write it as {HINT}") from None

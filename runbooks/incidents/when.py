"""Owns how a moment is typed that lies a while back: `20m` ago, a time of day, or a date with it. Pure.

Seconds may be left out. A date is understood as it stands on screens, on the command line and in ISO 8601.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from checks import moments
from checks.moments import local as local_at
from checks.recurrence.zones import is_twice, moment
from checks.units import read

HINT = "20m ago, 03:12, 03:12:30, or 2026-11-26 03:12:30"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LEAP = 8
"""Years in which every day of a calendar comes at least once."""
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
_CLOCK = re.compile(_TIME)
_DATE = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}})(?:[Tt ]\s*{_TIME}\s*(Z|[+-]\d{{2}}:?\d{{2}})?)?")
_DAY = re.compile(rf"(\d{{1,2}}) ([A-Za-z]{{3}}) {_TIME}")


def moment_of(text: str, now: float, zone: tzinfo, *, may_come: bool = False) -> float:
    """Return the moment as UTC seconds, a date being meant in the zone; 0 for an empty text.

    A time of day is the last one that there was, and so is a day without a year.

    Raises:
        ValueError: when it is none, still to come, or before all that can be; says so.
    """
    said = text.strip()
    if not said or said == "now":
        return 0.0
    try:
        found = _read(said, now, zone)
    except OverflowError:
        found = -1.0
    if found > now and not may_come:
        when, today = moments.moment(found, zone), moments.moment(now, zone)
        raise ValueError(f"{said!r} is still to come: it is {when}, and now it is {today}")
    if not found > 0:
        raise ValueError(f"{said!r} is too long ago")
    return found


def written(text: str, zone: tzinfo) -> float | None:
    """Return the moment of a date with a time of day, UTC seconds; None when it is no date.

    Raises:
        ValueError: when there is no such date or time of day.
        OverflowError: when it is too far away.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    local = _of_day(text, (int(year), int(month), int(day)), (hour or "0", minute or "0", second))
    if not offset:
        return moment(local, zone)
    try:
        return datetime.fromisoformat(f"{local.isoformat()}{offset.replace('Z', '+00:00')}").timestamp()
    except ValueError:
        raise ValueError(f"{text!r} has no offset that there is") from None


def planned(text: str, zone: tzinfo) -> float:
    """Return a date with a time of day, which may be still to come, as UTC seconds; 0 for an empty text.

    Raises:
        ValueError: when it is none.
    """
    said = text.strip()
    if not said:
        return 0.0
    try:
        found = written(said, zone)
    except OverflowError:
        found = None
    if found is None:
        raise ValueError(f"{said!r} is no date with a time of day; write it as 2026-11-29 03:00")
    return found


def typed(at: float, zone: tzinfo) -> str:
    """Return a moment, to the second, as `moment_of` understands it; with its offset where it comes twice."""
    there = local_at(at, zone).replace(microsecond=0)
    naive = there.replace(tzinfo=None, fold=0)
    return (there if is_twice(naive, zone) else naive).isoformat(" ")


def _read(said: str, now: float, zone: tzinfo) -> float:
    if clock := _CLOCK.fullmatch(said):
        today = local_at(now, zone)
        wanted = _of_day(said, (today.year, today.month, today.day), clock.groups())
        found = moment(wanted, zone)
        return found if found <= now else moment(wanted - timedelta(days=1), zone)
    if (date := written(said, zone)) is not None:
        return date
    if day := _DAY.fullmatch(said):
        return _last_time(said, day, now, zone)
    try:
        return now - _ago(said)
    except ValueError:
        raise ValueError(f"{said!r} is no moment; write it as {HINT}") from None


def _ago(said: str) -> float:
    """Return a length in seconds; a number without a unit is none: 03.12 means something else."""
    if said[-1:].isdigit():
        raise ValueError("it has no unit")
    return read(said.removesuffix("ago").strip(), "s")


def _last_time(said: str, found: re.Match[str], now: float, zone: tzinfo) -> float:
    """Return the last time that there was this day of this month."""
    day, month, *clock = found.groups()
    this_year = local_at(now, zone).year
    if month.lower() in MONTHS:
        number = MONTHS.index(month.lower()) + 1
        for year in range(this_year, this_year - LEAP, -1):
            try:
                datetime(year, number, int(day))
            except ValueError:
                continue
            at = moment(_of_day(said, (year, number, int(day)), tuple(clock)), zone)
            if at <= now:
                return at
    raise ValueError(f"{said!r} is no date")


def _of_day(said: str, day: tuple[int, int, int], clock: tuple[str | None, ...]) -> datetime:
    try:
        date = datetime(*day)
    except ValueError:
        raise ValueError(f"{said!r} is no date") from None
    hour, minute, second = (int(part or 0) for part in clock)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{said!r} is no time of day")
    return date.replace(hour=hour, minute=minute, second=second)

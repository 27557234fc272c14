"""Owns local time: which moment a date and time of day are in a zone, also where clocks are set on or back.

A time that is absent, because clocks are set on over it, is the first moment after the gap; one that comes
twice is the first of the two.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALTIME = Path("/etc/localtime")
"""What the host goes by."""


def moment(local: datetime, zone: tzinfo) -> float:
    """Return the UTC seconds of a local time without offset, which may be absent or come twice."""
    first, second = _offsets(local, zone)
    if second <= first:
        return (local - first).replace(tzinfo=UTC).timestamp()
    return _end_of_gap(local - second, local - first, zone)


def is_absent(local: datetime, zone: tzinfo) -> bool:
    """Return whether clocks are set on over this time."""
    first, second = _offsets(local, zone)
    return second > first


def is_twice(local: datetime, zone: tzinfo) -> bool:
    """Return whether this time comes twice, for clocks are set back."""
    first, second = _offsets(local, zone)
    return second < first


def zone_named(name: str, local: Path = LOCALTIME) -> tzinfo:
    """Return the zone of this IANA name; the one of the host when it is empty, UTC where that is not known.

    Raises:
        ValueError: when no zone is called so.
    """
    if not name:
        return _of_host(local)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write it as in Europe/Berlin or UTC") from None


def _of_host(local: Path) -> tzinfo:
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
        if named := os.environ.get("TZ", "").removeprefix(":"):
            return ZoneInfo(named)
    with contextlib.suppress(ValueError, OSError), local.open("rb") as file:
        _, known, name = os.path.realpath(local).rpartition("/zoneinfo/")
        return ZoneInfo.from_file(file, name if known else "the host's zone")
    return UTC


def _offsets(local: datetime, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """Return the offset from UTC by the clocks before a change at this time, and by those after it."""
    before = local.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    after = local.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    return before, after


def _end_of_gap(earliest: datetime, latest: datetime, zone: tzinfo) -> float:
    """Return the moment between these two, in UTC, at which clocks are set on; found to the second."""
    low = int(earliest.replace(tzinfo=UTC).timestamp())
    high = int(latest.replace(tzinfo=UTC).timestamp()) + 1
    offset = _offset_at(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return float(high)


def _offset_at(at: float, zone: tzinfo) -> timedelta | None:
    return datetime.fromtimestamp(at, zone).utcoffset()

"""Owns hours of the week: some days, from a time of day until another, by the clocks of a zone. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from checks.recurrence.timing import TimingError
from checks.recurrence.words import read_weekdays
from checks.recurrence.zones import moment, zone_named

_DAY = 24 * 60
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|(24):(00)")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of some days of the week. What goes over midnight belongs to the day on which it begins."""

    weekdays: frozenset[int]
    """Monday is 0."""
    begin: int
    """Minutes since midnight."""
    end: int
    """Minutes since midnight; not after `begin`: those of the next day."""
    zone: tzinfo

    def include(self, at: float) -> bool:
        """Return whether the moment, UTC seconds, lies within them."""
        local = datetime.fromtimestamp(at, self.zone)
        minute = local.hour * 60 + local.minute
        if self.begin < self.end:
            return local.weekday() in self.weekdays and self.begin <= minute < self.end
        if minute >= self.begin:
            return local.weekday() in self.weekdays
        return minute < self.end and (local - timedelta(days=1)).weekday() in self.weekdays

    def end_after(self, at: float) -> float:
        """Return when the hours end that this moment, UTC seconds, lies in, or that end next after it."""
        local = datetime.fromtimestamp(at, self.zone).replace(tzinfo=None)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        days = (0, 1, 2)
        ends = (moment(midnight + timedelta(days=day, minutes=self.end), self.zone) for day in days)
        return next(end for end in ends if end > at)


def read_hours(written: Mapping[str, Any], timezone: str) -> Hours:
    """Return the hours that `days`, `from` and `until` say, as read in this zone; what is not said is whole.

    Raises:
        TimingError: when they say none.
    """
    try:
        days = read_weekdays(str(written.get("days") or "daily").lower())
    except ValueError as error:
        raise TimingError("days", str(error)) from None
    begin, end = _minute(written, "from", "00:00"), _minute(written, "until", "24:00")
    if begin % _DAY == end % _DAY and (begin, end) != (0, _DAY):
        raise TimingError("until", "is the same as from, so nothing lies between")
    return Hours(days, begin, end, zone_named(timezone))


def _minute(written: Mapping[str, Any], key: str, default: str) -> int:
    text = str(written.get(key) or default)
    found = _TIME.fullmatch(text.strip())
    if found is None or (key == "from" and found[3]):
        raise TimingError(key, f"{text!r} is no time of day; write it as in 08:00")
    return int(found[1] or found[3]) * 60 + int(found[2] or found[4])

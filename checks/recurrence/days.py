"""Owns which days a recurrence falls on, and at which moments. Values; pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from checks.recurrence.zones import moment

WEEKDAYS = frozenset(range(7))
"""Monday is 0."""
MONTHS = frozenset(range(1, 13))
QUARTERS = frozenset({1, 4, 7, 10})
"""The months that a quarter begins with."""
LAST = -1
HORIZON = 41 * 366
"""Days that are looked at for the next occurrence: a fifth Sunday of February may be 40 years away."""


@dataclass(frozen=True, slots=True)
class Days:
    """A set of days, by what is true of their dates."""

    weekdays: frozenset[int] = WEEKDAYS
    nth: int = 0
    """Which of the month's days of that name, from 1; `LAST` for the last one; 0 for any."""
    months: frozenset[int] = MONTHS
    dates: frozenset[int] = frozenset()
    """Days of the month; any when empty."""
    either: bool = False
    """Whether a day need only match `dates` or `weekdays`, as in a crontab that restricts both."""

    def include(self, day: date) -> bool:
        """Return whether the day is one of them."""
        if day.month not in self.months:
            return False
        weekday, dated = day.weekday() in self.weekdays, not self.dates or day.day in self.dates
        if self.either:
            return weekday or dated
        return weekday and dated and self._is_nth(day)

    def _is_nth(self, day: date) -> bool:
        if self.nth == LAST:
            return day.day + 7 > calendar.monthrange(day.year, day.month)[1]
        return self.nth == 0 or (day.day - 1) // 7 + 1 == self.nth


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Something that happens again and again at times of the day, on some days."""

    days: Days
    times: tuple[time, ...]
    """In order."""

    def on(self, day: date, zone: tzinfo) -> tuple[float, ...]:
        """Return the moments of a local day at which it happens, in order, each once."""
        if not self.days.include(day):
            return ()
        return tuple(sorted({moment(datetime.combine(day, at), zone) for at in self.times}))

    def after(self, at: float, zone: tzinfo) -> Iterator[float]:
        """Yield the moments after this one, in order; ends when nothing comes for forty years."""
        # A day that is left out, as by a change of the date line, ends where the next one begins.
        day, last = datetime.fromtimestamp(at, zone).date() - timedelta(days=1), at
        idle = 0
        while idle < HORIZON and day < date(9990, 1, 1):
            found = [start for start in self.on(day, zone) if start > last]
            yield from found
            last, idle = (found[-1], 0) if found else (last, idle + 1)
            day += timedelta(days=1)

    def ever(self) -> bool:
        """Return whether it happens at all; a thirtieth of February does not."""
        return any(self.days.include(date(2000, 1, 1) + timedelta(days=number)) for number in range(HORIZON))

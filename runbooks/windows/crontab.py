"""Owns the lines of a crontab that run a command whenever a window opens, or a task is due. Pure.

cron runs a line when its day of month *or* its day of week matches once both are restricted, so that the
first Sunday is written as every Sunday with a test of the date before the command. cron goes by the host's
clock; a window of another zone is written as every hour with a test of the time in that zone.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta, tzinfo

from checks.errors import UsageError
from checks.recurrence.days import LAST, MONTHS, WEEKDAYS, Days, Recurrence
from checks.recurrence.timing import Once
from runbooks.windows.plan import WindowPlan

SAMPLES = 48
"""Moments over the coming year at which the clocks of two zones are compared."""
_STILL_MONTH = '[ "$(date -d \'12:00 next week\' +%m)" != "$(date +%m)" ]'
_ABOUT_CLOCKS = (
    "# In the night in which clocks change it may be left out, or run twice; a timer never runs twice."
)


def crontab(plan: WindowPlan, command: Sequence[str], host: tzinfo, now: float, what: str = "window") -> str:
    """Return the lines for a window, or something else with its times, with a comment.

    `host` is the zone that cron goes by.

    Raises:
        UsageError: when it comes only once, which no crontab can say.
    """
    if isinstance(plan.timing, Once):
        raise UsageError(
            f"the {what} {plan.name} comes once, which a crontab cannot say; see walkdown timers"
        )
    recurrence, zone = plan.timing.recurrence, plan.timing.zone
    behind = _minutes_behind(zone, host, now)
    head = [f"# {plan.name}: {plan.words} ({zone})"]
    if behind == {0}:
        clocks = [_clock(group) for group in clock_groups(recurrence.times)]
        fields, guard = _by_host(recurrence.days)
        lines = [f"{clock} {fields}" for clock in clocks]
    else:
        line, guard = _by_zone(recurrence, str(zone), behind)
        lines = [line]
        head.append(_ABOUT_CLOCKS)
    # To cron a bare % is the end of the command.
    work = " && ".join((*guard, shlex.join(command))).replace("%", "\\%")
    return "\n".join((*head, *(f"{line} {work}" for line in lines)))


def clock_groups(times: Iterable[time]) -> list[tuple[set[int], set[int]]]:
    """Return minutes and hours of which each group means all minutes of all its hours, as cron reads them."""
    by_minute: dict[int, set[int]] = {}
    for at in times:
        by_minute.setdefault(at.minute, set()).add(at.hour)
    groups: list[tuple[set[int], set[int]]] = []
    for minute, hours in sorted(by_minute.items()):
        same = next((minutes for minutes, known in groups if known == hours), None)
        if same is None:
            groups.append(({minute}, hours))
        else:
            same.add(minute)
    return groups


def _by_host(days: Days) -> tuple[str, tuple[str, ...]]:
    """Return the fields of the day in the host's own time, and what is asked before the command."""
    dates, weekdays = _listed(days.dates), _weekdays(days.weekdays)
    fields = f"{dates} {_months(days)} {weekdays}"
    if days.nth == LAST:
        return fields, (_STILL_MONTH,)
    if days.nth:
        return fields, _dated(nth_dates(days.nth))
    if days.dates and days.weekdays != WEEKDAYS and not days.either:
        # Both must match, and cron would ask for one of them only.
        tests = " || ".join(f'[ "$(date +%d)" -eq {day:02} ]' for day in sorted(days.dates))
        return f"* {_months(days)} {weekdays}", (f"{{ {tests}; }}",)
    return fields, ()


def nth_dates(nth: int) -> tuple[int, int]:
    """Return the first and last day of the month that may be the nth of their weekday."""
    return 7 * nth - 6, min(7 * nth, 31)


def _dated(dates: tuple[int, int]) -> tuple[str, ...]:
    least, most = dates
    tests = (f'[ "$(date +%d)" -ge {least:02} ]', f'[ "$(date +%d)" -le {most:02} ]')
    return tests[1:] if least == 1 else tests[:1] if most == 31 else tests


def _by_zone(recurrence: Recurrence, zone: str, behind: set[int]) -> tuple[str, tuple[str, ...]]:
    """Return fields for every hour, and a test of weekday, month, date and time as they are in the zone."""
    minutes = {(at.minute - shift) % 60 for at in recurrence.times for shift in behind}
    days = recurrence.days
    weekday = _either(str(day + 1) for day in days.weekdays) if days.weekdays != WEEKDAYS else "."
    month = _either(f"{month:02}" for month in days.months) if days.months != MONTHS else ".."
    least, most = nth_dates(days.nth) if days.nth > 0 else (1, 31)
    dates = days.dates or frozenset(range(least, most + 1))
    date = _either(f"{day:02}" for day in dates) if len(dates) < 31 else ".."
    time = _either(f"{at:%H%M}" for at in recurrence.times)
    wanted = f"{weekday}{month}{date}" if not days.either else f"({weekday}{month}..|.{month}{date})"
    test = f"TZ={zone} date +%u%m%d%H%M | grep -qxE '{wanted}{time}'"
    still = (_STILL_MONTH.replace("$(date", f"$(TZ={zone} date"),) if days.nth == LAST else ()
    return f"{_listed(minutes)} * * * *", (test, *still)


def _minutes_behind(zone: tzinfo, host: tzinfo, now: float) -> set[int]:
    """Return by how many minutes the host's clock is behind the zone's, over the coming year."""
    moments = [now + number * 366 * 86400 / SAMPLES for number in range(SAMPLES)]
    gaps = {_offset(at, zone) - _offset(at, host) for at in moments}
    return {round(gap.total_seconds() / 60) for gap in gaps}


def _offset(at: float, zone: tzinfo) -> timedelta:
    return datetime.fromtimestamp(at, zone).utcoffset() or timedelta()


def _clock(group: tuple[set[int], set[int]]) -> str:
    """Return the fields of minute and hour."""
    minutes, hours = group
    return f"{_listed(minutes)} {_listed(hours) if len(hours) < 24 else '*'}"


def _months(days: Days) -> str:
    return _listed(days.months) if days.months != MONTHS else "*"


def _weekdays(weekdays: frozenset[int]) -> str:
    return _listed({(day + 1) % 7 for day in weekdays}) if weekdays != WEEKDAYS else "*"


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(map(str, sorted(numbers))) or "*"


def _either(texts: Iterable[str]) -> str:
    return f"({'|'.join(sorted(texts))})"

"""Owns recurrences as crontabs write them: five fields, by the rules of crontab(5).

A day matches by its date *or* its weekday when both are restricted, and a field counts as unrestricted when
it begins with `*`, steps or not. What cron does with `@reboot` is no recurrence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from checks.recurrence.days import Days, Recurrence
from checks.recurrence.words import DAY_NAMES, MONTH_NAMES

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?")


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five."""

    title: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    """Names of its values, of three letters, from `least` on."""


_SUNDAY_FIRST = (DAY_NAMES[6], *DAY_NAMES[:6])
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, tuple(name[:3] for name in MONTH_NAMES)),
    _Field("day of week", 0, 7, tuple(name[:3] for name in _SUNDAY_FIRST)),
)


def read_cron(text: str) -> Recurrence:
    """Return the recurrence of five fields such as `0 4 * * sun`, or of a nickname such as `@daily`.

    Raises:
        ValueError: when it is none; says which field is wrong.
    """
    texts = NICKNAMES.get(text.strip(), text).split()
    if len(texts) != len(_FIELDS):
        raise ValueError(f"{text!r} has not five fields: minute, hour, day of month, month, day of week")
    minutes, hours, dates, months, days = map(_values, _FIELDS, texts)
    open_dates, open_days = texts[2].startswith("*"), texts[4].startswith("*")
    on = Days(
        # cron counts from Sunday, as 0 or 7.
        frozenset((day - 1) % 7 for day in days),
        months=frozenset(months),
        dates=frozenset(dates),
        either=not (open_dates or open_days),
    )
    found = Recurrence(on, tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)))
    if not found.ever():
        raise ValueError(f"{text!r} never comes")
    return found


def _values(field: _Field, text: str) -> set[int]:
    """Return all values that a field allows."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{field.title}: {part!r} is no value, range such as 1-5, or step such as */10")
        first, last, step = match.groups()
        if first == "*" and last is not None:
            raise ValueError(f"{field.title}: {part!r} is no range; `*` stands alone")
        if step is not None and first != "*" and last is None:
            raise ValueError(f"{field.title}: a step goes with `*` or a range, not with {first!r} alone")
        low = field.least if first == "*" else _value(field, first)
        high = field.most if first == "*" else _value(field, last) if last is not None else low
        if high < low:
            raise ValueError(f"{field.title}: {part!r} runs backwards")
        if step is not None and int(step) < 1:
            raise ValueError(f"{field.title}: a step is at least 1")
        found |= set(range(low, high + 1, int(step or 1)))
    return found


def _value(field: _Field, text: str) -> int:
    name = text.lower()
    if name in field.names:
        return field.least + field.names.index(name)
    if text.isascii() and text.isdecimal() and field.least <= int(text) <= field.most:
        return int(text)
    named = f", or a name such as {field.names[0]}" if field.names else ""
    raise ValueError(f"{field.title}: {text!r} is not from {field.least} to {field.most}{named}")

"""Owns recurrences in words: `daily 02:00`, `monday,thursday 22:30`, `first sunday of quarter 04:00`."""

from __future__ import annotations

import re
from datetime import time

from checks.recurrence.days import LAST, MONTHS, QUARTERS, WEEKDAYS, Days, Recurrence
from checks.recurrence.intervals import is_interval, read_interval
from checks.suggest import did_you_mean

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}
NTH |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}
SETS = {
    "daily": WEEKDAYS,
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
}
EXAMPLE = "write it as `sunday 03:00`, `daily 02:00` or `first sunday of quarter 04:00`"

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_COMMA = re.compile(r"\s*,\s*")
_MONTHS_OF = {"month": MONTHS, "quarter": QUARTERS, "year": frozenset({1})}
_MONTHS_OF |= {name: frozenset({number}) for number, name in enumerate(MONTH_NAMES, 1)}


def read_words(text: str) -> Recurrence:
    """Return the recurrence that the words mean.

    Raises:
        ValueError: when they mean none; says which word is wrong.
    """
    if is_interval(text):
        return read_interval(text)
    *words, last = _COMMA.sub(",", text.lower()).split() or [""]
    clock = _TIME.fullmatch(last)
    if clock is None:
        raise ValueError(f"{text!r} says no time of day such as 03:00; {EXAMPLE}")
    if not words:
        raise ValueError(f"{text!r} says no day; {EXAMPLE}")
    found = Recurrence(_days(words), (time(int(clock[1]), int(clock[2])),))
    if not found.ever():
        raise ValueError(f"{text!r} never comes")
    return found


def _days(words: list[str]) -> Days:
    given = "of" in words
    words, months = _months(words)
    match words:
        case ["day", number] if number.isdecimal() and 1 <= int(number) <= 31:
            return Days(dates=frozenset({int(number)}), months=months)
        case [nth, day] if nth in NTH:
            return Days(read_weekdays(day), NTH[nth], months)
        case [nth, day] if day in DAY_NAMES:
            raise ValueError(f"{nth!r} is none of first to fifth, last{did_you_mean(nth, NTH)}")
        case [days] if not given:
            return Days(read_weekdays(days))
        case [_]:
            raise ValueError("`of` goes with a day of the month, such as `first sunday` or `day 1`")
    raise ValueError(f"{' '.join(words)!r} are no days; {EXAMPLE}")


def _months(words: list[str]) -> tuple[list[str], frozenset[int]]:
    """Return the words before `of`, and the months that are meant by those behind it."""
    if "of" not in words:
        return words, MONTHS
    place = words.index("of")
    months: frozenset[int] = frozenset()
    for name in [part for word in words[place + 1 :] for part in word.split(",")] or [""]:
        if name not in _MONTHS_OF:
            known = "month, quarter, year, or a month's name"
            raise ValueError(f"{name!r} is no {known}{did_you_mean(name, _MONTHS_OF)}")
        months |= _MONTHS_OF[name]
    return words[:place], months


def read_weekdays(names: str) -> frozenset[int]:
    """Return the days that `monday`, `mon,thu` or `weekdays` mean; Monday is 0.

    Raises:
        ValueError: when one is no day; says which.
    """
    found: frozenset[int] = frozenset()
    for name in names.split(","):
        if name in SETS:
            found |= SETS[name]
        elif full := [day for day in DAY_NAMES if name == day or name == day[:3]]:
            found |= {DAY_NAMES.index(full[0])}
        else:
            known = (*DAY_NAMES, *SETS)
            raise ValueError(f"{name!r} is no day{did_you_mean(name, known) or '; ' + EXAMPLE}")
    return found

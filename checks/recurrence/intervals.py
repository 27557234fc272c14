"""Owns recurrences that come every so often: `6 h` is 00:00, 06:00, 12:00 and 18:00, each day."""

from __future__ import annotations

from datetime import time

from checks.recurrence.days import Days, Recurrence
from checks.units import AMOUNT, read, show

LEAST = 300.0
"""Seconds; what is to be done more often than that is a check, not a task."""
_DAY = 1440


def is_interval(text: str) -> bool:
    """Return whether the text is a number with a unit."""
    return AMOUNT.fullmatch(text) is not None


def read_interval(text: str) -> Recurrence:
    """Return the times of day that come every so often, from midnight on.

    Raises:
        ValueError: when they would not be the same on every day, or come too often.
    """
    seconds = read(text, "s")
    if seconds < LEAST:
        raise ValueError(f"{text!r} is too often: at least {show(LEAST, 's')}; a check looks more often")
    if seconds % 60 or seconds > _DAY * 60 or _DAY % (seconds / 60):
        raise ValueError(f"{text!r} does not go into a day evenly; 15 m, 1 h, 6 h or 12 h do")
    step = round(seconds / 60)
    return Recurrence(Days(), tuple(time(at // 60, at % 60) for at in range(0, _DAY, step)))

"""Owns days as a screen goes through them: where one begins, how it is called, times of day. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from checks.moments import local
from checks.recurrence.zones import moment


def day_of(at: float, where: tzinfo | None) -> date:
    """Return the local day that a moment lies in."""
    return local(at, where).date()


def begin_of(day: date, where: tzinfo | None) -> float:
    """Return the moment at which a local day begins."""
    midnight = datetime(day.year, day.month, day.day)
    return midnight.timestamp() if where is None else moment(midnight, where)


def heading(day: date, today: date) -> str:
    """Return what a day is called: `today, Thu 26 Nov`, `Fri 27 Nov`; with its year where that is another."""
    names = {
        today: "today, ",
        today + timedelta(days=1): "tomorrow, ",
        today - timedelta(days=1): "yesterday, ",
    }
    year = f" {day.year}" if day.year != today.year else ""
    return f"{names.get(day, '')}{day:%a} {day.day} {day:%b}{year}"


def time_of(at: float, where: tzinfo | None) -> str:
    """Return the time of day of a moment: `04:00`."""
    return f"{local(at, where):%H:%M}"

"""Owns days as a screen goes through them: where one begins, how it is called, times of day. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from checks.recurrence.zones import moment


def day_of(at: float, where: tzinfo | None) -> date:
    """Return the local day that a moment lies in."""
    return datetime.fromtimestamp(at, UTC).astimezone(where).date()


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
    return f"{datetime.fromtimestamp(at, UTC).astimezone(where):%H:%M}"


def day_and_time(at: float, where: tzinfo | None) -> str:
    """Return a moment with its day: `Sun 6 Dec 04:00`."""
    local = datetime.fromtimestamp(at, UTC).astimezone(where)
    return f"{local:%a} {local.day} {local:%b %H:%M}"

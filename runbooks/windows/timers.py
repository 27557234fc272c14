"""Owns the systemd units that run a command whenever a window opens, or a task is due. Pure.

The timer names the zone, so that the host's own does not matter. What was missed while the host was off is
not run later: the window is over then, and of a task it is said that it was missed. systemd leaves out a time
that clocks are set on over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from checks.recurrence.days import LAST, MONTHS, WEEKDAYS
from checks.recurrence.timing import Once, Recurring
from runbooks.windows.crontab import clock_groups, nth_dates
from runbooks.windows.plan import WindowPlan

EARLY = 4
"""Clocks are set on before this hour, wherever they are."""
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def units(plan: WindowPlan, command: Sequence[str], what: str = "window") -> dict[str, str]:
    """Return the text of the timer and of its service, by the names of their files."""
    name = f"walkdown-{what}-{plan.name}"
    about = f"the walkdown {what} {plan.name}: {plan.words}".replace("%", "%%")
    when = "\n".join(f"OnCalendar={text}" for text in calendar(plan))
    timer = (
        f"[Unit]\nDescription=Begin of {about}\n\n"
        f"[Timer]\n{_about_clocks(plan)}{when}\nAccuracySec=1s\nPersistent=false\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    run = " ".join(map(_quoted, command))
    service = f"[Unit]\nDescription=Work of {about}\n\n[Service]\nType=oneshot\nExecStart={run}\n"
    return {f"{name}.timer": timer, f"{name}.service": service}


def calendar(plan: WindowPlan) -> tuple[str, ...]:
    """Return the calendar expressions at which the window opens; any of them counts."""
    match plan.timing:
        case Once(span=span):
            return (f"{datetime.fromtimestamp(span.start, UTC):%Y-%m-%d %H:%M:%S} UTC",)
        case Recurring() as timing:
            return _expressions(timing)


def _expressions(timing: Recurring) -> tuple[str, ...]:
    days, times = timing.recurrence.days, timing.recurrence.times
    clocks = [f"{_numbers(hours, 24)}:{_numbers(minutes, 60)}:00" for minutes, hours in clock_groups(times)]
    # A zone that was read from a file of the host has no name; without one systemd goes by the host's.
    zone = f" {named}" if "/" in (named := str(timing.zone)) or named == "UTC" else ""
    weekdays = (
        f"{','.join(_NAMES[day] for day in sorted(days.weekdays))} " if days.weekdays != WEEKDAYS else ""
    )
    month = _numbers(days.months, len(MONTHS))
    if days.nth == LAST:
        date = "~07/1"
    elif days.nth:
        date = "-{:02}..{:02}".format(*nth_dates(days.nth))
    else:
        date = f"-{_numbers(days.dates, 31)}" if days.dates else "-*"
    on = (f"{weekdays}*-{month}-*", f"*-{month}{date}") if days.either else (f"{weekdays}*-{month}{date}",)
    return tuple(f"{day} {clock}{zone}" for day in on for clock in clocks)


def _about_clocks(plan: WindowPlan) -> str:
    """Return a comment where clocks may be set on over the time at which it begins."""
    timing = plan.timing
    if isinstance(timing, Once) or str(timing.zone) == "UTC":
        return ""
    early = any(at.hour < EARLY for at in timing.recurrence.times)
    return (
        "# In the night in which clocks are set on over this time, systemd leaves it out.\n" if early else ""
    )


def _numbers(numbers: Iterable[int], every: int) -> str:
    found = sorted(numbers)
    return "*" if len(found) == every else ",".join(f"{number:02}" for number in found)


def _quoted(word: str) -> str:
    """Return a word as systemd reads it back: nothing in it is a variable, a specifier or an escape."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    plain = escaped.replace("\n", "\\n").replace("\t", "\\t")
    return plain if word and not set(word) & set(" \t\n\"'\\;") else f'"{plain}"'

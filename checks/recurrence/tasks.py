"""Owns when a task is due, and until when: at times of its own, whenever a window opens, or by hand. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checks.recurrence.hours import Hours, read_hours
from checks.recurrence.intervals import LEAST
from checks.recurrence.timing import LONGEST, Recurring, Span, Timing, TimingError, read_timing
from checks.units import read, show

BY_HAND = "by hand"
"""What `every:` says of a task that comes when somebody wants it."""
FOR_PROGRAMS, FOR_PEOPLE = 3600.0, 86400.0
"""Seconds that a task is due where it does not say: what a program does, and what people do."""
LOOKED_AT = 500
"""Times of a task that are looked at for one within its hours."""
_ONLY = re.compile(r"(?:(\S+)\s+)?(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)")


@dataclass(frozen=True, slots=True)
class TaskTiming:
    """When a task is due."""

    timing: Timing | None = None
    """Spans from when it is due until it is overdue; None when it comes by hand."""
    grace: float = 0.0
    """Seconds for which it is overdue before it is missed."""
    only: Hours | None = None
    """The hours in which it may be done; None for all."""

    def after(self, at: float) -> Iterator[Span]:
        """Yield the spans that begin after this moment, within its hours, in order."""
        for span in self.timing.after(at) if self.timing is not None else ():
            if self.only is None:
                yield span
            elif self.only.include(span.start):
                yield Span(span.start, min(span.end, self.only.end_after(span.start)))

    def lost_at(self, span: Span, following: Span | None) -> float:
        """Return when what is due in a span is missed: after its grace, and before it comes again."""
        ends = [span.end + self.grace]
        if self.only is not None:
            ends.append(max(span.end, self.only.end_after(span.start)))
        if following is not None:
            ends.append(following.start)
        return min(ends)


def read_task(
    options: Mapping[str, Any], windows: Mapping[str, Mapping[str, Any]], timezone: str
) -> TaskTiming:
    """Return when a task is due, by its options and those of the window that it belongs to.

    Args:
        options: As written in the configuration.
        windows: The options of the windows that can be read, by name.
        timezone: Of the system, when the options name none; empty for the host's.

    Raises:
        TimingError: when they do not say it; names the key.
    """
    own = [key for key in ("every", "cron") if options.get(key) is not None]
    only = _only(options, timezone)
    if len(own) == 2:
        raise TimingError("cron", "says when a second time; every: does already")
    if not own:
        return _with_window(options, windows, timezone, only)
    if str(options[own[0]]).strip().lower() == BY_HAND:
        for key in ("due_within", "grace"):
            if options.get(key) is not None:
                raise TimingError(key, "goes with a task that is due at some time, not with one by hand")
        return TaskTiming(None, 0.0, only)
    people = not any(options.get(key) for key in ("runbook", "command"))
    within = _seconds(options, "due_within", FOR_PEOPLE if people else FOR_PROGRAMS)
    written = {own[0]: options[own[0]], "timezone": options.get("timezone"), "lasts": f"{within:.0f} s"}
    timing = read_timing(written, timezone)
    assert isinstance(timing, Recurring), "every: and cron: recur"
    _demand_rare(own[0], timing)
    found = TaskTiming(timing, _seconds(options, "grace", within, least=0.0), only)
    if only is not None and not any(
        only.include(span.start) for span in itertools.islice(timing.after(0.0), LOOKED_AT)
    ):
        raise TimingError("only", "none of its times lies in these hours")
    return found


def read_expected(options: Mapping[str, Any]) -> float:
    """Return the seconds that a task is expected to take, by its options; 0 when they do not say.

    Raises:
        TimingError: when it is no length, or longer than anything is that is planned.
    """
    return _seconds(options, "expected", 0.0, least=0.0)


def _with_window(
    options: Mapping[str, Any],
    windows: Mapping[str, Mapping[str, Any]],
    timezone: str,
    only: Hours | None,
) -> TaskTiming:
    """Return that it is due whenever its window opens."""
    name = options.get("window")
    if name is None:
        raise TimingError("", f"says when by every, cron or window; `every: {BY_HAND}` for what has no time")
    if name not in windows:
        return TaskTiming(None, 0.0, only)
    timing = read_timing(windows[name], timezone)
    lasts = timing.lasts if isinstance(timing, Recurring) else timing.span.end - timing.span.start
    within = _seconds(options, "due_within", lasts)
    if within > lasts:
        raise TimingError("due_within", f"is longer than the window {name} is open")
    if isinstance(timing, Recurring):
        timing = replace(timing, lasts=within)
    else:
        timing = replace(timing, span=Span(timing.span.start, timing.span.start + within))
    return TaskTiming(timing, _seconds(options, "grace", min(within, FOR_PEOPLE), least=0.0), only)


def _demand_rare(key: str, timing: Recurring) -> None:
    minutes = [at.hour * 60 + at.minute for at in timing.recurrence.times]
    gaps = [(later - earlier) * 60 for earlier, later in itertools.pairwise(minutes)]
    if any(gap < LEAST for gap in gaps):
        raise TimingError(key, f"comes more often than every {show(LEAST, 's')}; a check looks more often")


def _only(options: Mapping[str, Any], timezone: str) -> Hours | None:
    if (written := options.get("only")) is None:
        return None
    found = _ONLY.fullmatch(str(written).strip())
    if found is None:
        raise TimingError("only", f"{written!r} are no hours; write them as in 02:00-05:00")
    days, begin, end = found.groups()
    try:
        return read_hours(
            {"days": days, "from": begin, "until": end}, str(options.get("timezone") or timezone)
        )
    except TimingError as error:
        raise TimingError("only", str(error)) from None
    except ValueError as error:
        raise TimingError("timezone", str(error)) from None


def _seconds(options: Mapping[str, Any], key: str, default: float, least: float = 60.0) -> float:
    if (given := options.get(key)) is None:
        return default
    try:
        seconds = read(str(given), "s")
    except ValueError as error:
        raise TimingError(key, str(error)) from None
    if not least <= seconds <= LONGEST:
        raise TimingError(key, f"must be from {show(least, 's')} to {show(LONGEST, 's')}")
    return seconds

"""Owns the numbers of the calendar for reports: tasks done and missed, hours planned, how windows were.

Pure; made of rows of the journal and of plans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from checks.recurrence.timing import Span
from checks.recurrence.zones import moment
from runbooks.calendar.planned import window_spans
from runbooks.events import Entry
from runbooks.task_events import TaskDone, TaskFailed, TaskMissed, TaskOutcome, TaskSkipped
from runbooks.window_events import WindowClosed, WindowExtended, WindowOpened
from runbooks.windows.plan import WindowPlan


@dataclass(frozen=True, slots=True)
class TaskCount:
    """What became of a task in a time."""

    name: str
    in_time: int = 0
    """Times that it was done before it was overdue."""
    late: int = 0
    """Times that it was done afterwards."""
    extra: int = 0
    """Times that it was done although it was not due, as what comes by hand always is."""
    missed: int = 0
    skipped: int = 0
    failed: int = 0
    """Tries that failed."""
    took: float = 0.0
    """Seconds of all that were timed."""
    expected: float = 0.0
    """Seconds that those were expected to take, as far as somebody said."""

    @property
    def done(self) -> int:
        """Return the times that it was done."""
        return self.in_time + self.late + self.extra


@dataclass(frozen=True, slots=True)
class WindowRun:
    """One time that a window was open."""

    name: str
    opened_at: float
    closed_at: float = 0.0
    """0 while it is open."""
    planned: float = 0.0
    """Seconds for which it was to be open when it was opened."""
    by_hand: bool = False
    early: bool = False
    """Whether somebody closed it before its time was over."""
    extended: int = 0

    def seconds(self, now: float) -> float:
        """Return for how long it was open, until now when it still is."""
        return (self.closed_at or now) - self.opened_at


def counts(entries: Iterable[Entry], start: float, end: float) -> tuple[TaskCount, ...]:
    """Return what became of each task that has a row between two moments, by name.

    An occurrence that was missed and made up for later counts as both missed and late.
    """
    found: dict[str, TaskCount] = {}
    for entry in entries:
        if not start <= entry.at < end:
            continue
        match entry.event:
            case (
                TaskDone(name=name, outcome=outcome)
                | TaskFailed(name=name, outcome=outcome)
                | TaskMissed(name=name, outcome=outcome)
                | TaskSkipped(name=name, outcome=outcome)
            ):
                found[name] = _counted(found.get(name) or TaskCount(name), entry, outcome)
    return tuple(found[name] for name in sorted(found))


def _counted(count: TaskCount, entry: Entry, outcome: TaskOutcome) -> TaskCount:
    match entry.event:
        case TaskMissed():
            return replace(count, missed=count.missed + outcome.count)
        case TaskSkipped():
            return replace(count, skipped=count.skipped + outcome.count)
        case TaskFailed():
            return replace(count, failed=count.failed + 1)
    which = "extra" if not outcome.start else "late" if outcome.late else "in_time"
    timed = replace(
        count,
        took=count.took + outcome.took,
        expected=count.expected + (outcome.expected if outcome.took else 0.0),
    )
    return replace(timed, **{which: getattr(count, which) + 1})


def window_runs(entries: Iterable[Entry]) -> tuple[WindowRun, ...]:
    """Return the times that windows were open, in order; one that was never closed is open still."""
    runs: list[WindowRun] = []
    for entry in entries:
        match entry.event:
            case WindowOpened() as event:
                planned = event.until - (event.planned_start or entry.at)
                runs.append(WindowRun(event.name, entry.at, 0.0, planned, not event.planned_until))
            case WindowExtended() if runs:
                runs[-1] = replace(runs[-1], extended=runs[-1].extended + 1)
            case WindowClosed(early=early) if runs:
                runs[-1] = replace(runs[-1], closed_at=entry.at, early=early)
    return tuple(runs)


def planned_hours(
    windows: Iterable[WindowPlan], start: float, end: float, zone: tzinfo
) -> dict[tuple[int, int], float]:
    """Return how many hours of each local month between two moments lie in a window, by year and month.

    Time in which two windows are open counts once.
    """
    spans = sorted(
        (max(start, span.start), min(end, span.end))
        for window in windows
        for span in window_spans(window, start, end)
    )
    hours: dict[tuple[int, int], float] = {}
    reached = start
    for begin, until in spans:
        for piece in _by_month(Span(max(begin, reached), until), zone):
            local = datetime.fromtimestamp(piece.start, UTC).astimezone(zone)
            month = (local.year, local.month)
            hours[month] = hours.get(month, 0.0) + (piece.end - piece.start) / 3600
        reached = max(reached, until)
    return hours


def _by_month(span: Span, zone: tzinfo) -> Iterable[Span]:
    """Yield the parts of a span that lie in one month each."""
    begin = span.start
    while begin < span.end:
        local = datetime.fromtimestamp(begin, UTC).astimezone(zone)
        following = datetime(local.year + local.month // 12, local.month % 12 + 1, 1)
        until = min(span.end, moment(following, zone))
        yield Span(begin, until)
        begin = until

"""Owns the numbers of the calendar for reports: what became of tasks in a time.

Pure; made of rows of the journal and of plans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from runbooks.events import Entry
from runbooks.task_events import TaskDone, TaskFailed, TaskMissed, TaskOutcome, TaskSkipped


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

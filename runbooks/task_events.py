"""Owns the events of recurring tasks: rows of the journal beside those of walks.

A task comes again and again, each time due for a span: an occurrence, which is named by its start. They are
part of the union that `runbooks/events.py` owns.
"""

from __future__ import annotations

import enum

import msgspec

from runbooks.operators import Operator


class TaskEnding(enum.StrEnum):
    """What became of an occurrence."""

    DONE = "done"
    SKIPPED = "skipped"
    MISSED = "missed"
    FAILED = "failed"
    """It was tried, and is due still."""


class TaskOutcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """One occurrence, or several that were missed or skipped together, and what became of it."""

    ending: TaskEnding
    at: float
    """When that was so, UTC seconds: when it was done, or found to be missed."""
    start: float = 0.0
    """Of the occurrence; 0 for a run that no occurrence asked for."""
    until: float = 0.0
    """When it became overdue."""
    took: float = 0.0
    """Seconds; 0 when nobody knows."""
    expected: float = 0.0
    """Seconds that it was expected to take then; 0 when nobody said."""
    by: Operator = Operator()
    walk: str = ""
    """The walk or the list by which it was done or tried; empty without one."""
    note: str = ""
    """Why it was skipped or failed, or what was noted."""
    count: int = 1
    """Occurrences that were missed or skipped together; 0 to say that what was missed is known."""
    first: float = 0.0
    """Start of the first of them; 0 when there is one only."""

    @property
    def late(self) -> bool:
        """Return whether it was done when it was overdue already."""
        return self.ending is TaskEnding.DONE and 0 < self.until < self.at


class TaskRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the journal says of one task; a fold of its rows."""

    name: str
    words: str = ""
    """When it comes, as it was written when that was last taken up."""
    since: float = 0.0
    """From when on it is expected, UTC seconds."""
    settled: float = 0.0
    """Start of the newest occurrence that was done, skipped or missed."""
    missed: TaskOutcome | None = None
    """What was missed and neither made up for nor acknowledged; None when nothing was."""
    failed: TaskOutcome | None = None
    """The last try that failed, of the occurrence that is due still; None without one."""
    last: TaskOutcome | None = None
    """The last time that it was done."""
    took: tuple[float, ...] = ()
    """Seconds that it took lately, newest first."""
    walks: tuple[str, ...] = ()
    """The walks and lists that were counted lately, newest first."""


class TaskPlanned(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A task is expected from here on: it is new, or comes at other times than before."""

    name: str
    words: str
    """When, as it is written."""


class TaskDropped(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A task is no longer among the tasks of the system."""

    name: str


class TaskDone(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A task was done."""

    name: str
    outcome: TaskOutcome


class TaskFailed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A task was tried and is due still."""

    name: str
    outcome: TaskOutcome


class TaskMissed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A task was not done while it was due; several occurrences in one row, if they are found together."""

    name: str
    outcome: TaskOutcome


class TaskSkipped(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A task was left out for a reason, or it was acknowledged that it was missed."""

    name: str
    outcome: TaskOutcome


class TasksKept(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """All that the rows before come to, so that nobody has to read them again."""

    records: tuple[TaskRecord, ...]


TaskEvents = TaskPlanned | TaskDropped | TaskDone | TaskFailed | TaskMissed | TaskSkipped | TasksKept

"""Owns what is known of the calendar as it stands: values for the wire and for screens."""

from __future__ import annotations

import enum

import msgspec

from runbooks.operators import Operator
from runbooks.task_events import TaskOutcome


class Standing(enum.StrEnum):
    """How a task, or one time of the calendar, stands."""

    COMING = "coming"
    DUE = "due"
    OVERDUE = "overdue"
    """It was to be done by now, and counts still when it is."""
    MISSED = "missed"
    DONE = "done"
    LATE = "late"
    """Done, when it was overdue."""
    SKIPPED = "skipped"
    BY_HAND = "by hand"
    """It comes when somebody wants it."""
    OPEN = "open"
    """A window that is open."""


class Means(enum.StrEnum):
    """What fulfils a task."""

    RUNBOOK = "runbook"
    CHECKLIST = "checklist"
    COMMAND = "command"
    HAND = "hand"


class TaskNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A task of the configuration, and how it stands."""

    name: str
    title: str = ""
    words: str = ""
    """When it comes, as it is written."""
    zone: str = ""
    means: Means = Means.HAND
    target: str = ""
    """Name of the runbook or the checklist, or the command in one line."""
    window: str = ""
    """The window that it belongs to; empty for none."""
    only: str = ""
    """The hours in which it may be done, as they are written; empty for all."""
    expected: float = 0.0
    """Seconds that it is expected to take; 0 when nobody says."""
    usual: float = 0.0
    """Seconds that it usually took; 0 when it was never timed."""
    standing: Standing = Standing.COMING
    start: float = 0.0
    """Of the time that is due, else of the next one; 0 when there is none."""
    until: float = 0.0
    """When that one is overdue."""
    lost_at: float = 0.0
    """When that one is missed."""
    coming: float = 0.0
    """Start of the next time, also while one is due; 0 when it never comes again."""
    missed: TaskOutcome | None = None
    failed: TaskOutcome | None = None
    last: TaskOutcome | None = None

    @property
    def lasts(self) -> float:
        """Return the seconds that it may take: usually, else as expected; 0 when nobody knows."""
        return self.usual or self.expected


class CalendarNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How all tasks stand."""

    tasks: tuple[TaskNow, ...] = ()
    """What needs somebody first, then in the order in which they come."""
    warnings: tuple[str, ...] = ()
    """What overlaps, and what does not fit into its window."""
    trouble: str = ""
    """Why what should be written of tasks could not be."""

    def task(self, name: str) -> TaskNow | None:
        """Return the task of that name; None when there is none."""
        return next((task for task in self.tasks if task.name == name), None)


class Slot(enum.StrEnum):
    """What stands in the calendar."""

    WINDOW = "window"
    TASK = "task"


class AgendaEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One time of a window or a task, past or to come."""

    slot: Slot
    name: str
    start: float
    end: float
    """Of a window, its end; of a task, when it is overdue."""
    title: str = ""
    standing: Standing = Standing.COMING
    window: str = ""
    """Of a task: the window that it belongs to."""
    lasts: float = 0.0
    """Seconds that it is expected to take, or that it usually took; of a window, its length."""
    took: float = 0.0
    """Seconds that it took; 0 when it was not done, or nobody knows."""
    at: float = 0.0
    """When it was done, or found to be missed."""
    by: Operator = Operator()
    walk: str = ""
    note: str = ""
    count: int = 1
    """Times that are told in one line: those of one day that come often, or that were missed together."""


class Agenda(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is in the calendar between two moments, in order."""

    start: float
    end: float
    entries: tuple[AgendaEntry, ...] = ()
    cut: bool = False
    """Whether there was more than can be told."""

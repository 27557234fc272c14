"""Owns the messages about the calendar; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.calendar.state import Agenda, CalendarNow
from runbooks.task_events import TaskOutcome


class AskCalendar(msgspec.Struct, frozen=True, tag=True):
    """Console: what is in the calendar between these moments, UTC seconds? Answered by `CalendarAnswer`."""

    id: int
    start: float
    end: float


class AskTasks(msgspec.Struct, frozen=True, tag=True):
    """Console: how do tasks stand? Answered by `TasksAnswer`, as the next two are."""

    id: int


class FinishTask(msgspec.Struct, frozen=True, tag=True):
    """Console: a task was done, or tried in vain.

    When the time that it would be said of is recorded as done already, nothing is written, unless `again`.
    """

    id: int
    name: str
    note: str = ""
    took: float = 0.0
    """Seconds; 0 when nobody says."""
    failed: bool = False
    again: bool = False
    """Whether it is written down although the last time is recorded as done, and none is due."""


class SkipTask(msgspec.Struct, frozen=True, tag=True):
    """Console: leave a task out that is due, or acknowledge that it was missed."""

    id: int
    name: str
    reason: str


class RefuseTask(msgspec.Struct, frozen=True, tag=True):
    """Command: the run of a task was not begun, so that people are to be told; answered by `TasksAnswer`."""

    id: int
    name: str
    why: str


class CalendarAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what is in the calendar."""

    id: int
    agenda: Agenda


class TasksAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: how tasks stand, after what was wanted."""

    id: int
    calendar: CalendarNow
    written: TaskOutcome | None = None
    """What was written down; None when nothing was wanted, or nothing was written."""
    already: TaskOutcome | None = None
    """What was written before, so that nothing was now."""


class CalendarMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: how tasks stand; at first, and whenever that has changed."""

    calendar: CalendarNow


Questions = AskCalendar | AskTasks | FinishTask | SkipTask | RefuseTask
Answers = CalendarAnswer | TasksAnswer

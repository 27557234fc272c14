"""Owns what crontabs and timers are told of a task: at which times, and by which command. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from checks.errors import UsageError
from checks.recurrence.days import WEEKDAYS, Recurrence
from checks.recurrence.hours import Hours
from checks.recurrence.timing import Recurring
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.state import Means
from runbooks.windows.plan import WindowPlan


def schedule_of(task: TaskPlan) -> WindowPlan:
    """Return the times at which a task is due, its hours reckoned in.

    Raises:
        UsageError: when it has none, or they cannot be said.
    """
    timing, only = task.timing.timing, task.timing.only
    if timing is None:
        raise UsageError(f"the task {task.name} comes by hand, so it has no time")
    if only is not None and isinstance(timing, Recurring):
        timing = replace(timing, recurrence=_within(task.name, timing.recurrence, only))
    return WindowPlan(task.name, timing, task.words, task.zone)


def _within(name: str, recurrence: Recurrence, only: Hours) -> Recurrence:
    """Return what of a recurrence lies within the hours."""
    times = tuple(at for at in recurrence.times if _is_within(at, only))
    if only.weekdays == WEEKDAYS:
        return replace(recurrence, times=times)
    if only.end <= only.begin or recurrence.days.either:
        raise UsageError(f"the hours of the task {name} are too involved for a crontab or a timer")
    days = replace(recurrence.days, weekdays=recurrence.days.weekdays & only.weekdays)
    return Recurrence(days, times)


def _is_within(at: time, only: Hours) -> bool:
    minute = at.hour * 60 + at.minute
    if only.begin < only.end:
        return only.begin <= minute < only.end
    return minute >= only.begin or minute < only.end


def command_of(task: TaskPlan, program: str, system: str) -> tuple[str, ...]:
    """Return the command that fulfils a task.

    Args:
        task: The task.
        program: Path of walkdown.
        system: Path of the system; empty where it is found without.

    Raises:
        UsageError: when people fulfil it.
    """
    named = ("--system", system) if system else ()
    match task.means:
        case Means.COMMAND:
            return (program, "task", "run", *named, task.name)
        case Means.RUNBOOK:
            return (program, "run", *named, task.target, "--auto")
    raise UsageError(f"the task {task.name} is done by people; a crontab or a timer cannot do it")

"""Owns the loading of what has times, for commands: windows, tasks, and what is to be warned of."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from checks import paths
from checks.clock import SystemClock
from checks.errors import StoreError, UsageError
from checks.load import load
from checks.recurrence.zones import zone_named
from checks.suggest import did_you_mean
from checks.system import System
from runbooks.calendar.fold import KINDS, fold_all
from runbooks.calendar.lines import command_of, schedule_of
from runbooks.calendar.plan import PROGRAM, TaskPlan, task_named, tasks_of
from runbooks.calendar.ruling import usual
from runbooks.calendar.state import Means
from runbooks.calendar.warnings import schedule_warnings, unfulfilled
from runbooks.document.shelf import Library
from runbooks.journal import questions
from runbooks.journal.database import looking
from runbooks.library import load_library
from runbooks.model import Risk
from runbooks.windows.plan import WindowPlan, window_named, windows_of

READ = 1000
"""Rows of a kind that are read at most."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A command, and when it is run."""

    what: str
    """`window` or `task`."""
    plan: WindowPlan
    command: tuple[str, ...]


def load_task(source: Path | None, name: str) -> TaskPlan:
    """Return the task of that name.

    Raises:
        ConfigError: when the system cannot be used.
        UsageError: when it has no such task.
    """
    return task_named(tasks_of(load(source)), name)


def scheduled(source: Path | None, name: str, command: tuple[str, ...]) -> tuple[Scheduled, ...]:
    """Return what is run when: a command with a window or a task, a task by its own means, or all of those.

    Raises:
        ConfigError: when the system cannot be used.
        UsageError: when there is nothing of that name, or it cannot be run by itself.
    """
    system = load(source)
    windows, tasks = windows_of(system), tasks_of(system)
    attended = _attended(system, source)
    if not name:
        own = [task for task in tasks if _runs_alone(task, attended) and not task.by_hand]
        if not own:
            raise UsageError("no task of this system is fulfilled by a program; name a window and a command")
        return tuple(_of_task(task, (), source) for task in own)
    is_window = any(plan.name == name for plan in windows)
    is_task = any(plan.name == name for plan in tasks)
    if command and is_window:
        return (Scheduled("window", window_named(windows, name), command),)
    if is_task and not command and task_named(tasks, name).target in attended:
        raise UsageError(f"{task_named(tasks, name).target} needs an operator, so nothing can walk it alone")
    if is_task:
        return (_of_task(task_named(tasks, name), command, source),)
    if is_window:
        raise UsageError(f"say which command is run when the window {name} opens, as in: {name} -- COMMAND")
    names = [*(plan.name for plan in windows), *(plan.name for plan in tasks)]
    known = f"; windows and tasks: {', '.join(names) or 'none'}"
    raise UsageError(f"no window or task is called {name!r}{did_you_mean(name, names) or known}")


def _attended(system: System, source: Path | None) -> frozenset[str]:
    """Return the runbooks that need an operator."""
    plans = load_library(system, source).plans
    return frozenset(plan.name for plan in plans if not plan.auto or plan.risk is Risk.HIGH)


def _runs_alone(task: TaskPlan, attended: Collection[str]) -> bool:
    return task.means is Means.COMMAND or (task.means is Means.RUNBOOK and task.target not in attended)


def _of_task(task: TaskPlan, command: tuple[str, ...], source: Path | None) -> Scheduled:
    system = str(source.absolute()) if source is not None else ""
    return Scheduled("task", schedule_of(task), command or command_of(task, own_program(), system))


def own_program() -> str:
    """Return the full path of walkdown, where cron and systemd find it; its bare name when nobody knows."""
    beside = Path(sys.executable).with_name(PROGRAM)
    return str(beside) if beside.exists() else shutil.which(PROGRAM) or PROGRAM


def calendar_warnings(
    system: System, library: Library, checklists: Collection[str], source: Path | None
) -> tuple[str, ...]:
    """Return what is to be warned of about windows and tasks, by what tasks usually took."""
    tasks = tasks_of(system)
    zone = zone_named(system.info.timezone)
    named = schedule_warnings(
        windows_of(system), tasks, usual_times(source) if tasks else {}, SystemClock().now(), zone
    )
    broken = [file.name for file in library.broken]
    return (
        *unfulfilled(tasks, library.plans, broken, checklists),
        *(f"calendar: warning: {words}" for words in named),
    )


def usual_times(source: Path | None) -> Mapping[str, float]:
    """Return the seconds that tasks usually took by the journal; nothing when it cannot be read."""
    path = paths.journal_file(source)
    if not path.exists():
        return {}
    try:
        with looking(path) as connection:
            rows = questions.newest(connection, [kind.__name__ for kind in KINDS], READ)
    except (sqlite3.Error, StoreError, OSError, ValueError):
        return {}
    return {name: usual(record) for name, record in fold_all(rows).items()}

"""Owns the tasks of a system as its configuration plans them. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from checks.errors import UsageError
from checks.recurrence.tasks import TaskTiming, read_expected, read_task
from checks.recurrence.timing import Span
from checks.recurrence.zones import zone_named
from checks.suggest import did_you_mean
from checks.system import System
from runbooks.calendar.state import Means

SECTION = "tasks"
PROGRAM = "walkdown"
"""What we are called in a command."""
LOOK_BACK = 400 * 86400.0
"""Seconds; what was due before is not found any more."""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """One task of the configuration."""

    name: str
    title: str = ""
    words: str = ""
    """When, as it is written: `daily 02:00`, a crontab's five fields, `by hand`, or with which window."""
    timing: TaskTiming = field(default_factory=TaskTiming)
    zone: tzinfo = UTC
    """In which its times are meant and told."""
    means: Means = Means.HAND
    target: str = ""
    """Name of the runbook or the checklist that fulfils it; the command in one line."""
    command: tuple[str, ...] = ()
    window: str = ""
    follows: bool = False
    """Whether it comes whenever its window opens, and not at times of its own."""
    only: str = ""
    """Its hours, as they are written."""
    expected: float = 0.0
    """Seconds; 0 when nobody says."""
    text: str = ""
    refs: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Return whether it comes when somebody wants it."""
        return self.timing.timing is None

    def after(self, at: float) -> Iterator[Span]:
        """Yield when it is due, from the first time that begins after this moment on."""
        return self.timing.after(at)


def tasks_of(system: System) -> tuple[TaskPlan, ...]:
    """Return the tasks of a loaded system, which were judged while loading."""
    section: Mapping[str, Mapping[str, Any]] = system.sections.get(SECTION) or {}
    windows = system.sections.get("windows") or {}
    return tuple(
        _task(name, options or {}, windows, system.info.timezone) for name, options in section.items()
    )


def task_named(plans: Iterable[TaskPlan], name: str) -> TaskPlan:
    """Return the task of that name.

    Raises:
        UsageError: when there is none; says what may have been meant.
    """
    known = {plan.name: plan for plan in plans}
    if name not in known:
        near = did_you_mean(name, known) or f"; tasks: {', '.join(known) or 'none'}"
        raise UsageError(f"no task is called {name!r}{near}")
    return known[name]


def _task(
    name: str, options: Mapping[str, Any], windows: Mapping[str, Mapping[str, Any]], timezone: str
) -> TaskPlan:
    own = next((str(options[key]) for key in ("every", "cron") if options.get(key) is not None), "")
    window = str(options.get("window") or "")
    means, target = _means(options)
    return TaskPlan(
        name,
        str(options.get("title") or ""),
        own or _following(window, windows),
        read_task(options, windows, timezone),
        zone_named(str(options.get("timezone") or timezone)),
        means,
        target,
        tuple(map(str, options.get("command") or ())),
        window,
        not own,
        str(options.get("only") or ""),
        read_expected(options),
        str(options.get("text") or ""),
        tuple(map(str, options.get("refs") or ())),
    )


def _following(window: str, windows: Mapping[str, Mapping[str, Any]]) -> str:
    options = windows.get(window) or {}
    words = [str(options[key]) for key in ("every", "cron", "from") if options.get(key) is not None]
    return f"with {window}: {words[0]}" if words else f"with {window}"


def _means(options: Mapping[str, Any]) -> tuple[Means, str]:
    if runbook := options.get("runbook"):
        return Means.RUNBOOK, str(runbook)
    if checklist := options.get("checklist"):
        return Means.CHECKLIST, str(checklist)
    if command := options.get("command"):
        return Means.COMMAND, shlex.join(map(str, command))
    return Means.HAND, ""

"""Owns what a shell completes: names of runbooks, checklists, windows, tasks, steps, drivers; no load."""

from __future__ import annotations

from pathlib import Path

import click

from checks.config.known import known_tasks, known_windows
from checks.errors import WalkdownError
from checks.names import complete_check
from runbooks.document.files import CHECKLISTS, find_files, find_runbooks, guessed_name
from runbooks.registry import DRIVERS, step_names


def complete_rendered(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the checks and runbooks of the system that the command line names."""
    checks = complete_check(context, parameter, incomplete)
    return [
        *checks,
        *(name for name in complete_runbook(context, parameter, incomplete) if name not in checks),
    ]


def complete_runbook(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the runbooks of the system that the command line names, and begin with what is typed."""
    source = context.params.get("source")
    given = context.params.get(parameter.name or "") or ()
    return [name for name in known_runbooks(source) if name.startswith(incomplete) and name not in given]


def complete_window(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the windows of the system that the command line names, and begin with what is typed."""
    source = context.params.get("source")
    try:
        return [name for name in known_windows(source) if name.startswith(incomplete)] if source else []
    except (OSError, WalkdownError):
        return []


def complete_checklist(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the checklists of the system that the command line names, and begin with what is typed."""
    source = context.params.get("source")
    found = find_files(source, CHECKLISTS) if source else ()
    names = filter(None, (guessed_name(one.source, "checklist") for one in found))
    return [name for name in names if name.startswith(incomplete)]


def complete_task(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the tasks of the system that the command line names, and begin with what is typed."""
    source = context.params.get("source")
    try:
        return [name for name in known_tasks(source) if name.startswith(incomplete)] if source else []
    except (OSError, WalkdownError):
        return []


def complete_scheduled(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the windows and tasks of the system that the command line names."""
    windows = complete_window(context, parameter, incomplete)
    tasks = complete_task(context, parameter, incomplete)
    return [*windows, *(name for name in tasks if name not in windows)]


def complete_step(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the kinds of steps that begin with what is typed."""
    return [name for name in step_names() if name.startswith(incomplete)]


def complete_driver(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the drivers that begin with what is typed."""
    return [name for name in DRIVERS if name.startswith(incomplete)]


def known_runbooks(source: Path | None) -> tuple[str, ...]:
    """Return the names of a system's runbooks, as far as their files say them in a line of their own."""
    if source is None:
        return ()
    return tuple(filter(None, (guessed_name(found.source) for found in find_runbooks(source))))

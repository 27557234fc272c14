"""Owns the commands `walkdown calendar` and `walkdown task`.

What they do is imported when they are called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits
from checks.units import read

_named = click.argument("name", shell_complete=completed_by("runbooks.names:complete_task"))


def _seconds(context: click.Context, parameter: click.Parameter, given: str | None) -> float:
    """Return a length such as `30m` or `2 h` in seconds; a bare number is seconds."""
    try:
        return read(given, "s") if given else 0.0
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


@click.command()
@click.option(
    "--from", "start", default="", metavar="DATE", help="First day, such as 2026-12-01; today if not said."
)
@click.option("--to", "end", default="", metavar="DATE", help="Last day; 7 days from the first if not said.")
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def calendar(start: str, end: str, output: str, source: Path | None) -> None:
    """Say what is due and was missed, and what comes.

    Windows and tasks, day by day, with what overlaps and what does not fit. Exit code 1 when something was
    missed or is overdue.

    An agent is started when none runs.
    """
    from agent.calendar_commands import tell_calendar
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(tell_calendar(source, start, end, output)))


@click.group()
def task() -> None:
    """Look after recurring tasks: done, skip, run.

    A task that a runbook or a checklist fulfils counts as done once that was walked or closed. Here is what
    people say of the others, and what crontabs and timers run.

    An agent is started when none runs.
    """


@task.command()
@_named
@click.option("--note", default="", help="What is to be known of it; it is written down.")
@click.option(
    "--took", callback=_seconds, metavar="LENGTH", help="How long it took, such as 25m; 31 days at most."
)
@click.option("--again", is_flag=True, help="Also when its last time is recorded as done, and none is due.")
@system_option
def done(name: str, note: str, took: float, again: bool, source: Path | None) -> None:
    """Say that a task was done.

    It counts for the time that is due or was missed, else for the next one, if that is near. When none is
    and the last one is recorded as done, that is said and nothing is written. A task that a program or a
    list fulfils needs a --note. Exit code 14 when it is refused.
    """
    from agent.calendar_commands import finish_task
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(finish_task(source, name, note, took, again)))


@task.command()
@_named
@click.option("--reason", required=True, help="Why; it is written down.")
@system_option
def skip(name: str, reason: str, source: Path | None) -> None:
    """Leave a task out that is due, or acknowledge that it was missed. Exit code 14 when it is refused."""
    from agent.calendar_commands import skip_task
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(skip_task(source, name, reason)))


@task.command(name="run")
@_named
@system_option
def run_(name: str, source: Path | None) -> None:
    """Run the command of a task, and write down how it ended.

    For crontabs and timers: `walkdown cron` prints the line. What the command says goes where this program's
    output goes. It is not begun outside of the task's hours, nor while it still runs: exit code 14. Else the
    exit code is that of the command.
    """
    from agent.task_running import run_task

    with errors_as_exits():
        leave(run_task(source, name))

"""Owns the commands `check`, which asks an agent or stands in for one, `watch`, which is one, and `agent`.

What commands do is imported when they are called.
"""

from __future__ import annotations

import fnmatch
import os
import sys
from pathlib import Path

import click

from checks import paths
from checks.board import Snapshot, SystemInfo
from checks.command_line import completed_by, leave, system_option
from checks.errors import LinkError, UsageError
from checks.exits import errors_as_exits
from checks.formats import FORMATS, find_format
from checks.model import Level, worst
from checks.suggest import did_you_mean


@click.command()
@click.argument("names", nargs=-1, shell_complete=completed_by("checks.names:complete_check"))
@click.option("-o", "--output", type=click.Choice(tuple(FORMATS)), default="text", help="Output format.")
@click.option("--here", is_flag=True, help="Probe in this process even when an agent runs.")
@system_option
def check(names: tuple[str, ...], output: str, here: bool, source: Path | None) -> None:
    """Probe checks once and say what was seen.

    NAMES are check names or patterns such as 'disk*'; all checks when there are none. A running agent is
    asked; without one the checks are probed by this process. The exit code is that of the worst level:
    0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN.
    """
    with errors_as_exits():
        seen = None if here else _probe_there(source, names)
        system, snapshot = seen or _probe_here(source, names)
    for notice in snapshot.notices:
        click.echo(f"{notice.level} {notice.source}: {notice.text}", err=True)
    options = {"colour": True} if output == "text" and _wants_colour() else {}
    click.echo(find_format(output)(system, snapshot, **options))
    levels = tuple(state.level for state in snapshot.states)
    leave(worst(levels).exit_code if levels else Level.UNKNOWN.exit_code)


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _probe_there(source: Path | None, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot] | None:
    """Return what an agent sees; None when there is none that knows the files as they are now."""
    from agent.ask import visiting
    from agent.fingerprint import fingerprint
    from agent.reach import reach_of

    try:
        reach = reach_of(source)
        with visiting(*reach.places, uid=reach.uid) as visit:
            if visit is None or visit.welcome.configuration != fingerprint(source):
                return None
            system = visit.welcome.system
            return system, visit.probe(choose(system, names))
    except LinkError as error:
        click.echo(f"the agent was left out: {error}", err=True)
        return None


def _probe_here(source: Path | None, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot]:
    from agent.once import probe_once

    return probe_once(source, lambda system: choose(system, names))


def choose(system: SystemInfo, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the checks that the patterns choose, in the system's order; all without a pattern.

    Raises:
        UsageError: when a pattern chooses none; says what may have been meant.
    """
    names = tuple(info.name for info in system.checks)
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise UsageError(f"no check is called {pattern!r}{did_you_mean(pattern, names)}")
    if not patterns:
        return names
    return tuple(name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns))


@click.command()
@system_option
def watch(source: Path | None) -> None:
    """Probe and remember in the foreground, as a service.

    It runs until it is told to end. Consoles attach to it as to any agent. Tells systemd when it is ready.
    Exit code 75 when an agent looks after the system already.
    """
    from agent.run import run

    leave(run(source, stay=True))


@click.group()
def agent() -> None:
    """Look after the agent: status, stop. It is the process that probes and remembers."""


@agent.command()
@system_option
def status(source: Path | None) -> None:
    """Say whether an agent runs, and what it looks after. Exit code 3 when none does."""
    from agent.agent_commands import tell_status

    with errors_as_exits():
        leave(tell_status(source))


@agent.command()
@click.option("--force", is_flag=True, help="Also while a walk is open; the next agent takes it up.")
@system_option
def stop(force: bool, source: Path | None) -> None:
    """End the agent, whatever its version; what it has stored stays.

    Exit code 69 when a walk is open in it, or it lives on after ten seconds; its process is named then.
    """
    from agent.ask import dismiss
    from agent.reach import reach_of

    with errors_as_exits():
        reach = reach_of(source)
        pid = dismiss(*reach.places, reason="walkdown agent stop", force=force, uid=reach.uid)
    if pid is None:
        click.echo(f"no agent runs for {paths.system_name(source)}")
    else:
        click.echo(f"agent ended (process {pid})")

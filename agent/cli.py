"""Owns the commands that need an agent or stand in for one: `check`, `watch`, `agent`."""

from __future__ import annotations

import fnmatch
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from agent.ask import dismiss, visiting
from agent.fingerprint import fingerprint
from checks import paths
from checks.board import Snapshot, SystemInfo
from checks.command_line import completed_by, leave, system_option
from checks.errors import LinkError, UsageError
from checks.exits import errors_as_exits
from checks.formats import FORMATS, find_format
from checks.model import Level, worst
from checks.suggest import did_you_mean
from checks.version import __version__

NO_AGENT = 3
"""Exit code of `agent status` when none runs."""


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
    try:
        with visiting(*paths.sockets(source)) as visit:
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
    with errors_as_exits(), visiting(*paths.sockets(source)) as visit:
        if visit is None:
            click.echo(f"no agent runs for {paths.system_name(source)}")
            sys.exit(NO_AGENT)
        welcome = visit.welcome
    since = datetime.fromtimestamp(welcome.started).astimezone().isoformat(" ", "seconds")
    counts = ", ".join(f"{number} {level}" for level, number in visit.snapshot.counts().items() if number)
    other = "" if welcome.version == __version__ else f" (this is {__version__})"
    click.echo(f"agent {welcome.version}{other}, process {welcome.pid}, since {since}")
    click.echo(f"system {welcome.system.title or welcome.system.name}: {visit.snapshot.health} ({counts})")
    for notice in visit.snapshot.notices:
        click.echo(f"{notice.level} {notice.source}: {notice.text}")
    click.echo(f"socket {visit.place}")
    if visit.place == paths.socket_file(source):
        click.echo(f"store {paths.store_file(source)}")
        click.echo(f"log {paths.log_file(source)}")


@agent.command()
@system_option
def stop(source: Path | None) -> None:
    """End the agent, whatever its version; what it has stored stays.

    Exit code 69 when it lives on after ten seconds; its process is named then.
    """
    with errors_as_exits():
        pid = dismiss(*paths.sockets(source), reason="walkdown agent stop")
    if pid is None:
        click.echo(f"no agent runs for {paths.system_name(source)}")
    else:
        click.echo(f"agent ended (process {pid})")

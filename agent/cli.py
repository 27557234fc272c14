"""Owns the commands that need an agent or stand in for one: `check`, `watch`, `agent`."""

from __future__ import annotations

import fnmatch
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from agent.ask import Visit, visiting
from checks import paths
from checks.board import Snapshot, SystemInfo
from checks.command_line import leave, system_option
from checks.errors import LinkError, UsageError
from checks.exits import errors_as_exits
from checks.formats import FORMATS, find_format
from checks.model import Level, worst
from checks.suggest import did_you_mean


@click.command()
@click.argument("names", nargs=-1)
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
        system, snapshot = _probe_here(source, names) if here else _probe(source, names)
    render = find_format(output)
    options = {"colour": True} if output == "text" and _wants_colour() else {}
    click.echo(render(system, snapshot, **options))
    levels = tuple(state.level for state in snapshot.states)
    leave(worst(levels).exit_code if levels else Level.UNKNOWN.exit_code)


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _probe(source: Path | None, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot]:
    try:
        with visiting(paths.socket_file(source)) as visit:
            if visit is not None:
                return _probe_there(visit, names)
    except LinkError as error:
        click.echo(f"the agent was left out: {error}", err=True)
    return _probe_here(source, names)


def _probe_there(visit: Visit, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot]:
    system = visit.welcome.system
    chosen = choose(system, names)
    return system, _only(visit.probe(chosen), chosen)


def _probe_here(source: Path | None, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot]:
    from agent.once import probe_once

    return probe_once(source, lambda system: choose(system, names))


def _only(snapshot: Snapshot, names: tuple[str, ...]) -> Snapshot:
    return replace(snapshot, states=tuple(state for state in snapshot.states if state.name in names))


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
    """Probe and remember in the foreground until told to end, as a service does.

    Consoles attach to it as to any agent. Tells systemd when it is ready.
    """
    from agent.run import run

    leave(run(source, stay=True))


@click.group()
def agent() -> None:
    """Look after the agent: the process that probes and remembers."""


@agent.command()
@system_option
def status(source: Path | None) -> None:
    """Say whether an agent runs, and what it looks after. Exit code 3 when none does."""
    with errors_as_exits(), visiting(paths.socket_file(source)) as visit:
        if visit is None:
            click.echo(f"no agent runs for {paths.system_name(source)}")
            sys.exit(3)
        welcome = visit.welcome
        since = datetime.fromtimestamp(welcome.started).astimezone().isoformat(" ", "seconds")
        counts = ", ".join(f"{number} {level}" for level, number in visit.snapshot.counts().items() if number)
        name = welcome.system.title or welcome.system.name
        click.echo(f"agent {welcome.version}, process {welcome.pid}, since {since}")
        click.echo(f"system {name}: {visit.snapshot.health} ({counts})")
        click.echo(f"store {paths.store_file(source)}")
        click.echo(f"log {paths.log_file(source)}")


@agent.command()
@system_option
def stop(source: Path | None) -> None:
    """End the agent; what it has stored stays."""
    with errors_as_exits(), visiting(paths.socket_file(source)) as visit:
        if visit is None:
            click.echo(f"no agent runs for {paths.system_name(source)}")
            return
        visit.stop("walkdown agent stop")
        click.echo(f"agent ended (process {visit.welcome.pid})")

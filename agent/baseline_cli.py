"""Owns the commands `walkdown baseline` and `walkdown diff`. What they do is imported when called."""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import leave, system_option
from checks.exits import errors_as_exits


@click.command()
@click.argument("name", default="by-hand")
@system_option
def baseline(name: str, source: Path | None) -> None:
    """Keep how everything is now, to compare with it later.

    Every check is probed; levels and readings are written into the journal under NAME. When a window or a
    walk opens, that is done by itself, under the name of the window or the id of the walk.

    An agent is started when none runs.
    """
    from agent.baseline_commands import take_baseline
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(take_baseline(source, name)))


@click.command()
@click.argument("name", default="")
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def diff(name: str, output: str, source: Path | None) -> None:
    """Say what is different now from a baseline.

    Newly bad, bad before, fixed, and slower or fuller by how much. NAME is that of a baseline, a window or a
    walk; the newest baseline when it is left out. Exit code 1 when a check is worse than it was, else 0.

    An agent is started when none runs.
    """
    from agent.baseline_commands import tell_difference
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(tell_difference(source, name, output)))

"""Owns the command `walkdown uptime`. What it does is imported when it is called."""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits
from checks.units import read


def _seconds(context: click.Context, parameter: click.Parameter, given: str) -> float:
    """Return a length such as `30 d` in seconds."""
    try:
        seconds = read(given, "s")
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None
    if not 0 < seconds <= 730 * 86_400:
        raise click.BadParameter("it is up to 730 days", context, parameter)
    return seconds


@click.command()
@click.argument("names", nargs=-1, shell_complete=completed_by("checks.names:complete_check"))
@click.option("--since", callback=_seconds, default="30d", help="How long ago it begins; 30d when not said.")
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def uptime(names: tuple[str, ...], since: float, output: str, source: Path | None) -> None:
    """Say how long checks were up, with planned time and without.

    NAMES are check names or patterns; all checks, and the system as a whole, when there are none. Up is OK
    and WARN, down is CRIT; what nobody knows is counted apart. The system is down while a mandatory check is,
    or any check where none is mandatory. No agent is needed.
    """
    from agent.uptime_commands import tell_uptime

    with errors_as_exits():
        leave(tell_uptime(source, names, since, output))

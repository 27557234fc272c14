"""Owns the command `walkdown window`: status, open, extend, close.

What it does is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits
from checks.units import read


def _seconds(context: click.Context, parameter: click.Parameter, given: str) -> float:
    """Return a length such as `30m` or `2 h` in seconds; a bare number is seconds."""
    try:
        return read(given, "s")
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


_reason = click.option("--reason", required=True, help="Why; it is written down.")


@click.group()
def window() -> None:
    """Look after windows: status, open, extend, close.

    A window says when steps that change things may be started. Windows open and close as the system's files
    plan them, while an agent runs; all that is done by hand is written into the journal, with its reason.

    An agent is started when none runs, but by `status`, which only looks.
    """


@window.command()
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def status(output: str, source: Path | None) -> None:
    """Say which window is open and until when, and which come next. Exit code 3 when none is open.

    Exit code 69 when no agent runs: to look starts none.
    """
    from agent.meeting import run_to_end
    from agent.window_commands import tell_windows

    with errors_as_exits():
        leave(run_to_end(tell_windows(source, output)))


@window.command(name="open")
@click.argument("name", shell_complete=completed_by("runbooks.names:complete_window"))
@click.option(
    "--for",
    "lasts",
    callback=_seconds,
    default="0",
    help="How long, such as 2h or 90m; what it is not needed for ends as planned.",
)
@_reason
@system_option
def open_(name: str, lasts: float, reason: str, source: Path | None) -> None:
    """Open a window now that is not planned now.

    NAME is one of the system's windows, or whatever it should be called. Opened within an hour before its
    planned start, it is that time of it: it ends as planned and is not opened again. Exit code 14 when it is
    refused.
    """
    from agent.meeting import run_to_end
    from agent.window_commands import open_window

    with errors_as_exits():
        leave(run_to_end(open_window(source, name, lasts, reason)))


@window.command()
@click.argument("lasts", callback=_seconds)
@_reason
@click.option(
    "--beyond",
    is_flag=True,
    help="Set aside how far it may be extended; the reason has at least 10 characters then.",
)
@system_option
def extend(lasts: float, reason: str, beyond: bool, source: Path | None) -> None:
    """Have the open window close later, by a length such as 30m.

    How far it may be extended altogether is said by `status`. Exit code 14 when it is refused.
    """
    from agent.meeting import run_to_end
    from agent.window_commands import extend_window

    with errors_as_exits():
        leave(run_to_end(extend_window(source, lasts, reason, beyond=beyond)))


@window.command()
@_reason
@click.option("--force", is_flag=True, help="Also while a walk is open, which stays open.")
@system_option
def close(reason: str, force: bool, source: Path | None) -> None:
    """Close the open window now.

    What runs goes on; the next step that changes something is not started. While a walk is open it is
    refused, and said which; --force closes it all the same, and needs a reason of 10 characters. Exit code 14
    when it is refused.
    """
    from agent.meeting import run_to_end
    from agent.window_commands import close_window

    with errors_as_exits():
        leave(run_to_end(close_window(source, reason, force)))

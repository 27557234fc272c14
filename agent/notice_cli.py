"""Owns the commands `walkdown notice` and `walkdown contacts`.

What they do is imported when they are called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits

_output = click.option(
    "-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format."
)


@click.group()
def notice() -> None:
    """Tell people of windows and of work: list, show, send.

    A notice is a text with blanks, in the folder notices/ of the system; some are shipped. What is sent is
    shown first and written into the journal.

    An agent is started when none runs.
    """


@notice.command(name="list")
@_output
@system_option
def list_(output: str, source: Path | None) -> None:
    """List what can be sent, what is to be announced, and what was sent."""
    from agent.meeting import run_to_end
    from agent.notice_commands import tell_notices

    with errors_as_exits():
        leave(run_to_end(tell_notices(source, output)))


_window = click.option(
    "--window",
    default="",
    shell_complete=completed_by("runbooks.names:complete_window"),
    help="The window that it is about; else the one that its text names, or that suits its kind.",
)
_impact = click.option("--impact", default="", help="What it means for people; else as its text says.")
_task = click.option(
    "--task", "tasks", multiple=True, help="Something that is planned; else as its text says."
)
_incident = click.option("--incident", default="", help="The incident that it is about.")
_starts = click.option(
    "--starts",
    default="",
    help="When the window begins that is announced, as `list` says; else the next time.",
)


@notice.command()
@click.argument("name")
@_window
@_impact
@_task
@_incident
@_starts
@_output
@system_option
def show(
    name: str,
    window: str,
    impact: str,
    tasks: tuple[str, ...],
    incident: str,
    starts: str,
    output: str,
    source: Path | None,
) -> None:
    """Show what a notice would say now. Exit code 14 when it cannot be filled in."""
    from agent.meeting import run_to_end
    from agent.notice_commands import Wanted, moment_given, show_notice

    with errors_as_exits():
        wanted = Wanted(name, window, impact, tasks, incident, moment_given(starts, source))
        leave(run_to_end(show_notice(source, wanted, output)))


@notice.command()
@click.argument("name")
@click.option("--route", "routes", multiple=True, help="Route of `notify:` that carries it; several may.")
@click.option("--by-hand", is_flag=True, help="You send it yourself, as by copying; it is written down.")
@click.option("--note", default="", help="What is to be remembered, such as to whom it went.")
@click.option("--again", default="", help="Why it is sent once more, when it was sent already.")
@click.option("--yes", is_flag=True, help="Do not ask before it is sent.")
@_window
@_impact
@_task
@_incident
@_starts
@system_option
def send(
    name: str,
    routes: tuple[str, ...],
    by_hand: bool,
    note: str,
    again: str,
    yes: bool,
    window: str,
    impact: str,
    tasks: tuple[str, ...],
    incident: str,
    starts: str,
    source: Path | None,
) -> None:
    """Show a notice, ask, and send it: by routes, or by hand.

    What was sent already for the same time of a window is refused, unless --again says why.
    Without a terminal it must be said with --yes that nobody is asked. What becomes of messages by routes is
    listed by `walkdown alerts`. Exit code 14 when it is refused, or not wanted after all.
    """
    from agent.meeting import run_to_end
    from agent.notice_commands import Sending, Wanted, moment_given, send_notice

    if bool(routes) == by_hand:
        raise click.UsageError("either --route, once or more, or --by-hand")
    with errors_as_exits():
        wanted = Wanted(name, window, impact, tasks, incident, moment_given(starts, source))
        leave(run_to_end(send_notice(source, wanted, Sending(routes, note, again), ask=not yes)))


@click.command()
@_output
@system_option
def contacts(output: str, source: Path | None) -> None:
    """List whom to call. Needs no agent."""
    from agent.notice_commands import tell_contacts

    with errors_as_exits():
        leave(tell_contacts(source, output))

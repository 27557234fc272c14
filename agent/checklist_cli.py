"""Owns the command `walkdown checklist`: list, show, open, tick, untick, na, note, next, close.

What it does is imported when it is called.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits

_list = click.option(
    "--list",
    "name",
    default="",
    metavar="NAME",
    shell_complete=completed_by("runbooks.names:complete_checklist"),
    help="The open list, by its name or id; needed when several are open that have such an item.",
)
_reason = click.option("--reason", required=True, help="Why; it is written down.")
_output = click.option(
    "-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format."
)


@click.group()
def checklist() -> None:
    """Work through checklists: list, show, open, tick, close.

    Items are ticked by what checks see and the journal says, by a person who has seen the evidence, or by a
    person. Lists are kept by the agent; all that is done with them is written into the journal. Exit code 14
    when something is refused.

    An agent is started when none runs.
    """


@checklist.command(name="list")
@_output
@system_option
def list_(output: str, source: Path | None) -> None:
    """List what is open, what opens next and with which window, and what was closed."""
    from agent.checklist_commands import tell_lists
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(tell_lists(source, output)))


@checklist.command()
@click.argument("name", default="", shell_complete=completed_by("runbooks.names:complete_checklist"))
@_output
@system_option
def show(name: str, output: str, source: Path | None) -> None:
    """Show a list: its items with who, when and on what evidence, and what keeps the others.

    NAME is that of a list, or the id of one that was closed; the only open one when it is not given.
    Exit code 3 when a mandatory item is not finished.
    """
    from agent.checklist_commands import tell_list
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(tell_list(source, name, output)))


@checklist.command(name="open")
@click.argument("name", shell_complete=completed_by("runbooks.names:complete_checklist"))
@click.option("--reason", default="", help="What it is opened for.")
@system_option
def open_(name: str, reason: str, source: Path | None) -> None:
    """Open a list now. One that belongs to a window opens by itself."""
    from agent.checklist_commands import open_list
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(open_list(source, name, reason)))


@checklist.command()
@click.argument("item")
@click.option("--note", default="", help="Something worth knowing; it is written down.")
@click.option("--yes", is_flag=True, help="Do not ask; the evidence is shown and written down all the same.")
@_list
@system_option
def tick(item: str, note: str, yes: bool, name: str, source: Path | None) -> None:
    """Tick an item that a person ticks.

    Its evidence is shown first, and is what is written down. Items that follow checks or the journal are
    ticked by themselves and by nothing else.
    """
    from agent.checklist_commands import REFUSED, look_at, tick_item
    from agent.meeting import run_to_end

    with errors_as_exits():
        seen = run_to_end(look_at(source, name, item))
        if seen.lines and not yes and not _confirmed(item):
            click.echo("not ticked", err=True)
            leave(REFUSED)
        leave(run_to_end(tick_item(source, seen, note)))


def _confirmed(item: str) -> bool:
    """Ask on standard input; its end is no."""
    click.echo(f"Is {item} as it should be? Type yes to tick it: ", nl=False)
    return sys.stdin.readline().strip() == "yes"


@checklist.command()
@click.argument("item")
@_reason
@_list
@system_option
def untick(item: str, reason: str, name: str, source: Path | None) -> None:
    """Take back a tick of a person, or that an item does not apply."""
    from agent.checklist_commands import untick_item
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(untick_item(source, name, item, reason)))


@checklist.command()
@click.argument("item")
@_reason
@_list
@system_option
def na(item: str, reason: str, name: str, source: Path | None) -> None:
    """Say that an item does not apply."""
    from agent.checklist_commands import leave_out
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(leave_out(source, name, item, reason)))


@checklist.command()
@click.argument("item")
@click.argument("text")
@_list
@system_option
def note(item: str, text: str, name: str, source: Path | None) -> None:
    """Write something down beside an item."""
    from agent.checklist_commands import note_item
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(note_item(source, name, item, text)))


@checklist.command(name="next")
@_list
@system_option
def next_(name: str, source: Path | None) -> None:
    """Begin the next phase; what is unfinished in this one is named and keeps it from beginning."""
    from agent.checklist_commands import begin_phase
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(begin_phase(source, name)))


@checklist.command()
@click.option("--reason", default="", help="Why it is given up, when it is not finished.")
@_list
@system_option
def close(reason: str, name: str, source: Path | None) -> None:
    """Close a list; one that is not finished is given up, for a reason."""
    from agent.checklist_commands import close_list
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(close_list(source, name, reason)))

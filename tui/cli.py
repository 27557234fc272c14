"""Owns the command line: the table of commands, and the console, which is what `walkdown` alone opens.

The composition root: the one module of `tui/` that knows how an agent is reached. Commands are imported
when they are called, so that none pays for another.
"""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path

import click

from agent.link import Link
from checks.command_line import USAGE, errors_as_exits, system_option
from checks.version import __version__
from tui.environment import Manners

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("agent.cli:check", "Probe checks once and say what was seen."),
    "watch": ("agent.cli:watch", "Probe and remember in the foreground, as a service."),
    "agent": ("agent.cli:agent", "Look after the agent: status, stop."),
    "validate": ("checks.cli:validate", "Find everything wrong in a system's files."),
    "render": ("checks.cli:render", "Print a system as it is after all substitution."),
    "kinds": ("checks.cli:kinds", "List the kinds of checks, or explain one."),
    "schema": ("checks.cli:schema", "Print the JSON Schema of a system's files."),
    "init": ("checks.cli:init", "Write what is found on this machine as a system to edit."),
    "doctor": ("tui.doctor:doctor", "Say what this terminal, user and machine allow."),
    "completion": ("tui.completion:completion", "Print the completion script of a shell."),
}
"""Name -> where the command is, and its line in `--help`."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing what is in it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--slow", is_flag=True, help="For slow lines: few repaints, few colours, no mouse.")
@click.option("--ascii", "ascii_only", is_flag=True, help="No block or line characters.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--theme", default="", help="Name of the colour theme.")
@system_option
@click.version_option(__version__, message="walkdown %(version)s")
@click.pass_context
def walkdown(
    context: click.Context, slow: bool, ascii_only: bool, no_mouse: bool, theme: str, source: Path | None
) -> None:
    """Open the console on a system: live health, resources, checklists, runbooks.

    Without a system this machine is watched. The console starts an agent, or attaches to the one that runs;
    the agent goes on when the console ends.
    """
    if context.invoked_subcommand is None:
        with errors_as_exits():
            sys.exit(open_console(source, Manners(slow, ascii_only, not no_mouse, theme)))


def open_console(source: Path | None, manners: Manners) -> int:
    """Open the console and return its exit code.

    An agent that has to be started boots while Textual is imported.
    """
    from agent.attach import AttachedLink
    from agent.lifecycle import AgentPlace
    from checks.clock import SystemClock
    from tui.console import run_console

    clock = SystemClock()
    place = AgentPlace(source, clock)
    if not place.answers():
        if source is not None:
            _refuse_unusable(source)
        place.start()

    def open_link() -> AbstractAsyncContextManager[Link]:
        return AttachedLink(place.connect, clock).opened()

    return run_console(open_link, manners)


def _refuse_unusable(source: Path) -> None:
    """Raise when the system cannot be loaded; what was read is cached for the agent."""
    from checks.load import load

    load(source)


def main() -> None:
    """Run the command line."""
    click.UsageError.exit_code = USAGE
    walkdown(prog_name="walkdown")

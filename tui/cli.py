"""Owns the command line: the table of commands, and the console, which is what `walkdown` alone opens.

The composition root: the one module of `tui/` that knows how an agent is reached. Commands are imported
when they are called, so that none pays for another.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, shell_complete

from checks.command_line import UNKNOWN_KEYS, run, system_option
from checks.suggest import did_you_mean
from checks.version import __version__

NAME = "walkdown"
COMPLETE = "_WALKDOWN_COMPLETE"
"""The variable in which a shell's completion script (`tui/completion.py`) says what it wants."""

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("agent.cli:check", "Probe checks once and say what was seen."),
    "watch": ("agent.cli:watch", "Probe and remember in the foreground, as a service."),
    "agent": ("agent.cli:agent", "Look after the agent: status, stop."),
    "run": ("agent.walk_cli:run", "Walk a runbook in numbered text, on any terminal or none."),
    "resume": ("agent.walk_cli:resume", "Go on with a walk that is open."),
    "approve": (
        "agent.walk_cli:approve",
        "Look at the step of a walk that waits for your approval, and approve it or say why not.",
    ),
    "walks": ("agent.walk_cli:walks", "List the walks there were, newest first, or tell one in full."),
    "evidence": (
        "agent.walk_cli:evidence",
        "List what the steps of a walk have left, or show one file of it.",
    ),
    "report": (
        "agent.report_cli:report",
        "Report on a day, week, month or quarter, on a window, or on a walk.",
    ),
    "alerts": ("agent.alert_cli:alerts", "List what people were told, and what waits; try a route."),
    "silence": ("agent.quiet_cli:silence", "Tell nobody of checks for a while."),
    "unsilence": ("agent.quiet_cli:unsilence", "Let people be told again before a silence is over."),
    "silences": ("agent.quiet_cli:silences", "List what people are not told of, why, and who sees to what."),
    "ack": ("agent.quiet_cli:ack", "Say that you see to what is wrong with a check."),
    "unack": ("agent.quiet_cli:unack", "Say that nobody sees to a check any more."),
    "uptime": ("agent.uptime_cli:uptime", "Say how long checks were up, with planned time and without."),
    "window": ("agent.window_cli:window", "Look after windows: status, open, extend, close."),
    "checklist": ("agent.checklist_cli:checklist", "Work through checklists: list, show, open, tick, close."),
    "calendar": ("agent.calendar_cli:calendar", "Say what is due and was missed, and what comes."),
    "task": ("agent.calendar_cli:task", "Look after recurring tasks: done, skip, run."),
    "notice": ("agent.notice_cli:notice", "Tell people of windows and of work: list, show, send."),
    "contacts": ("agent.notice_cli:contacts", "List whom to call."),
    "incident": ("agent.incident_cli:incident", "Keep the record of incidents: list, show, open, close."),
    "baseline": ("agent.baseline_cli:baseline", "Keep how everything is now, to compare with it later."),
    "diff": ("agent.baseline_cli:diff", "Say what is different now from a baseline."),
    "audit": ("agent.audit_cli:audit", "Look after the record of walks: verify, renew."),
    "validate": ("runbooks.cli:validate", "Find everything wrong in a system's files."),
    "render": ("runbooks.cli:render", "Print a system, or a runbook, as it is after all substitution."),
    "kinds": ("checks.cli:kinds", "List the kinds of checks, or explain one."),
    "steps": ("runbooks.cli:steps", "List the kinds of steps, or explain one."),
    "drivers": ("runbooks.cli:drivers", "List the drivers of services, or explain one."),
    "schema": (
        "runbooks.cli:schema",
        "Print the JSON Schema of a system's files, of runbooks, or of checklists.",
    ),
    "cron": (
        "runbooks.cli:cron",
        "Print the crontab lines that run a command whenever a window opens, or a task is due.",
    ),
    "timers": (
        "runbooks.cli:timers",
        "Print the systemd timer that runs a command whenever a window opens, or a task is due.",
    ),
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that is mistyped is answered with the nearest."""
        name = args[0]
        if name not in COMMANDS and not ctx.resilient_parsing:
            raise click.UsageError(f"no command is called {name!r}{did_you_mean(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """Complete names from the table without importing what is in it."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=words)
            for name, (_, words) in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing what is in it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


def _known_theme(context: click.Context, parameter: click.Parameter, name: str) -> str:
    """Refuse a theme that there is none of; Textual, which knows most of them, is only then imported."""
    if name:
        from checks.suggest import did_you_mean
        from tui.themes import theme_names

        if name not in theme_names():
            words = f"no theme is called {name!r}{did_you_mean(name, theme_names())}"
            raise click.BadParameter(words, context, parameter)
    return name


def _unknown_keys(names: Collection[str]) -> Mapping[str, str]:
    """Return what is wrong with ids of keys of the console; it is only then imported."""
    from tui.app import ConsoleApp
    from tui.keymap import unknown_ids

    return unknown_ids(names, ConsoleApp.BINDINGS) if names else {}


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--slow", is_flag=True, help="For slow lines: few repaints, few colours, no mouse.")
@click.option("--ascii", "ascii_only", is_flag=True, help="No block or line characters.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--theme", default="", callback=_known_theme, help="Name of the colour theme.")
@click.option(
    "--bell", is_flag=True, envvar="WALKDOWN_BELL", help="Ring the terminal's bell when a check becomes CRIT."
)
@system_option
@click.version_option(__version__, message="walkdown %(version)s")
@click.pass_context
def walkdown(
    context: click.Context,
    slow: bool,
    ascii_only: bool,
    no_mouse: bool,
    theme: str,
    bell: bool,
    source: Path | None,
) -> None:
    """Open the console on a system: its health and its resources, live.

    Without a system this machine is watched. The console starts an agent, or attaches to the one that runs;
    the agent goes on when the console ends.
    """
    context.meta[UNKNOWN_KEYS] = _unknown_keys
    if context.invoked_subcommand is not None:
        return
    gc.disable()  # until the first picture stands: see tui/app.py
    from checks.exits import errors_as_exits
    from tui.environment import Manners
    from tui.opening import open_console

    with errors_as_exits():
        code = open_console(source, Manners(slow, ascii_only, not no_mouse, theme, bell))
    context.exit(code)


def main() -> None:
    """Run the command line, or answer a shell that completes one."""
    if wish := os.environ.get(COMPLETE):
        sys.exit(shell_complete(walkdown, {}, NAME, COMPLETE, wish))
    run(walkdown, NAME)

"""Owns the command `walkdown alerts`: what people were told, what waits and why, trials, alerts from outside.

What it does is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits


@click.group(invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, help="Messages that are listed.")
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
@click.pass_context
def alerts(context: click.Context, limit: int, output: str, source: Path | None) -> None:
    """List what people were told, and what waits; try a route; raise an alert from outside.

    Newest first, with what became of each message. What has happened just now, and waits up to `wait:` of its
    route for what else happens, is not listed yet.
    """
    if context.invoked_subcommand is not None:
        return
    from agent.alert_commands import tell_alerts

    with errors_as_exits():
        leave(tell_alerts(source, limit, output))


@alerts.command(name="test")
@click.argument("route")
@system_option
def test_(route: str, source: Path | None) -> None:
    """Send a test message by a route, and say what became of it.

    ROUTE is a name of the section `notify:`. Exit code 69 when the message was not taken.
    """
    from agent.alert_commands import try_route

    with errors_as_exits():
        leave(try_route(source, route))


@alerts.command(name="raise")
@click.argument("kind", metavar="TYPE")
@click.option(
    "--severity",
    type=click.Choice(("crit", "warn", "critical", "warning"), case_sensitive=False),
    default="crit",
    help="How bad it is; crit when not said.",
)
@click.option("--text", default="", help="What was seen, in words.")
@click.option(
    "--check",
    default="",
    help="The check that it concerns.",
    shell_complete=completed_by("checks.names:complete_check"),
)
@system_option
def raise_(kind: str, severity: str, text: str, check: str, source: Path | None) -> None:
    """Say that there is an alert which something else has seen, such as ServiceDown.

    People are told of it as of a check that is bad, and the responses whose `when: {alert: TYPE}` it is are
    walked, within their caps. It is written into the journal. Exit code 14 when it is refused.

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.quiet_commands import raise_alert

    with errors_as_exits():
        leave(run_to_end(raise_alert(source, kind, severity[:4].upper(), text, check)))

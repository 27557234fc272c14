"""Owns the commands about what people are told: silence, unsilence, silences, ack, unack.

What they do is imported when they are called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits
from checks.units import read

_CHECK = completed_by("checks.names:complete_check")


def _seconds(context: click.Context, parameter: click.Parameter, given: str) -> float:
    """Return a length such as `30m` or `2 h` in seconds; a bare number is seconds, nothing is 0."""
    try:
        return read(given, "s") if given else 0.0
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


@click.command()
@click.argument("checks", nargs=-1, required=True, shell_complete=_CHECK)
@click.option("--for", "lasts", callback=_seconds, required=True, help="How long, such as 2h or 90m.")
@click.option("--reason", required=True, help="Why; it is written down.")
@system_option
def silence(checks: tuple[str, ...], lasts: float, reason: str, source: Path | None) -> None:
    """Tell nobody of checks for a while.

    They are probed and shown as ever, and nothing is done about them by itself. It ends by itself; what is
    bad then is told at once. Exit code 14 when it is refused.

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.quiet_commands import begin_silence

    with errors_as_exits():
        leave(run_to_end(begin_silence(source, checks, lasts, reason)))


@click.command()
@click.argument("silence")
@click.option("--reason", default="", help="Why; it is written down.")
@system_option
def unsilence(silence: str, reason: str, source: Path | None) -> None:
    """Let people be told again before a silence is over.

    SILENCE is its name, such as s42, as `walkdown silences` lists it. Those of windows and walks end with
    them. Exit code 14 when it is refused.

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.quiet_commands import end_silence

    with errors_as_exits():
        leave(run_to_end(end_silence(source, silence, reason)))


@click.command()
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def silences(output: str, source: Path | None) -> None:
    """List what people are not told of, why, and who sees to what: by whom, since and until when.

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.quiet_commands import tell_quiet

    with errors_as_exits():
        leave(run_to_end(tell_quiet(source, output)))


@click.command()
@click.argument("check", shell_complete=_CHECK)
@click.option("--comment", required=True, help="What is done about it; it is written down.")
@click.option(
    "--for", "lasts", callback=_seconds, default="", help="How long, such as 2h; else until it is well."
)
@system_option
def ack(check: str, comment: str, lasts: float, source: Path | None) -> None:
    """Say that you see to what is wrong with a check.

    People are not told of it again, only of its end. It is over when the check is well, when it gets worse
    than it is now, or when its time is over. Exit code 14 when it is refused.

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.quiet_commands import acknowledge

    with errors_as_exits():
        leave(run_to_end(acknowledge(source, check, comment, lasts)))


@click.command()
@click.argument("check", shell_complete=_CHECK)
@click.option("--reason", default="", help="Why; it is written down.")
@system_option
def unack(check: str, reason: str, source: Path | None) -> None:
    """Say that nobody sees to a check any more; what is bad is told at once. Exit code 14: refused.

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.quiet_commands import withdraw

    with errors_as_exits():
        leave(run_to_end(withdraw(source, check, reason)))

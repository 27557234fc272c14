"""Owns the command `walkdown incident`: list, show, open, note, assess, restore, close.

What it does is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits

SEVERITIES = ("minor", "major", "critical")

_at = click.option(
    "--at",
    "when",
    default="",
    help="When: 20m ago, 03:12, 03:12:30, or 2026-11-26 03:12:30; now when it is not said.",
)

_incident = click.option("--incident", "by_option", default="", help="The same as INCIDENT.")


@click.group()
def incident() -> None:
    """Keep the record of incidents: list, show, open, close.

    Also note, assess and restore.

    INCIDENT is an id such as 2026-11-26-1, also as --incident; the only one that is open when it is not
    named. All that is said is written into the journal. Exit code 14 when it is refused.

    An agent is started when none runs.
    """


@incident.command(name="list")
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def list_(output: str, source: Path | None) -> None:
    """List incidents: open ones first, then the newest."""
    from agent.incident_commands import tell_incidents
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(tell_incidents(source, output)))


@incident.command()
@click.argument("name", metavar="INCIDENT", default="")
@click.option(
    "-o", "--output", type=click.Choice(("text", "json", "md")), default="text", help="Output format."
)
@click.option("-O", "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@_incident
@system_option
def show(name: str, output: str, file: Path | None, by_option: str, source: Path | None) -> None:
    """Tell an incident in full: times, cause, lessons, and a timeline of all that happened meanwhile.

    `md` is the record as a document in Markdown. A file is written whole or not at all, for you alone.
    """
    from agent.incident_commands import tell_incident
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(tell_incident(source, _named(name, by_option), output, file)))


@incident.command(name="open")
@click.argument("title")
@click.option(
    "--check",
    "checks",
    multiple=True,
    shell_complete=completed_by("checks.names:complete_check"),
    help="A check that shows it; several may.",
)
@click.option("--severity", type=click.Choice(SEVERITIES), default="major", help="How bad it is.")
@_at
@system_option
def open_(title: str, checks: tuple[str, ...], severity: str, when: str, source: Path | None) -> None:
    """Open an incident: something is wrong that people should remember."""
    from agent.incident_commands import open_incident
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(open_incident(source, title, severity, checks, when)))


@incident.command()
@click.argument("text")
@click.option("--incident", "name", default="", help="Its id; the only one that is open when not named.")
@system_option
def note(text: str, name: str, source: Path | None) -> None:
    """Write something into the timeline of an incident."""
    from agent.incident_commands import note_incident
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(note_incident(source, name, text)))


@incident.command()
@click.argument("name", metavar="INCIDENT", default="")
@click.option("--text", default="", help="What it is, as far as you know.")
@_at
@_incident
@system_option
def assess(name: str, text: str, when: str, by_option: str, source: Path | None) -> None:
    """Say that somebody knows what it is."""
    _move(source, _named(name, by_option), "assessed", text, when)


@incident.command()
@click.argument("name", metavar="INCIDENT", default="")
@click.option("--text", default="", help="What helped.")
@_at
@_incident
@system_option
def restore(name: str, text: str, when: str, by_option: str, source: Path | None) -> None:
    """Say that the system works again, and since when."""
    _move(source, _named(name, by_option), "restored", text, when)


@incident.command()
@click.argument("name", metavar="INCIDENT", default="")
@click.option("--cause", required=True, help="What was the matter.")
@click.option("--lessons", default="", help="What is to be learned of it.")
@_at
@_incident
@system_option
def close(name: str, cause: str, lessons: str, when: str, by_option: str, source: Path | None) -> None:
    """Close an incident, with its cause and what is to be learned of it."""
    _move(source, _named(name, by_option), "closed", cause, when, lessons)


def _named(name: str, by_option: str) -> str:
    """Return the incident that is named, in either way."""
    if name and by_option and name != by_option:
        raise click.UsageError(f"either {name} or --incident {by_option}")
    return name or by_option


def _move(source: Path | None, name: str, stage: str, text: str, when: str, lessons: str = "") -> None:
    from agent.incident_commands import move_incident
    from agent.meeting import run_to_end

    with errors_as_exits():
        leave(run_to_end(move_incident(source, name, stage, when, text, lessons)))

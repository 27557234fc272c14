"""Owns what `walkdown incident` says and does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.incident_messages import (
    AskIncident,
    AskIncidents,
    IncidentAnswer,
    IncidentsAnswer,
    MoveIncident,
    NoteIncident,
    OpenIncident,
    Questions,
)
from agent.link import RefusedError
from agent.session import session
from agent.walk_exits import WalkExit
from checks.board import SystemInfo
from checks.clock import SystemClock
from checks.errors import UsageError
from checks.instants import rfc3339
from checks.moments import moment, zone_of
from checks.recurrence.zones import zone_named
from checks.text import clean
from runbooks.evidence import keep
from runbooks.incident_events import Stage
from runbooks.incidents.document import markdown
from runbooks.incidents.state import Happening, IncidentHead, IncidentsNow, IncidentStory
from runbooks.incidents.when import moment_of
from runbooks.wording import span, who


async def tell_incidents(source: Path | None, output: str) -> int:
    """List incidents."""
    async with session(source) as attached:
        answer = await attached.link.ask(IncidentsAnswer, AskIncidents)
    if output == "json":
        _echo_json([_plain_head(head) for head in answer.incidents.heads])
    else:
        for line in _lines(answer.incidents, attached.zone):
            click.echo(clean(line))
    return 0


async def tell_incident(source: Path | None, incident: str, output: str, file: Path | None) -> int:
    """Tell an incident in full."""
    async with session(source) as attached:
        try:
            answer = await attached.link.ask(IncidentAnswer, lambda number: AskIncident(number, incident))
        except RefusedError as error:
            raise UsageError(str(error)) from error
    text = _in_form(answer.story, output, attached.system)
    if file is not None:
        keep(file, (text.encode(),))
        click.echo(f"written: {file}")
    else:
        click.echo(text, nl=False)
    return 0


async def open_incident(
    source: Path | None, title: str, severity: str, checks: tuple[str, ...], when: str
) -> int:
    """Open an incident."""
    return await _done(source, when, lambda number, at: OpenIncident(number, title, severity, checks, at))


async def note_incident(source: Path | None, incident: str, text: str) -> int:
    """Write into the timeline of an incident."""
    return await _done(source, "", lambda number, _: NoteIncident(number, incident, text))


async def move_incident(
    source: Path | None, incident: str, stage: str, when: str, text: str, lessons: str
) -> int:
    """Say that an incident has come to a stage."""
    return await _done(
        source, when, lambda number, at: MoveIncident(number, incident, stage, at, text, lessons)
    )


def _moment(when: str, zone: tzinfo | None) -> float:
    """Return the moment that was typed, by this host's clock and in the system's zone.

    Raises:
        UsageError: when it is none.
    """
    try:
        return moment_of(when, SystemClock().now(), zone or zone_named(""))
    except ValueError as error:
        raise UsageError(f"--at: {error}") from None


async def _done(source: Path | None, when: str, wish: Callable[[int, float], Questions]) -> int:
    async with session(source) as attached:
        at = _moment(when, attached.zone)
        try:
            answer = await attached.link.ask(IncidentAnswer, lambda number: wish(number, at))
        except RefusedError as error:
            click.echo(clean(f"not done: {error}"), err=True)
            return WalkExit.REFUSED
    one = answer.story.incident
    click.echo(clean(f"{one.id} {one.stage}: {one.title}"))
    return 0


def _in_form(story: IncidentStory, output: str, system: SystemInfo) -> str:
    zone = zone_of(system.timezone)
    if output == "md":
        return markdown(story, system.title or system.name, zone)
    if output == "json":
        return msgspec.json.format(msgspec.json.encode(_plain(story)), indent=2).decode() + "\n"
    return "\n".join(_told(story, zone)) + "\n"


def _lines(incidents: IncidentsNow, zone: tzinfo | None) -> Iterator[str]:
    if not incidents.heads:
        yield "there has been no incident"
    for head in incidents.heads:
        restored = f", restored after {span(head.restored - head.detected)}" if head.restored else ""
        detected = moment(head.detected, zone)
        yield f"{head.id}  {detected}  {head.severity}  {head.stage}  {head.title}{restored}"
        if head.suggestion:
            yield f"  {head.suggestion}"
    if incidents.trouble:
        yield f"trouble: {incidents.trouble}"


def _told(story: IncidentStory, zone: tzinfo | None) -> Iterator[str]:
    one = story.incident
    yield clean(f"{one.id} {one.stage}: {one.title} ({one.severity})")
    yield clean(f"  checks: {', '.join(one.checks) or 'none named'}")
    for mark in one.stages:
        yield clean(f"  {mark.stage}: {moment(mark.at, zone)}")
    if one.restored:
        yield f"  time to restore: {span(one.to_restore)}"
    for name, text in (("cause", one.cause), ("lessons", one.lessons), ("now", story.suggestion)):
        if text:
            yield clean(f"  {name}: {text}")
    yield "timeline:"
    yield from (_line(line, zone) for line in story.timeline)


def _line(line: Happening, zone: tzinfo | None) -> str:
    by = f" ({line.by})" if line.by else ""
    return clean(f"  {moment(line.at, zone)}  {line.what:<6}  {line.text}{by}")


def _plain_head(head: IncidentHead) -> dict[str, Any]:
    return {
        "id": head.id,
        "title": head.title,
        "severity": head.severity.value,
        "stage": head.stage.value,
        "checks": head.checks,
        "detected": rfc3339(head.detected),
        "restored": rfc3339(head.restored) if head.restored else None,
        "suggestion": head.suggestion,
    }


def _plain(story: IncidentStory) -> dict[str, Any]:
    one = story.incident
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity.value,
        "stage": one.stage.value,
        "checks": one.checks,
        "automatic": one.automatic,
        "opened_at": rfc3339(one.opened_at),
        "opened_by": who(one.opened_by),
        "times": {stage.value: rfc3339(at) if (at := one.at(stage)) else None for stage in Stage},
        "seconds_to_restore": one.to_restore if one.restored else None,
        "cause": one.cause,
        "lessons": one.lessons,
        "suggestion": story.suggestion,
        "timeline": [
            {"at": rfc3339(line.at), "what": line.what, "text": line.text, "by": line.by, "level": line.level}
            for line in story.timeline
        ],
    }


def _echo_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

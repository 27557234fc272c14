"""Owns what `walkdown notice` and `walkdown contacts` say and do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.link import Link, RefusedError
from agent.notice_messages import (
    AskDraft,
    AskNotices,
    DraftAnswer,
    NoticesAnswer,
    NoticeSentAnswer,
    SendNotice,
)
from agent.prompting import confirmed
from agent.session import session
from agent.system_zone import zone_at
from agent.walk_exits import WalkExit
from checks.errors import UsageError
from checks.instants import rfc3339
from checks.load import load
from checks.moments import moment
from checks.recurrence.zones import zone_named
from checks.text import clean
from runbooks.contacts import Contact, contacts_of
from runbooks.incidents.when import planned
from runbooks.notices.state import Announcement, DraftNotice, NoticesNow, SentNotice
from runbooks.wording import who


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notice, and about what."""

    name: str
    window: str = ""
    impact: str = ""
    tasks: tuple[str, ...] = ()
    incident: str = ""
    starts: float = 0.0
    """When the time of the window begins that is announced, UTC seconds; 0: the next one."""

    async def ask(self, link: Link) -> DraftAnswer:
        """Return it as it would be sent, and whether it was sent already."""
        return await link.ask(
            DraftAnswer,
            lambda number: AskDraft(
                number, self.name, self.window, self.impact, self.tasks, self.incident, self.starts
            ),
        )


@dataclass(frozen=True, slots=True)
class Sending:
    """How a notice is sent."""

    routes: tuple[str, ...]
    """Empty: by hand."""
    note: str = ""
    again: str = ""
    """Why it is sent once more, when it was sent already."""


def moment_given(text: str, source: Path | None) -> float:
    """Return a date with a time of day, as commands tell it, in UTC seconds; 0 for an empty text.

    Raises:
        UsageError: when it is none.
    """
    try:
        return planned(text, zone_at(source) or zone_named(""))
    except ValueError as error:
        raise UsageError(f"--starts: {error}") from error


async def tell_notices(source: Path | None, output: str) -> int:
    """List what can be sent, what is to be announced, and what was sent."""
    async with session(source) as attached:
        answer = await attached.link.ask(NoticesAnswer, AskNotices)
    if output == "json":
        _echo_json(_plain(answer.notices))
    else:
        for line in _lines(answer.notices, attached.zone):
            click.echo(clean(line))
    return 0


async def show_notice(source: Path | None, wanted: Wanted, output: str) -> int:
    """Show what a notice would say now."""
    async with session(source) as attached:
        try:
            draft = (await wanted.ask(attached.link)).draft
        except RefusedError as error:
            return _refused(error)
    if output == "json":
        times = {"starts": draft.starts, "ends": draft.ends}
        _echo_json(msgspec.to_builtins(draft) | {name: rfc3339(at) for name, at in times.items() if at})
    else:
        _show(draft)
    return 0


async def send_notice(source: Path | None, wanted: Wanted, sending: Sending, *, ask: bool) -> int:
    """Show a notice, ask, and send it.

    Raises:
        UsageError: when there is nobody to be asked.
    """
    if ask and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here; say --yes, after `walkdown notice show`")
    routes, note, again = sending.routes, sending.note, sending.again
    async with session(source) as attached:
        try:
            answer = await wanted.ask(attached.link)
            draft = answer.draft
            _show(draft)
            if answer.already and not again:
                raise RefusedError(answer.already)
            way = f"by {', '.join(routes)}" if routes else "by hand"
            question = f"Send it {way}?" if routes else "Written down as sent by hand?"
            if ask and not await confirmed(attached.voice, attached.clock, question):
                click.echo("not sent")
                return WalkExit.REFUSED
            went = await attached.link.ask(
                NoticeSentAnswer, lambda number: SendNotice(number, draft, routes, note, again)
            )
        except RefusedError as error:
            return _refused(error)
    click.echo(clean(f"sent {way}, {moment(went.sent.at, attached.zone)}"))
    return 0


def tell_contacts(source: Path | None, output: str) -> int:
    """List whom to call.

    Raises:
        ConfigError: when the system cannot be used.
    """
    contacts = contacts_of(load(source).sections)
    if output == "json":
        _echo_json(msgspec.to_builtins(contacts))
        return 0
    if not contacts:
        click.echo("no contacts are written down; the section is contacts:")
    for line in _contact_lines(contacts):
        click.echo(line)
    return 0


def _contact_lines(contacts: tuple[Contact, ...]) -> Iterator[str]:
    group = None
    for contact in contacts:
        if contact.group != group:
            group = contact.group
            yield f"{group or 'contacts'}:"
        yield f"  {contact.line}"


def _refused(error: RefusedError) -> int:
    click.echo(clean(f"not done: {error}", lines=True), err=True)
    return WalkExit.REFUSED


def _show(draft: DraftNotice) -> None:
    click.echo(f"Subject: {draft.subject}\n\n{draft.body}\n")


def _lines(notices: NoticesNow, zone: tzinfo | None) -> Iterator[str]:
    for text in notices.texts:
        window = f", window {text.window}" if text.window else ""
        yield f"{text.name}: {text.kind.value}{window}" if text.kind else f"{text.name}: cannot be used"
        yield from (f"  {problem}" for problem in text.problems)
    yield f"routes: {', '.join(notices.routes) or 'none; notices are sent by hand'}"
    yield from (f"to be announced: {_announced(one, zone)}" for one in notices.announcements)
    yield from (f"sent: {_sent(one, zone)}" for one in notices.sent)
    if notices.trouble:
        yield f"trouble: {notices.trouble}"


def _announced(one: Announcement, zone: tzinfo | None) -> str:
    return f"{one.window} {moment(one.starts, zone)}, by {moment(one.by, zone)}: {one.told}"


def _sent(one: SentNotice, zone: tzinfo | None) -> str:
    way = ", ".join(one.routes) or "by hand"
    note = "".join(f"; {said}" for said in (one.note, one.again and f"again: {one.again}") if said)
    about = f" of {one.window} {moment(one.starts, zone)}" if one.starts else ""
    told = f", {one.told}" if one.told is not None else ""
    return f"{moment(one.at, zone)} {one.notice}{about}{told}: {way}, {who(one.by)}: {one.subject}{note}"


def _plain(notices: NoticesNow) -> dict[str, Any]:
    return {
        "notices": [msgspec.to_builtins(text) for text in notices.texts],
        "routes": notices.routes,
        "announcements": [
            {
                "window": one.window,
                "starts": rfc3339(one.starts),
                "by": rfc3339(one.by),
                "told": one.told.value,
            }
            for one in notices.announcements
        ],
        "sent": [
            {
                "at": rfc3339(one.at),
                "by": who(one.by),
                "notice": one.notice,
                "kind": one.kind,
                "window": one.window,
                "starts": rfc3339(one.starts) if one.starts else None,
                "told": one.told.value if one.told is not None else None,
                "routes": one.routes,
                "subject": one.subject,
                "body": one.body,
                "note": one.note,
                "again": one.again,
                "incident": one.incident,
            }
            for one in notices.sent
        ],
        "trouble": notices.trouble,
    }


def _echo_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

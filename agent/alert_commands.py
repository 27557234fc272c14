"""Owns the commands about alerts: what was told and what waits, as the store has it; the trial of a route.

They need no agent and disturb none: the store is read as it stands, a trial leaves nothing in it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo
from pathlib import Path

import click
import msgspec

from agent.carrying import carry
from agent.system_zone import zone_at
from checks import paths
from checks.alerts.alert import Letter
from checks.alerts.routes import routes_of
from checks.alerts.wording import trial_of
from checks.clock import SystemClock
from checks.command_line import UNAVAILABLE
from checks.errors import StoreError, UsageError
from checks.instants import rfc3339
from checks.load import load
from checks.moments import moment
from checks.storage.database import reading
from checks.storage.letters import newest_letters
from checks.suggest import did_you_mean

_TIMES = ("created", "due", "sent_at", "given_up_at")


def tell_alerts(source: Path | None, limit: int, output: str) -> int:
    """List the newest messages, and what became of each.

    Raises:
        StoreError: when the store cannot be read.
    """
    letters, zone = _letters(paths.store_file(source), limit), zone_at(source)
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode([_plain(one) for one in letters]), indent=2))
        return 0
    for letter in letters:
        for line in _lines(letter, zone):
            click.echo(line)
    return 0


def try_route(source: Path | None, name: str) -> int:
    """Send a message by a route that says that it is a test; return an exit code.

    Raises:
        ConfigError: when the system cannot be used.
        UsageError: when it has no such route.
    """
    system = load(source)
    routes = {route.name: route for route in routes_of(system.sections, system.info.timezone)}
    if name not in routes:
        near = did_you_mean(name, routes) or f"; routes: {', '.join(routes) or 'none'}"
        raise UsageError(f"no route is called {name!r}{near}")
    letter = trial_of(routes[name], system.info, SystemClock().now())
    reason = asyncio.run(carry(routes[name], letter, system.secrets))
    if reason:
        click.echo(f"route {name}: {reason}", err=True)
        return UNAVAILABLE
    click.echo(f"route {name}: the message was taken ({letter.subject})")
    return 0


def _letters(path: Path, limit: int) -> tuple[Letter, ...]:
    if not path.exists():
        return ()
    try:
        with reading(path) as connection:
            return newest_letters(connection, limit)
    except sqlite3.Error as error:
        raise StoreError(f"the store {path} cannot be read: {error}") from error


def _lines(letter: Letter, zone: tzinfo | None) -> Iterator[str]:
    yield f"{moment(letter.created, zone)}  {letter.route}  {letter.subject}"
    if letter.sent_at:
        yield f"  taken {moment(letter.sent_at, zone)}{_after(letter)}"
    elif letter.given_up_at:
        yield f"  given up {moment(letter.given_up_at, zone)}{_after(letter)}: {letter.error}"
    elif letter.error:
        yield f"  waits{_after(letter)}: {letter.error}; next try {moment(letter.due, zone)}"
    else:
        yield "  waits: not tried yet"


def _after(letter: Letter) -> str:
    return f" after {letter.attempts} attempts" if letter.attempts > 1 else ""


def _plain(letter: Letter) -> dict[str, object]:
    state = "sent" if letter.sent_at else "given up" if letter.given_up_at else "waits"
    fields = asdict(letter)
    return {"state": state} | fields | {name: rfc3339(fields[name]) for name in _TIMES if fields[name]}

"""Owns what `walkdown agent status` says: whether an agent runs, what it looks after, who is attached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

import click

from agent.ask import Visit, visiting
from agent.reach import reach_of
from checks import paths
from checks.moments import moment, zone_of
from checks.text import clean
from checks.version import __version__
from runbooks.rights import OWNER, Present, role_of
from runbooks.wording import who

NO_AGENT = 3
"""Exit code of `agent status` when none runs."""


def tell_status(source: Path | None) -> int:
    """Say whether an agent runs, and return the exit code.

    Raises:
        LinkError: when there is one that does not let us attach.
    """
    reach = reach_of(source)
    with visiting(*reach.places, uid=reach.uid) as visit:
        if visit is None:
            click.echo(f"no agent runs for {paths.system_name(source)}")
            if not reach.is_ours:
                click.echo(f"its owner, {reach.access.owner}, has to start it")
            return NO_AGENT
        present = visit.present()
    zone = zone_of(visit.welcome.system.timezone)
    _tell(visit, zone)
    for line in _attached(present, zone):
        click.echo(line)
    click.echo(f"socket {visit.place}")
    if visit.place == paths.socket_file(source):
        click.echo(f"store {paths.store_file(source)}")
        click.echo(f"log {paths.log_file(source)}")
    return 0


def _tell(visit: Visit, zone: tzinfo | None) -> None:
    welcome = visit.welcome
    since = moment(welcome.started, zone)
    counts = ", ".join(f"{number} {level}" for level, number in visit.snapshot.counts().items() if number)
    other = "" if welcome.version == __version__ else f" (this is {__version__})"
    click.echo(f"agent {welcome.version}{other}, process {welcome.pid}, since {since}")
    click.echo(f"system {welcome.system.title or welcome.system.name}: {visit.snapshot.health} ({counts})")
    for notice in visit.snapshot.notices:
        click.echo(f"{notice.level} {notice.source}: {notice.text}")
    if welcome.standpoint.rights != OWNER:
        click.echo(f"you may {role_of(welcome.standpoint.rights)}")


def _attached(present: tuple[Present, ...], zone: tzinfo | None) -> Iterator[str]:
    """Yield who is attached beside this command, a line each."""
    for one in present:
        if one.pid != os.getpid():
            yield clean(
                f"attached {who(one.operator)}, may {role_of(one.rights)}, since {moment(one.since, zone)}"
            )

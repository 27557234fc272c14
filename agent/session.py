"""Owns what a command holds while it is attached to an agent: the link, its voice, and who sits here."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import tzinfo
from importlib import import_module
from pathlib import Path

from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.link import Link
from agent.meeting import met
from agent.voice import Voice
from checks.board import SystemInfo
from checks.clock import Clock, SystemClock
from checks.errors import LinkError
from checks.moments import zone_of
from runbooks.rights import HERE, Standpoint

NO_SYSTEM = SystemInfo()

NO_AGENT = (
    "no agent runs, so nobody opens windows or probes; the console starts one, and walkdown watch is one"
)


@dataclass(frozen=True, slots=True)
class Session:
    """One command, attached to an agent."""

    link: Link
    voice: Voice
    clock: Clock
    source: Path | None
    standpoint: Standpoint = HERE
    """Whom the agent sees here, and what he may do."""
    system: SystemInfo = NO_SYSTEM
    """The system that the agent looks after."""

    @property
    def zone(self) -> tzinfo | None:
        """Return the zone in which times are told; None is the host's own."""
        return zone_of(self.system.timezone)


@contextlib.asynccontextmanager
async def session(
    source: Path | None, *, announced: bool = False, looks: bool = False
) -> AsyncIterator[Session]:
    """Attach to the agent; one is started when none runs, unless the system's files cannot be used.

    Who only `looks` starts none.

    Raises:
        ConfigError: with every problem of the files.
        LinkError: when no agent answers, or who looks finds none.
    """
    clock = SystemClock()
    place = AgentPlace(source, clock)
    if looks and place.is_ours and not place.answers():
        raise LinkError(NO_AGENT)
    if source is not None and place.is_ours and not place.answers() and not _is_known(source):
        import_module("checks.load").load(source)
    async with AttachedLink(place.connect, clock, may_replace=place.is_ours).opened() as link:
        attached = await met(link)
        voice = Voice(sys.stdout, sys.stderr if announced else None)
        yield Session(link, voice, clock, source, attached.standpoint, attached.system)


def _is_known(source: Path) -> bool:
    """Return whether the files were read before, and are as they were: then the agent can use them."""
    return bool(import_module("checks.config.known").known_names(source))

"""Owns the reading of walks by commands: of an agent when one runs, else of the journal and the evidence.

Nothing is begun or changed for it. What evidence shows is masked: without an agent the system's secrets are
read for that, and nothing is shown when they cannot be.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import tzinfo
from pathlib import Path
from typing import Protocol, TypeVar

from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.meeting import met
from agent.system_zone import zone_at
from checks import paths
from checks.board import Snapshot
from checks.clock import Clock
from checks.errors import MeasureError, StoreError
from checks.load import load
from checks.masking import Masker
from checks.moments import zone_of
from checks.secrets import SecretText
from checks.vault import Vault
from runbooks import evidence
from runbooks.events import Entry
from runbooks.journal import questions
from runbooks.journal.database import looking
from runbooks.journal.errors import failed
from runbooks.journal.rows import read_head
from runbooks.live import WalkHead
from runbooks.report_parts import HeadPart

LINES, SHOWN = 2000, 64 * 1024
"""Lines and bytes of evidence that are shown at most."""

T = TypeVar("T")


class Past(Protocol):
    """What can be read of walks."""

    levels: dict[str, str] | None
    """Level of each check now; None when nobody looks."""
    zone: tzinfo | None
    """In which times are told; None is the host's own."""

    async def heads(self, limit: int) -> tuple[WalkHead, ...]:
        """Return the walks there were, newest first."""
        ...

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        """Return all that happened to a walk; nothing when there is none of that id."""
        ...

    async def shown(self, walk: str, step: str, attempt: int, name: str) -> str:
        """Return the end of what an attempt left, masked and clean."""
        ...


class _OfAgent:
    """Asks an agent."""

    def __init__(self, link: AttachedLink, levels: dict[str, str] | None, zone: tzinfo | None) -> None:
        self.levels = levels
        self.zone = zone
        self._link = link

    async def heads(self, limit: int) -> tuple[WalkHead, ...]:
        return await self._link.walks(limit)

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        return await self._link.entries(walk)

    async def shown(self, walk: str, step: str, attempt: int, name: str) -> str:
        return await self._link.evidence(walk, step, attempt, name)


class _OfFiles:
    """Reads the files that the agent has left. A command that does nothing else may block."""

    def __init__(self, source: Path | None) -> None:
        self.levels: dict[str, str] | None = None
        self.zone = zone_at(source)
        self._source = source
        self._masker: Masker | None = None

    async def heads(self, limit: int) -> tuple[WalkHead, ...]:
        return self._read(lambda connection: questions.walks(connection, limit, False)) or ()

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        return self._read(lambda connection: questions.entries(connection, walk)) or ()

    async def shown(self, walk: str, step: str, attempt: int, name: str) -> str:
        entries = await self.entries(walk)
        file = evidence_file(self._source, entries, step, attempt, name)
        event = evidence.started(entries, step, attempt)
        if event is not None and (why := evidence.unhidden(event, load(self._source).secrets)):
            raise StoreError(why)
        return evidence.tail(file, self._taught(), lines=LINES, most=SHOWN)

    def _read(self, question: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return the answer of the journal; None when there has never been one."""
        path = paths.journal_file(self._source)
        if not path.exists():
            return None
        try:
            with looking(path) as connection:
                return question(connection)
        except (sqlite3.Error, ValueError) as error:
            raise failed(path, "read", error) from error

    def _taught(self) -> Masker:
        """Return a masker that knows every secret of the system.

        Raises:
            StoreError: when one cannot be read, and so could not be hidden.
        """
        if self._masker is None:
            masker = Masker()
            sources = load(self._source).secrets
            vault = Vault(sources, masker)
            try:
                for name in sources:
                    vault.reveal(SecretText(f"{{{{ secret.{name} }}}}"))
            except MeasureError as error:
                raise StoreError(f"what is secret in it cannot be hidden: {error}") from error
            self._masker = masker
        return self._masker


@contextlib.asynccontextmanager
async def past_of(source: Path | None, clock: Clock) -> AsyncIterator[Past]:
    """Open what can be read of the walks of a system.

    Raises:
        LinkError: when there is an agent that does not answer.
    """
    place = AgentPlace(source, clock)
    if place.is_ours and not place.answers():
        yield _OfFiles(source)
        return
    async with AttachedLink(place.connect, clock, may_replace=place.is_ours).opened() as link:
        attached = await met(link)
        yield _OfAgent(link, levels_of(attached.snapshot), zone_of(attached.system.timezone))


def levels_of(snapshot: Snapshot) -> dict[str, str] | None:
    """Return the level of each check; None while some were not looked at yet, as by an agent that is new."""
    if not all(state.last.at for state in snapshot.states):
        return None
    return {state.name: state.level.value for state in snapshot.states}


def head_of(source: Path | None) -> HeadPart:
    """Return the last row of the journal; an empty one when it cannot be read from here."""
    path = paths.journal_file(source)
    with contextlib.suppress(sqlite3.Error, OSError):
        if path.exists():
            with looking(path) as connection:
                head = read_head(connection)
                return HeadPart(head.seq, head.hash if head.seq else "")
    return HeadPart()


def evidence_file(
    source: Path | None, entries: tuple[Entry, ...], step: str, attempt: int, name: str
) -> Path:
    """Return where a piece of evidence lies, as far as it lies on this host and is ours.

    Raises:
        StoreError: when the attempt left nothing of the kind.
    """
    event = evidence.started(entries, step, attempt)
    if event is not None:
        return paths.evidence_folder(source) / event.folder / name
    raise StoreError(f"attempt {attempt} of {step} left no {name}")

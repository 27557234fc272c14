"""Owns what a console holds of an agent: the contract of a link, and the events that come down it.

`tui/` sees of an agent only this contract and the values in it. The real one is `agent/attach.py`'s
`AttachedLink`; tests of screens hold `agent.testing.MemoryLink`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from checks.board import Snapshot, SystemInfo
from checks.model import HistoryQuery, Result, Series


@dataclass(frozen=True, slots=True)
class Attached:
    """An agent answers; comes first, and again whenever the link was restored."""

    system: SystemInfo
    snapshot: Snapshot
    agent_version: str
    agent_pid: int


@dataclass(frozen=True, slots=True)
class Updated:
    """The newest snapshot; older ones that the console had no time for are left out."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Detached:
    """The agent is gone or silent; the link goes on trying by itself and says what it does."""

    reason: str


LinkEvent = Attached | Updated | Detached


class Link(Protocol):
    """A console's hold on an agent. Every call may raise LinkError while detached."""

    def events(self) -> AsyncIterator[LinkEvent]:
        """Yield what happens, for ever; the newest snapshot replaces older ones not yet taken."""
        ...

    async def probe_now(self, names: tuple[str, ...] = ()) -> None:
        """Ask for these checks to be probed now; all when none is named."""
        ...

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the course of a reading, one series for each member."""
        ...

    async def results(self, check: str, limit: int = 50) -> tuple[Result, ...]:
        """Return the newest results of a check, newest first."""
        ...

    async def pace(self, per_second: float) -> None:
        """Ask for at most so many snapshots per second."""
        ...

"""Owns what a console holds of an agent: the contract of a link, and the events that come down it.

`tui/` sees of an agent only this contract and the values in it. The real one is `agent/attach.py`'s
`AttachedLink`; tests of screens hold `agent.testing.MemoryLink`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from agent.protocol import Answer, Question, Stands
from checks.board import Snapshot, SystemInfo
from checks.errors import LinkError
from checks.model import HistoryQuery, Result, Series
from runbooks.comparison import Comparison
from runbooks.decisions import Decision
from runbooks.events import Entry
from runbooks.live import DryStep, Live, Runbooks, WalkHead
from runbooks.rights import HERE, Standpoint
from runbooks.walk import Walk
from runbooks.walk_events import Manner
from runbooks.window_events import BaselineTaken
from runbooks.windows.state import WindowsNow


@dataclass(frozen=True, slots=True)
class Attached:
    """An agent answers; comes first, and again whenever the link was restored."""

    system: SystemInfo
    snapshot: Snapshot
    agent_version: str
    agent_pid: int
    standpoint: Standpoint = HERE
    """Whom the agent sees here, and what he may do."""


@dataclass(frozen=True, slots=True)
class Updated:
    """The newest snapshot; older ones that the console had no time for are left out."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Detached:
    """The agent is gone or silent; the link goes on trying by itself and says what it does."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An open walk as it stands now; the last time that it is told, it is over."""

    walk: Walk
    live: Live


LinkEvent = Attached | Updated | Detached | Moved | Stands
A = TypeVar("A", bound=Answer)


class RefusedError(LinkError):
    """The agent answers, and will not do what was asked; the text says why."""


class Link(Protocol):
    """A console's hold on an agent. Every call may raise LinkError while detached."""

    def events(self) -> AsyncIterator[LinkEvent]:
        """Yield what happens, for ever; the newest snapshot replaces older ones not yet taken."""
        ...

    async def probe_now(self, names: tuple[str, ...] = ()) -> None:
        """Ask for these checks to be probed now; all when none is named."""
        ...

    async def ask(self, kind: type[A], question: Callable[[int], Question]) -> A:
        """Ask, and return the answer, which is of that kind; `question` is given the number to ask under.

        Raises:
            RefusedError: when there is no answer, or what was wanted will not be done; says why.
        """
        ...

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the course of a reading, one series for each member."""
        ...

    async def results(self, check: str, limit: int = 50) -> tuple[Result, ...]:
        """Return the newest results of a check, newest first."""
        ...

    async def runbooks(self) -> Runbooks:
        """Return what can be walked, and when it was last."""
        ...

    async def walks(self, limit: int = 200) -> tuple[WalkHead, ...]:
        """Return the walks there were, newest first."""
        ...

    async def walk(self, walk: str) -> Walk:
        """Return a walk, open or over, as it stands."""
        ...

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        """Return all that happened to a walk, in order."""
        ...

    async def evidence(self, walk: str, step: str, attempt: int, name: str) -> str:
        """Return what an attempt left, fit to be shown: masked, cleaned, its middle left out when long."""
        ...

    async def open_walk(
        self, runbook: str, plan_sha256: str, inputs: dict[str, str], manner: Manner = Manner.CONSOLE
    ) -> str:
        """Begin to walk a runbook, and return the id of the walk.

        Raises:
            RefusedError: when it may not be begun; says why.
        """
        ...

    async def dry_run(self, runbook: str, inputs: dict[str, str]) -> tuple[DryStep, ...]:
        """Return what a walk would do; only steps that look are run.

        Raises:
            RefusedError: when there is no such runbook, or an input is not usable.
        """
        ...

    async def decide(self, walk: str, fence: int, decision: Decision) -> None:
        """Decide something about a walk.

        Raises:
            RefusedError: when it may not be, by this console or now; says why.
        """
        ...

    async def windows(self) -> WindowsNow:
        """Return how windows stand."""
        ...

    async def open_window(self, name: str, lasts: float, reason: str) -> WindowsNow:
        """Open a window that is not planned now, for so many seconds.

        Raises:
            RefusedError: when it may not be; says why.
        """
        ...

    async def extend_window(self, lasts: float, reason: str, *, beyond: bool = False) -> WindowsNow:
        """Have the open window close so many seconds later.

        Raises:
            RefusedError: when it may not; says why.
        """
        ...

    async def close_window(self, reason: str, walks: tuple[str, ...] = ()) -> WindowsNow:
        """Close the open window now; `walks` are the ids of those that stay open, as the operator knows.

        Raises:
            RefusedError: when it may not be, or another walk is open; says why.
        """
        ...

    async def take_baseline(self, name: str) -> BaselineTaken:
        """Have everything looked at and kept under a name, and return it.

        Raises:
            RefusedError: when it may not be; says why.
        """
        ...

    async def difference(self, name: str = "") -> Comparison:
        """Return what is different now from a baseline; the newest one when none is named.

        Raises:
            RefusedError: when there is no such baseline.
        """
        ...

    async def pace(self, per_second: float) -> None:
        """Ask for at most so many snapshots per second."""
        ...

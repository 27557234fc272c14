"""Owns what the parts of an agent that keep something have in common: how they learn, decide and tell.

Such a part learns from the journal once, looks at what is due again and again, decides about one thing at a
time, and is told to consoles whole when it has moved. What it keeps, and by which rules, is its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import ClassVar, Generic, TypeVar

from agent.live import LiveSystem
from agent.standing import Moves
from checks.board import Notice
from checks.clock import Clock
from checks.masking import Masker
from checks.text import clean
from runbooks.errors import RefusedDecisionError
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal

BUG = "stopped by a bug in walkdown, or by a row that it does not understand; see the agent's log"
LONGEST = 4096
"""Characters of what somebody says."""

Now = TypeVar("Now")

log = logging.getLogger(__name__)


class Kept(ABC, Generic[Now]):
    """A part of one system's agent, while `run` runs; its value `Now` says how it stands."""

    called: ClassVar[str]
    """What the log calls it."""
    look_every: ClassVar[float]
    """Seconds between two looks."""

    def __init__(
        self, nothing: Now, live: LiveSystem, journal: Journal, masker: Masker, clock: Clock
    ) -> None:
        """Know nothing yet."""
        self._live = live
        self._journal = journal
        self._masker = masker
        self._clock = clock
        self._known = False
        """Whether the journal was read."""
        self._trouble = ""
        """Why what is due could not be done at the last look."""
        self._bug = ""
        """What operators are told because the last look did not come to its end."""
        self._now = nothing
        self._deciding = asyncio.Lock()
        self._moves = Moves()

    @property
    def now(self) -> Now:
        """Return how it stands, as it was told last."""
        return self._now

    async def newer(self, version: int) -> int:
        """Return the version of now, once something has moved since that one."""
        return await self._moves.newer(version)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(self.look_every)

    async def look(self) -> None:
        """Do what is due, and say how it stands."""
        async with self._deciding:
            try:
                await self._look()
                self._say_bug("")
            except Exception:
                # The boundary: a bug, or a row that nobody foresaw, stops this part and nothing else.
                if not self._bug:
                    log.exception("%s", self.called)
                self._say_bug(f"{self.called}: {BUG}")

    async def _look(self) -> None:
        self._plan()
        try:
            if not self._known:
                await self._learn()
                self._known = True
            await self._do_due()
            self._say_trouble("")
        except JournalError as error:
            self._say_trouble(str(error))
        await self._tell()

    def _plan(self) -> None:
        """Take in what the system plans; it is done at every look, whether the journal can be used or not."""

    @abstractmethod
    async def _learn(self) -> None:
        """Learn from the journal how things were left; done until it has succeeded once."""

    @abstractmethod
    async def _do_due(self) -> None:
        """Do what is due by itself, and write it down."""

    @abstractmethod
    async def _stand(self) -> Now:
        """Return how it stands, and have the board be so."""

    @contextlib.asynccontextmanager
    async def _decision(self) -> AsyncIterator[None]:
        """Look, let nothing else happen while something is decided and written, then say how it stands.

        Raises:
            RefusedDecisionError: when the journal was not read yet, or cannot be used; says why.
        """
        await self.look()
        async with self._deciding:
            self._demand_known()
            try:
                yield
            except JournalError as error:
                raise RefusedDecisionError(str(error)) from error
            await self._tell()

    def _demand_known(self) -> None:
        if not self._known:
            raise RefusedDecisionError(self._trouble or self._bug or "the journal was not read yet")

    def _safe(self, text: str, *, lines: bool = False) -> str:
        """Return what somebody says as it may be written: masked, clean, not too long."""
        return clean(self._masker.mask(text), lines=lines)[:LONGEST]

    def _say_trouble(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.warning("%s: %s", self.called, trouble)
        self._trouble = trouble

    def _say_bug(self, bug: str) -> None:
        if bug != self._bug:
            self._bug = bug
            source = f"bug in {self.called}"
            self._live.announce(source, (Notice(source, bug),) if bug else ())

    async def _tell(self) -> None:
        """Say how it stands, when that has changed."""
        now = await self._stand()
        if now != self._now or not self._moves.version:
            self._now = now
            self._moves.move()

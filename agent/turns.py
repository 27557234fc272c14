"""Owns whose turn it is where several ask for something dear: one at a time for each person, in turn.

Who asks without end waits behind nobody but himself, and nobody waits behind him for more than one answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from runbooks.errors import RefusedDecisionError
from runbooks.operators import Operator

Person = tuple[int, str]
"""Who somebody is by the kernel's word: however many consoles he has, he is one."""


class Turns:
    """Lets so many be served at once, each person once, and so many more of each wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        """Serve nobody yet."""
        self._at_once = at_once
        self._waiting = waiting
        self._served: set[Person] = set()
        self._lines: dict[Person, deque[asyncio.Future[None]]] = {}
        """Who waits, in the order in which they come next; each in the order in which he asked."""

    @contextlib.asynccontextmanager
    async def turn(self, operator: Operator) -> AsyncIterator[None]:
        """Wait for one's turn, and have it while the context is open.

        Raises:
            RefusedDecisionError: when so much of this person waits already.
        """
        person = (operator.uid, operator.login or operator.name)
        line = self._lines.setdefault(person, deque())
        if len(line) >= self._waiting:
            raise RefusedDecisionError(f"{len(line)} of your questions wait already; wait for their answers")
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(mine)
        self._admit()
        try:
            await mine
            yield
        finally:
            if mine.done() and not mine.cancelled():
                self._served.discard(person)
            else:
                self._leave(person, mine)
            self._admit()

    def _leave(self, person: Person, mine: asyncio.Future[None]) -> None:
        """Take somebody out of the line who does not wait any longer."""
        line = self._lines.get(person, deque())
        with contextlib.suppress(ValueError):
            line.remove(mine)
        if not line:
            self._lines.pop(person, None)

    def _admit(self) -> None:
        """Serve those who come next, as far as there is room; who was served comes last from then on."""
        while len(self._served) < self._at_once:
            person = next((one for one in self._lines if one not in self._served), None)
            if person is None:
                return
            line = self._lines.pop(person)
            first = line.popleft()
            if line:
                self._lines[person] = line
            if first.cancelled():
                continue
            self._served.add(person)
            first.set_result(None)

"""Owns what is still to be delivered and what routes were told: in memory, with the store as its copy.

What was decided is written in one transaction with the messages that say it. A store that cannot be written
stops nothing: what it lacks is written once it can be; until then a restart may tell things twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from checks.alerts.alert import Letter, RouteState
from checks.errors import StoreError
from checks.storage.letters import Recalled, recall, save
from checks.storage.store import Store


class Outbox:
    """The messages that wait, and the states of routes."""

    def __init__(self, store: Store) -> None:
        """Start with nothing; `keep` brings in what an agent before this one has left."""
        self.trouble = ""
        """Why it is kept in memory alone; empty when the store has it all."""
        self._store = store
        self._recalled = False
        self._states: dict[str, RouteState] = {}
        self._letters: dict[str, Letter] = {}
        self._unsaved: dict[str, Letter] = {}
        self._moved = False
        """Whether routes were told something since the store was written."""

    @property
    def letters(self) -> tuple[Letter, ...]:
        """Return the messages that wait, oldest first."""
        return tuple(self._letters.values())

    def state(self, route: str) -> RouteState:
        """Return what a route was told."""
        return self._states.get(route, RouteState())

    def decide(self, route: str, state: RouteState, letter: Letter | None) -> None:
        """Take in what a route is told from now on, with the message that tells it."""
        before = self.state(route)
        self._moved |= (state.told, state.news) != (before.told, before.news)
        self._states[route] = state
        if letter is not None:
            self.put(letter)

    def forget_all_but(self, routes: Mapping[str, object]) -> None:
        """Forget what was told to routes that there are no more."""
        for name in self._states.keys() - routes.keys():
            del self._states[name]
            self._moved = True

    def put(self, letter: Letter) -> None:
        """Take in a message, or what became of one."""
        self._unsaved[letter.key] = letter
        if letter.waits:
            self._letters[letter.key] = letter
        else:
            self._letters.pop(letter.key, None)

    async def keep(self) -> None:
        """Write what the store lacks; when that fails, `trouble` says why and the next call tries again."""
        if not self._recalled:
            left = await self._store.ask(recall, None)
            if not self._recalled:  # another call may have been quicker
                self._take_in(left)
        if not self._moved and not self._unsaved:
            return
        states, letters = dict(self._states), dict(self._unsaved)
        self._moved = False
        try:
            await self._store.write(lambda connection: save(connection, states, letters.values()))
        except StoreError as error:
            self._moved = True
            self.trouble = str(error)
            return
        self.trouble = ""
        for key, letter in letters.items():
            if self._unsaved.get(key) is letter:
                del self._unsaved[key]

    def _take_in(self, left: Recalled | None) -> None:
        """Take in what was left; what has been decided meanwhile is newer."""
        if left is None:
            return
        self._recalled = True
        self._states = {**left.states, **self._states}
        waiting = {letter.key: letter for letter in left.letters}
        self._letters = {**waiting, **self._letters}

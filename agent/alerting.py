"""Owns the telling of people while an agent runs: it looks at the board, decides, keeps and delivers.

It looks once a second and goes by states, so that neither the engine nor a walk ever waits for it. Messages
are delivered one after another: whatever kills the agent, at most the one on its way may arrive twice.
Where no route is configured it does nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol

from agent.carrying import carry
from agent.outbox import Outbox
from checks.alerts.alert import Letter, News, Route
from checks.alerts.changes import Scene, advance
from checks.alerts.routes import routes_of
from checks.alerts.trying import abandoned, next_due, refused, taken
from checks.alerts.wording import letter_of, note_of
from checks.board import Notice
from checks.clock import Clock
from checks.engine import Engine
from checks.masking import Masker
from checks.secrets import SecretSource
from checks.storage.store import Store
from checks.system import System
from checks.text import clean

LOOK_EVERY = 1.0
"""Seconds between two looks at the board, and at what is due."""
PARTING = 4.0
"""Seconds that a delivery under way has left when the agent ends."""
SOURCE = "alerts"

Carry = Callable[[Route, Letter, Mapping[str, SecretSource]], Awaitable[str]]
"""Hands a message over; returns why it was not taken, empty when it was."""

log = logging.getLogger(__name__)


class Watched(Protocol):
    """What is looked at: the live system."""

    @property
    def system(self) -> System:
        """Return the system as it was loaded last."""
        ...

    @property
    def store(self) -> Store:
        """Return where what was told is kept."""
        ...

    async def engine_after(self, last: Engine | None) -> Engine:
        """Return the engine that probes now, once it is another one than `last`."""
        ...

    def announce(self, source: str, notices: tuple[Notice, ...]) -> None:
        """Show these notices of a source, in place of those it announced before."""
        ...


class Heard(Protocol):
    """Where it is written what happens."""

    @property
    def head(self) -> int:
        """Return the number of the last thing that has happened; -1 while that is not known."""
        ...

    @property
    def anchor(self) -> str:
        """Return what stands in each message, so that the record cannot be cut off unseen; may be empty."""
        ...

    async def after(self, seq: int) -> tuple[int, tuple[News, ...]]:
        """Return the news after that number, and the number up to which it was looked."""
        ...


class Nothing:
    """Where nothing happens beside what checks see."""

    head = 0
    anchor = ""

    async def after(self, seq: int) -> tuple[int, tuple[News, ...]]:
        """Return no news."""
        return seq, ()


class Alerting:
    """Tells people of a live system."""

    def __init__(
        self,
        live: Watched,
        masker: Masker,
        clock: Clock,
        carry: Carry = carry,
    ) -> None:
        """Prepare to tell of what `live` sees."""
        self._live = live
        self._masker = masker
        self._clock = clock
        self._carry = carry
        self.heard: Heard = Nothing()
        """Where it is written what happens; set by who knows."""
        self._news: tuple[News, ...] = ()
        """Those that a route has not been told of yet."""
        self._read = -1
        """Up to which number it was looked for news; -1 before the first look."""
        self._outbox = Outbox(live.store)
        self._routes: dict[str, Route] = {}
        self._lost: dict[str, str] = {}
        """Route -> what was given up on it, until it takes something again."""
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._ending = False
        self._delivering: tuple[asyncio.Task[None], ...] = ()

    @property
    def busy(self) -> bool:
        """Return whether messages wait to be delivered."""
        return bool(self._outbox.letters)

    def tell(self, route: str, subject: str, text: str) -> None:
        """Tell people something else than the state of a check; nothing where there is no such route."""
        if route in self._routes:
            system, now = self._live.system.info, self._clock.now()
            letter = note_of(self._routes[route], system, subject, text, now, self.heard.anchor)
            self._outbox.put(self._masked(letter))

    async def tells_of(self, route: str, runbook: str, since: int) -> bool:
        """Return whether a route tells by itself that a runbook did not succeed since that row."""
        found = self._routes.get(route)
        if found is None or since < 0 or not found.is_open(self._clock.now()):
            return False
        while since < self.heard.head:
            read, news = await self.heard.after(since)
            if any(one.runbook == runbook and found.carries(one, None) for one in news):
                return True
            if read <= since:
                return False
            since = read
        return False

    async def post(self, letters: tuple[Letter, ...]) -> None:
        """Take in messages that were written elsewhere; when it returns, they are kept."""
        for letter in letters:
            self._outbox.put(self._masked(letter))
        await self._outbox.keep()

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Tell people while the context is open; what is on its way at its end may still arrive."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._follow(tasks), name="alerts")
            try:
                yield
            finally:
                self._ending = True
                following.cancel()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PARTING):
                        await self._at_rest.wait()
                for task in self._delivering:
                    task.cancel()

    async def _follow(self, tasks: asyncio.TaskGroup) -> None:
        """Watch with each configuration that has routes; deliver from the first one on."""
        engine = None
        while True:
            engine = await self._live.engine_after(engine)
            system = self._live.system
            self._routes = {route.name: route for route in routes_of(system.sections, system.info.timezone)}
            if not self._routes:
                self._live.announce(SOURCE, ())
                continue
            if not self._delivering:
                await self._outbox.keep()
                self._delivering = (tasks.create_task(self._deliver(), name="deliver alerts"),)
            await self._watch(engine)

    async def _watch(self, engine: Engine) -> None:
        """Decide what is told until the engine ends."""
        begun = self._clock.monotonic()
        self._outbox.forget_all_but(self._routes)
        while not engine.ended:
            await self._hear()
            watched = self._clock.monotonic() - begun
            scene = Scene(engine.system, engine.snapshot, self._clock.now(), watched, self._news, self._read)
            for route in self._routes.values():
                self._look(route, scene)
            await self._outbox.keep()
            self._live.announce(SOURCE, tuple(self._notices()))
            await self._clock.sleep(LOOK_EVERY)

    async def _hear(self) -> None:
        """Take in what has happened since it was looked last, and forget what every route was told."""
        told = [seq for route in self._routes if (seq := self._outbox.state(route).news) >= 0]
        head = self.heard.head
        if head < self._read or self._read < 0:
            # The first look, or another journal in place of the old one: what was told last, or now.
            self._news, self._read = (), min((seq for seq in told if seq <= head), default=head)
        if self._read < head:
            self._read, news = await self.heard.after(self._read)
            self._news += news
        self._news = tuple(one for one in self._news if one.seq > min(told, default=self._read))

    def _look(self, route: Route, scene: Scene) -> None:
        state, items = advance(route, self._outbox.state(route.name), scene)
        letter = None
        # Where earlier messages have not got through, that something lasts goes without saying.
        waits = any(one.route == route.name for one in self._outbox.letters)
        if items and not (waits and all(item.reminder for item in items)):
            letter = self._masked(letter_of(route, scene.system, items, scene.now, self.heard.anchor))
        self._outbox.decide(route.name, state, letter)

    def _masked(self, letter: Letter) -> Letter:
        mask = self._masker.mask
        return replace(letter, subject=mask(letter.subject), body=mask(letter.body))

    async def _deliver(self) -> None:
        while not self._ending:
            letter = next_due(self._outbox.letters, self._clock.now())
            if letter is None:
                await self._clock.sleep(LOOK_EVERY)
                continue
            self._at_rest.clear()
            try:
                self._outbox.put(await self._attempted(letter))
                await self._outbox.keep()
            finally:
                self._at_rest.set()

    async def _attempted(self, letter: Letter) -> Letter:
        """Return the message after one attempt."""
        route = self._routes.get(letter.route)
        if route is None:
            return abandoned(letter, "there is no such route any more", self._clock.now())
        reason = await self._carry(route, letter, self._live.system.secrets)
        now = self._clock.now()
        if not reason:
            self._lost.pop(route.name, None)
            return taken(letter, now)
        after = refused(letter, clean(self._masker.mask(reason)), now, random.random())  # noqa: S311
        if letter.error != after.error:
            log.warning("route %s: %s", route.name, after.error)
        if not after.waits:
            log.error("route %s: message %s was given up", route.name, letter.key)
            self._lost[route.name] = f"a message was given up after a day: {after.error}"
        return after

    def _notices(self) -> list[Notice]:
        """Return what the operator must know: which routes do not work, and what is kept in memory alone."""
        found = [Notice(SOURCE, f"route {name}: {text}") for name, text in self._lost.items()]
        for name in self._routes:
            waiting = [letter for letter in self._outbox.letters if letter.route == name]
            if waiting and waiting[0].error:
                count = "a message waits" if len(waiting) == 1 else f"{len(waiting)} messages wait"
                text = f"route {name}: {waiting[0].error}; {count}"
                found.append(Notice(SOURCE, text, at=waiting[0].created))
        if self._outbox.trouble:
            text = f"what people were told is not stored and may be told twice: {self._outbox.trouble}"
            found.append(Notice(SOURCE, text))
        return found

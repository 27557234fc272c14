"""Owns the system that an agent looks after: probed, recorded, loaded again when its files change.

A configuration that cannot be used never replaces one that can: the old one goes on, and a notice says
which file and line is wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

from agent.fingerprint import fingerprint
from checks.board import Notice
from checks.clock import Clock
from checks.engine import Engine, running
from checks.errors import ConfigError
from checks.masking import Masker
from checks.model import Level, Result
from checks.quiet import LOUD, Quiet
from checks.runner import open_runner
from checks.storage.store import Store
from checks.system import System

STORY = 250
"""Results of a check in trouble that are read again at start: all that are kept, changes included."""
LOOK_EVERY = 2.0
"""Seconds between two looks at the configuration's files."""

log = logging.getLogger(__name__)


class LiveSystem:
    """A system that is probed for as long as `run` runs."""

    def __init__(
        self,
        system: System,
        configuration: str,
        load: Callable[[], System],
        store: Store,
        masker: Masker,
        clock: Clock,
    ) -> None:
        """Prepare to probe `system`; `load` reads it anew."""
        self.configuration = configuration
        """Fingerprint of the files that the system was loaded from."""
        self._system = system
        self._load = load
        self._store = store
        self._masker = masker
        self._clock = clock
        self._engine: Engine | None = None
        self._quiet = LOUD
        self._of_files: tuple[Notice, ...] = ()
        self._announced: dict[str, tuple[Notice, ...]] = {}
        self._begun = asyncio.Event()

    @property
    def store(self) -> Store:
        """Return the store that the results go to."""
        return self._store

    @property
    def system(self) -> System:
        """Return the system as it was loaded last."""
        return self._system

    @property
    def engine(self) -> Engine | None:
        """Return the engine that probes now; None before the first has begun."""
        return self._engine

    def quieten(self, quiet: Quiet) -> None:
        """Have exactly these checks quiet, now and whenever the system is loaded again."""
        self._quiet = quiet
        if self._engine is not None:
            self._engine.quieten(quiet)

    def announce(self, source: str, notices: tuple[Notice, ...]) -> None:
        """Show these notices of a source beside those about files, in place of those it announced before."""
        self._announced[source] = notices
        self._show_notices()

    async def engine_after(self, last: Engine | None) -> Engine:
        """Return the engine that probes now, once it is another one than `last`."""
        while self._engine is None or self._engine is last:
            await self._begun.wait()
        return self._engine

    async def run(self) -> None:
        """Probe until cancelled; begin anew with each configuration that can be used."""
        while True:
            async with self._probing(self._system) as engine:
                self._engine = engine
                self._say(_warnings(self._system))
                begun, self._begun = self._begun, asyncio.Event()
                begun.set()
                self._system = await self._next_system()

    @contextlib.asynccontextmanager
    async def _probing(self, system: System) -> AsyncIterator[Engine]:
        known = await self._stored()
        async with open_runner(system.secrets, self._clock, self._masker) as runner:
            engine = Engine(
                system.info, system.definitions, runner, self._store, self._clock, known, self._quiet
            )
            async with running(engine):
                yield engine

    async def _stored(self) -> dict[str, tuple[Result, ...]]:
        """Return the newest result of each check, oldest first; of those in trouble the ones before it too.

        They say since when, and whether the trouble was confirmed.
        """
        newest = await self._store.newest()
        return {
            name: (result,)
            if result.level is Level.OK
            else tuple(reversed(await self._store.results(name, STORY)))
            for name, result in newest.items()
        }

    async def _next_system(self) -> System:
        """Wait until the files have changed into a configuration that can be used."""
        source = Path(self._system.info.source) if self._system.info.source else None
        seen = self.configuration
        while True:
            await self._clock.sleep(LOOK_EVERY)
            now = await asyncio.to_thread(fingerprint, source)
            if now == seen:
                continue
            seen = now
            try:
                system = await asyncio.to_thread(self._load)
            except ConfigError as error:
                self._say((self._refusal(error),))
                log.warning("configuration not loaded again:\n%s", error)
                continue
            self.configuration = now
            if system == self._system:
                self._say(_warnings(system))
                continue
            return system

    def _say(self, notices: tuple[Notice, ...]) -> None:
        """Show these notices about files."""
        self._of_files = notices
        self._show_notices()

    def _show_notices(self) -> None:
        if self._engine is not None:
            self._engine.notices = (*self._of_files, *chain.from_iterable(self._announced.values()))

    def _refusal(self, error: ConfigError) -> Notice:
        first, more = error.problems[0], len(error.problems) - 1
        rest = f" (and {more} more; see walkdown validate)" if more else ""
        where = replace(first, file=Path(first.file).name)
        return Notice("config", f"{where}{rest}; the old files go on", Level.WARN, self._clock.now())


def _warnings(system: System) -> tuple[Notice, ...]:
    """Return what `walkdown validate` would warn of, as one notice."""
    if not system.warnings:
        return ()
    more = f" (and {len(system.warnings) - 1} more)" if len(system.warnings) > 1 else ""
    return (Notice("config", f"{system.warnings[0]}{more}"),)

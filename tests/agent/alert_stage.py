"""A live system that a test folds results into, and a carrier that a test can have down."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.alerting import Alerting
from checks import board
from checks.alerts.alert import Letter
from checks.board import CheckInfo, SystemInfo
from checks.engine import Engine
from checks.masking import Masker
from checks.model import Level, Observation, Result
from checks.quiet import Quiet
from checks.storage.store import Store
from checks.system import System
from checks.testing import FakeClock


class StagedEngine(Engine):
    """An engine that probes nothing: the test says what is seen."""

    def see(self, clock: FakeClock, **levels: Level) -> None:
        for name, level in levels.items():
            result = Result(name, level, clock.now(), 0.1, Observation(f"saw {level} opensesame-token"))
            self._publish(lambda at, result=result: board.fold(self._snapshot, self.system, result, at))

    def maintain(self, *names: str) -> None:
        self._publish(lambda at: board.set_quiet(self._snapshot, Quiet(frozenset(names)), at))


@dataclass
class Carrier:
    """Takes messages, or says why not."""

    refusal: str = ""
    seconds: float = 0.0
    clock: FakeClock | None = None
    letters: list[Letter] = field(default_factory=list)
    attempts: int = 0

    async def carry(self, route: Any, letter: Letter, sources: Any) -> str:
        self.attempts += 1
        if self.seconds and self.clock:
            await self.clock.sleep(self.seconds)
        if not self.refusal:
            self.letters.append(letter)
        return self.refusal


class Stage:
    """What an `Alerting` looks at."""

    def __init__(self, path: Path, checks: tuple[str, ...], notify: dict[str, Any], clock=None) -> None:
        self.path = path
        self.clock = clock or FakeClock()
        self.carrier = Carrier(clock=self.clock)
        self.notices: tuple = ()
        self.store: Any = None
        self.responses: dict[str, Any] = {}
        self._began = asyncio.Event()
        self.load(checks, notify)

    def load(self, checks: tuple[str, ...], notify: dict[str, Any]) -> None:
        """Have a configuration loaded."""
        info = SystemInfo("shop", "The shop", checks=tuple(CheckInfo(name, attempts=1) for name in checks))
        self.system = System(info, sections={"notify": notify, "responses": self.responses})
        before = getattr(self, "engine", None)
        self.engine = StagedEngine(info, (), None, None, self.clock)
        if before is not None:
            before.end()
        self._began.set()

    async def engine_after(self, last: Engine | None) -> Engine:
        while self.engine is last:
            self._began.clear()
            await self._began.wait()
        return self.engine

    def announce(self, source: str, notices: tuple) -> None:
        self.notices = notices

    def see(self, **levels: Level) -> None:
        self.engine.see(self.clock, **levels)

    @contextlib.asynccontextmanager
    async def running(self):
        """Run an agent's worth of alerting."""
        masker = Masker()
        masker.learn("opensesame-token")
        async with Store(self.path, self.clock) as self.store:
            alerting = Alerting(self, masker, self.clock, self.carrier.carry)
            async with alerting.opened():
                yield alerting

    async def pass_by(self, seconds: float) -> None:
        """Let time pass in steps, with room for the store's thread between them."""
        for _ in range(round(seconds)):
            await self.clock.advance(1.0)
            for _ in range(4):
                await self.store.flush()
                await self.store.ask(lambda connection: None, None)
                await self.clock.advance(0.0)

    @property
    def said(self) -> list[str]:
        """Return the subjects of what has arrived."""
        return [letter.subject.replace(" The shop:", "") for letter in self.carrier.letters]

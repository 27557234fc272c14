"""Owns the stage for checklists: a real journal, a board that the test moves, a still clock."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent

from agent.checklists import Checklists
from agent.windows import Windows
from checks.board import Notice, Snapshot
from checks.masking import Masker
from checks.model import Level
from checks.system import load_system
from checks.testing import FakeClock
from runbooks.checklist_decisions import ListDecision
from runbooks.checklists.state import ListState, Mark
from runbooks.events import Entry
from runbooks.journal.journal import Journal
from runbooks.operators import Operator
from tests.agent.alert_stage import StagedEngine

ALICE = Operator("root", 0, "alice", terminal="pts/3")
BOB = Operator("root", 0, "bob", terminal="pts/4")
SECRET = "opensesame-token"
SYSTEM = """
system: shop
timezone: UTC
vars: {root: /opt/shop}
contacts: [{name: On call, phone: "+49 30 1234567"}]
windows: {weekly: {every: sunday 03:00, lasts: 2h}}
defaults: {every: 10s, timeout: 1s, attempts: 1}
checks:
  web: {kind: command, group: Front, run: [date]}
  api: {kind: command, group: Front, run: [date]}
  disk: {kind: command, group: Host, run: [date]}
"""


class ListStage:
    """What `Checklists` looks at; each `opened` is one life of an agent."""

    def __init__(self, folder: Path, **lists: str) -> None:
        """Write a system with these lists."""
        self.folder = folder / "shop"
        self.folder.mkdir(mode=0o755)
        (self.folder / "system.yaml").write_text(SYSTEM)
        (self.folder / "checklists").mkdir()
        self.clock = FakeClock()
        self.masker = Masker()
        self.masker.learn(SECRET)
        self.write(**lists)
        self.system = load_system(self.folder)
        self.engine = StagedEngine(self.system.info, (), None, None, self.clock)

    def announce(self, source: str, notices: tuple[Notice, ...]) -> None:
        """Show nothing: nobody looks at a board here."""

    def write(self, **lists: str) -> None:
        """Write `checklists/NAME.yaml` for each."""
        for name, text in lists.items():
            body = f"checklist: {name}\n{dedent(text).strip()}\n"
            (self.folder / "checklists" / f"{name}.yaml").write_text(body)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Checklists]:
        """Run an agent's worth of checklists; nothing is looked at before the test says so."""
        async with Journal(self.folder.parent / "shop.journal.db", self.clock, ballast=0) as self.journal:
            self.windows = Windows(self, self.journal, self.masker, self.clock)
            self.lists = Checklists(self, self.folder, self.journal, self.windows, self.masker, self.clock)
            await self.windows.look()
            await self.lists.look()
            yield self.lists

    def see(self, **levels: Level) -> Snapshot:
        """Have checks seen like this."""
        self.engine.see(self.clock, **levels)
        return self.engine.snapshot

    async def pass_by(self, seconds: float = 1.0) -> None:
        """Let time pass, and everything be looked at once a second."""
        for _ in range(round(seconds)):
            await self.clock.advance(1.0)
            await self.windows.look()
            await self.lists.look()

    async def decide(self, decision: ListDecision, name: str = "it", by: Operator = ALICE) -> ListState:
        """Decide something about the open list of that name."""
        return await self.lists.decide(name, decision, by)

    def state(self, name: str = "it") -> ListState:
        """Return how the open list of that name stands."""
        return next(state for state in self.lists.now.open if state.plan.name == name)

    def marks(self, name: str = "it") -> dict[str, Mark]:
        """Return how each item stands of the open list of that name."""
        state = self.state(name)
        return {item.id: state.item(item.id).mark for item in state.plan.items()}

    async def rows(self, name: str) -> list[Entry]:
        """Return what was written of a list."""
        return list(await self.journal.entries(name))

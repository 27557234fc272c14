"""A walk on a stage: real journal, supervisors and files; plan and board are the test's."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks.clock import SystemClock
from checks.masking import Masker
from checks.model import Level
from checks.vault import Vault
from runbooks import decisions
from runbooks.events import Entry
from runbooks.fold import fold_all
from runbooks.journal.journal import Journal
from runbooks.launch import Launcher
from runbooks.live import Live
from runbooks.model import Plan, StepPlan
from runbooks.operators import Operator
from runbooks.records import LeaseRef
from runbooks.step import options_of
from runbooks.steps.command import CommandStep
from runbooks.templates import Template
from runbooks.testing import FakeBoard
from runbooks.walk import Status, Walk
from runbooks.walk_events import Manner, WalkResumed
from runbooks.walking.holding import Holding
from runbooks.walking.opening import Opening, open_walk
from runbooks.walking.performing import Performer
from runbooks.walking.secret_values import SecretValues
from runbooks.walking.walker import Walker

OPERATOR = Operator("oper1", 1000)
WITHIN = 30.0


def command(name: str, *argv: str, undo: tuple[str, ...] = (), **more) -> StepPlan:
    """A command that changes something, with what undoes it."""
    back = (command(f"{name}.undo", *undo),) if undo else ()
    known = {"changes": True, "undo": back, "timeout": 20.0, **more}
    run = tuple(Template.literal(word) for word in argv)
    return StepPlan(name, "command", options=options_of(CommandStep(run=run)), **known)


class World:
    """What steps change: a file, to which every deed adds a line."""

    def __init__(self, folder: Path):
        self.file = folder / "world"
        self.file.touch()

    @property
    def deeds(self) -> list[str]:
        return self.file.read_text().split()

    def does(self, name: str, undo: bool = True, fails: bool = False, **more) -> StepPlan:
        """A step that adds a line, and is undone by another."""
        back = ("sh", "-c", 'echo "-$1" >> "$2"', "sh", name, str(self.file)) if undo else ()
        script = 'echo "$1" >> "$2"' + ("; exit 3" if fails else "")
        return command(name, "sh", "-c", script, "sh", name, str(self.file), undo=back, **more)

    @property
    def balance(self) -> list[str]:
        """What was done and not undone, in its order."""
        left: list[str] = []
        for deed in self.deeds:
            if deed.startswith("-"):
                assert left.pop() == deed[1:], "undone out of order"
            else:
                left.append(deed)
        return left


class Stage:
    """One walk, and the operator of the test."""

    def __init__(self, folder: Path, plan: Plan, board: FakeBoard | None = None, gate: str = ""):
        self.folder = folder
        self.plan = plan
        self.board = board or FakeBoard({"api": [Level.OK]})
        self.gate = gate
        self.entries: list[Entry] = []
        self.live = Live()
        self.clock = SystemClock()
        self.masker = Masker()
        self._changed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def walking(self, walk_id: str = "", **inputs: str):
        """Open the walk, or take one up, and walk it while the context is open."""
        database = self.folder / "state" / "t.journal.db"
        threads = ThreadPoolExecutor(2)
        async with Journal(database, self.clock) as journal, Launcher(self.clock) as launcher:
            self.journal = journal
            if walk_id:
                entries = await journal.entries(walk_id)
                grip = await journal.take_over("target", walk_id, OPERATOR, "its process is gone")
                secret = {}
            else:
                wish = Opening(
                    self.plan,
                    "target",
                    inputs,
                    Manner.CONSOLE,
                    OPERATOR,
                    self.board.snapshot,
                    self.clock.now(),
                    self.gate,
                )
                opened = await open_walk(wish, journal)
                entries, grip, secret = opened.entries, opened.grip, opened.inputs.secret
            self.entries = list(entries)
            self.holding = holding = Holding(fold_all(entries), Live(), grip, journal, self._hear)
            values = SecretValues(Vault({}, self.masker), threads)
            for name, value in secret.items():
                values.give(name, value)
            performer = Performer(
                self.folder / "evidence",
                launcher,
                values,
                self.board,
                self.clock,
                threads,
                lambda: LeaseRef(database, holding.grip.target, holding.grip.fence),
            )
            self.walker = Walker(holding, performer, self.clock, lambda: self.gate)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(self.walker.run(taken_up=bool(walk_id)))
                try:
                    if walk_id:
                        await self.until(lambda s: any(isinstance(e.event, WalkResumed) for e in s.entries))
                    yield self
                finally:
                    running.cancel()
        threads.shutdown()

    def _hear(self, entries, live):
        self.entries += entries
        self.live = live
        self._changed.set()

    @property
    def walk(self) -> Walk:
        return fold_all(self.entries)

    async def until(self, holds, within: float = WITHIN):
        """Wait until the condition holds of this stage."""
        async with asyncio.timeout(within):
            while not holds(self):
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await self._changed.wait()

    async def shown(self, step: str):
        """Wait until the step is shown, and return its state."""
        await self.until(lambda s: s.walk.state(step).status is Status.PLANNED)
        return self.walk.state(step)

    async def decide(self, decision, fence: int | None = None, operator: Operator = OPERATOR):
        await self.walker.decide(decision, operator, self.walk.fence if fence is None else fence)

    async def confirm(self, step: str, typed: str = ""):
        state = await self.shown(step)
        await self.decide(decisions.Confirm(step, state.attempt, state.action_sha256, typed))

    async def run(self, step: str):
        """Confirm a step and wait for its end."""
        await self.confirm(step)
        await self.ended(step)

    async def ended(self, step: str):
        over = (Status.SUCCEEDED, Status.FAILED, Status.UNKNOWN, Status.NOT_APPLIED)
        await self.until(lambda s: s.walk.over or s.walk.state(step).status in over)

    async def over(self):
        await self.until(lambda s: s.walk.over)
        return self.walk

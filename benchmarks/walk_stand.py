"""Owns the walks that benchmarks walk: in this process with all that is real, or in an agent by its link.

The operator of a benchmark looks at what is shown for a moment and then confirms: a supervisor has had the
time to stand by, as with people.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.link import Attached, Link, LinkEvent, Moved
from benchmarks.console import stop_agent
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
from runbooks.model import Plan, StepPlan, WindowNeed
from runbooks.operators import Operator
from runbooks.records import LeaseRef
from runbooks.step import options_of
from runbooks.steps.command import CommandStep
from runbooks.templates import Template
from runbooks.testing import FakeBoard
from runbooks.walk import Status, StepState, Walk
from runbooks.walk_events import Manner
from runbooks.walking.holding import Holding
from runbooks.walking.opening import Opening, open_walk
from runbooks.walking.performing import Performer
from runbooks.walking.secret_values import SecretValues
from runbooks.walking.walker import Walker

OPERATOR = Operator("bench", os.getuid())
PATIENCE = 60.0
TARGET = "bench"
SYSTEM = "system: bench\nchecks:\n  load: {kind: load, every: 60s, warn: load1 > 100000}\n"


def plan_of(steps: int, *argv: str) -> Plan:
    """Return a plan of so many steps that all run this."""
    run = options_of(CommandStep(run=tuple(map(Template.literal, argv))))
    each = (StepPlan(f"s{number}", "command", options=run, changes=True) for number in range(steps))
    return Plan("bench", steps=tuple(each), window=WindowNeed.ANY, target=TARGET)


class Here:
    """A walk in this process: real journal, supervisors and evidence, and no agent."""

    def __init__(self, folder: Path, plan: Plan, *, cold: bool = False) -> None:
        """Prepare; with `cold` no supervisor stands by."""
        self.walk = Walk()
        self.database = folder / "state" / "bench.journal.db"
        self._folder = folder
        self._plan = plan
        self._kind = _Cold if cold else Performer
        self._moved = asyncio.Event()

    @contextlib.asynccontextmanager
    async def walking(self, taken_up: str = "") -> AsyncIterator[Here]:
        """Open the walk, or take up the one of that id, and walk it while the context is open."""
        clock, masker = SystemClock(), Masker()
        with ThreadPoolExecutor(2) as threads:
            async with Journal(self.database, clock) as journal, Launcher(clock) as launcher:
                board = FakeBoard({"api": [Level.OK]})
                if taken_up:
                    entries = await journal.entries(taken_up)
                    grip = await journal.take_over(TARGET, taken_up, OPERATOR, "its process is gone")
                else:
                    wish = Opening(
                        self._plan, TARGET, {}, Manner.CONSOLE, OPERATOR, board.snapshot, clock.now(), ""
                    )
                    opened = await open_walk(wish, journal)
                    entries, grip = opened.entries, opened.grip
                self.walk = fold_all(entries)
                holding = Holding(self.walk, Live(), grip, journal, self._hear)
                values = SecretValues(Vault({}, masker), threads)
                lease = LeaseRef(self.database, grip.target, grip.fence)
                root = self._folder / "evidence"
                performer = self._kind(root, launcher, values, board, clock, threads, lambda: lease)
                self._walker = Walker(holding, performer, clock, str)
                async with asyncio.TaskGroup() as tasks:
                    running = tasks.create_task(self._walker.run(taken_up=bool(taken_up)))
                    yield self
                    running.cancel()

    def _hear(self, entries: Sequence[Entry], live: Live) -> None:
        self.walk = fold_all(entries, self.walk)
        self._moved.set()

    async def until(self, holds: Callable[[Walk], object]) -> Walk:
        """Wait until something holds of the walk; return it."""
        async with asyncio.timeout(PATIENCE):
            while not holds(self.walk):
                self._moved.clear()
                await self._moved.wait()
        return self.walk

    async def confirm(self, state: StepState) -> None:
        """Confirm what is shown."""
        wish = decisions.Confirm(state.id, state.attempt, state.action_sha256)
        await self._walker.decide(wish, OPERATOR, self.walk.fence)

    def left(self, state: StepState) -> Path:
        """Return the folder of what an attempt left."""
        return self._folder / "evidence" / state.folder


class _Cold(Performer):
    """Has no supervisor stand by."""

    def warm(self) -> None:
        """Do nothing."""


class There:
    """A walk in an agent, over the link that a console has."""

    def __init__(self, link: Link, evidence: Path) -> None:
        """Follow what comes down the link."""
        self.walk = Walk()
        self.agent = 0
        """The agent's process."""
        self._link = link
        self._events: AsyncIterator[LinkEvent] = link.events()
        self._evidence = evidence

    async def begin(self, runbook: str) -> None:
        """Begin to walk a runbook, once an agent answers."""
        async with asyncio.timeout(PATIENCE):
            while not self.agent:
                event = await anext(self._events)
                self.agent = event.agent_pid if isinstance(event, Attached) else 0
        await self._link.open_walk(runbook, "", {})

    async def until(self, holds: Callable[[Walk], object]) -> Walk:
        """Wait until something holds of the walk; return it."""
        async with asyncio.timeout(PATIENCE):
            while not holds(self.walk):
                event = await anext(self._events)
                self.walk = event.walk if isinstance(event, Moved) else self.walk
        return self.walk

    async def confirm(self, state: StepState) -> None:
        """Confirm what is shown."""
        wish = decisions.Confirm(state.id, state.attempt, state.action_sha256)
        await self._link.decide(self.walk.id, self.walk.fence, wish)

    def left(self, state: StepState) -> Path:
        """Return the folder of what an attempt left."""
        return self._evidence / state.folder


Place = Here | There


def is_shown(step: str) -> Callable[[Walk], bool]:
    """Return whether the step waits to be confirmed."""
    return lambda walk: any(state.id == step and state.status is Status.PLANNED for state in walk.steps)


def has_ended(step: str) -> Callable[[Walk], bool]:
    """Return whether the step has succeeded; raises RuntimeError when it came to anything else."""

    def ended(walk: Walk) -> bool:
        status = walk.state(step).status
        if status in (Status.FAILED, Status.UNKNOWN, Status.NOT_APPLIED):
            raise RuntimeError(f"{step}: {walk.state(step).outcome.summary}")
        return status is Status.SUCCEEDED

    return ended


def write_system(folder: Path, steps: int, run: str) -> Path:
    """Write a system with one runbook, of so many steps that all run this YAML list; return its folder."""
    source = folder / "bench"
    (source / "runbooks").mkdir(parents=True, mode=0o700)
    each = "".join(
        f"  - {{id: s{number}, kind: command, run: {run}, undo: none}}\n" for number in range(steps)
    )
    (source / "system.yaml").write_text(SYSTEM)
    (source / "runbooks" / "walk.yaml").write_text(f"runbook: walk\nwindow: any\nsteps:\n{each}")
    os.chmod(source, 0o700)
    return source


@contextlib.contextmanager
def own_state() -> Iterator[Path]:
    """Have walkdown keep what it keeps in a folder of its own, in this process and those that it starts."""
    with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as name:
        own = dict.fromkeys(("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), name)
        before = {key: os.environ.get(key) for key in own}
        os.environ.update(own)
        try:
            yield Path(name)
        finally:
            stop_agent(name)
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})


@contextlib.asynccontextmanager
async def linked(source: Path) -> AsyncIterator[AttachedLink]:
    """Attach to the system's agent; start it when none runs."""
    clock = SystemClock()
    async with AttachedLink(AgentPlace(source, clock).connect, clock).opened() as link:
        yield link

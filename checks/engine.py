"""Owns the schedule: when each check is probed, how many at once, and the newest snapshot.

Every check has one task that probes it, one probe at a time; a tick that comes while a probe runs is counted
as missed, never queued. Intervals live on the monotonic clock, so a jump of the wall clock moves nothing,
and a machine that slept does not catch up in a burst. The engine judges nothing and stores nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from checks import board
from checks.board import Notice, Snapshot, SystemInfo
from checks.clock import Clock
from checks.definition import Definition
from checks.model import Level, Result
from checks.quiet import LOUD, Quiet
from checks.runner import Runner

AT_ONCE = 16
"""Probes under way at the same time (reliability G9)."""
AT_ONCE_PER_TARGET = 4
SPACING = 0.055
"""Seconds between the first probes of two checks, so that a start is no stampede (G9: over 50 ms)."""
LONGEST_START = 11.0
"""Seconds after which every check has been started once, however many there are."""
WATCH_EVERY = 1.0
"""Seconds between two looks at ages, notices and the wall clock."""
JUMP = 5.0
"""Seconds by which the wall clock may leave the monotonic one in a second before it is a jump."""


class Recorder(Protocol):
    """Where results go; the store is one."""

    def put(self, result: Result) -> None:
        """Take the result; never blocks and never raises."""
        ...

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return what the operator must know about recording."""
        ...


@dataclass(slots=True, eq=False)
class Wish:
    """Somebody's wish that a check be probed off its schedule."""

    name: str
    fresh: bool = False
    """Only a probe that begins after the wish will do."""
    granted: bool = False


class Engine:
    """Probes the checks of one system while `run` runs, and folds the results into snapshots."""

    def __init__(
        self,
        system: SystemInfo,
        definitions: tuple[Definition, ...],
        runner: Runner,
        recorder: Recorder,
        clock: Clock,
        known: Mapping[str, Sequence[Result]] | None = None,
        quiet: Quiet = LOUD,
    ) -> None:
        """Prepare; `known` are stored results, oldest first: the states go on from where they were."""
        self.system = system
        self.notices: tuple[Notice, ...] = ()
        """Notices of the engine's owner, such as a configuration that could not be reloaded."""
        self._definitions = {definition.name: definition for definition in definitions}
        self._runner = runner
        self._recorder = recorder
        self._clock = clock
        self._jump: tuple[Notice, ...] = ()
        self._memory: defaultdict[str, MutableMapping[str, Any]] = defaultdict(dict)
        self._running: dict[str, asyncio.Event] = {}
        """The checks that are probed now; each event is set when its probe ends."""
        self._started: dict[str, float] = {}
        """When the last probe of each check began, on the monotonic clock."""
        self._asked: asyncio.Queue[Wish] = asyncio.Queue()
        self._waiting: dict[str, Wish] = {}
        """The wishes for fresh results whose probes have not begun; who asks meanwhile shares them."""
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._target_slots: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE_PER_TARGET)
        )
        self._changed = asyncio.Event()
        self._ended = False
        now, monotonic = clock.now(), clock.monotonic()
        self._stale_after = {info.name: info.stale_after for info in system.checks}
        self._fresh_until = {name: monotonic + span for name, span in self._stale_after.items()}
        self._snapshot = board.begin(system, now)
        for name, results in (known or {}).items():
            if name in self._fresh_until and results:
                for result in results:
                    self._snapshot = board.fold(self._snapshot, system, result, now)
                self._fresh_until[name] -= max(0.0, now - results[-1].at)
        self._quiet = quiet
        self._snapshot = board.mark_stale(self._snapshot, system, self._stale(), now)
        self._snapshot = board.set_quiet(self._snapshot, quiet, now)

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest snapshot."""
        return self._snapshot

    def quieten(self, quiet: Quiet) -> None:
        """Have exactly these checks quiet from here on."""
        self._quiet = quiet
        self._publish(lambda at: board.set_quiet(self._snapshot, quiet, at))

    @property
    def ended(self) -> bool:
        """Return whether nothing is probed any more."""
        return self._ended

    async def newer(self, number: int) -> Snapshot:
        """Return the newest snapshot, once it is newer than this number or the engine has ended.

        Who comes late gets the newest only; those in between are left out.
        """
        while self._snapshot.number <= number and not self._ended:
            await self._changed.wait()
        return self._snapshot

    def probe_now(self, names: tuple[str, ...] = ()) -> None:
        """Probe these checks as soon as a slot is free, all when none is named; the schedule stays."""
        for name in names or tuple(self._definitions):
            if name in self._definitions:
                self._asked.put_nowait(Wish(name))

    async def probed(self, names: tuple[str, ...]) -> Snapshot:
        """Probe these checks; return the snapshot once each was looked at by a probe begun after the call.

        When the engine ends before that, what there is by then.
        """
        wishes = [self._fresh(name) for name in dict.fromkeys(names) if name in self._definitions]
        while not self._ended and not all(wish.granted for wish in wishes):
            await self.newer(self._snapshot.number)
        return self._snapshot

    async def run(self) -> None:
        """Probe on schedule until cancelled."""
        spacing = min(SPACING, LONGEST_START / max(1, len(self._definitions)))
        async with asyncio.TaskGroup() as tasks:
            for place, definition in enumerate(self._definitions.values()):
                tasks.create_task(
                    self._keep_probing(definition, place * spacing), name=f"check {definition.name}"
                )
            tasks.create_task(self._keep_watch(), name="watch over ages and clock")
            while True:
                wish = await self._asked.get()
                tasks.create_task(self._grant(wish), name=f"asked {wish.name}")

    async def run_once(self, names: tuple[str, ...] = ()) -> Snapshot:
        """Probe these checks once, all when none is named, without a schedule; return the snapshot."""
        async with asyncio.TaskGroup() as tasks:
            for name in names or tuple(self._definitions):
                tasks.create_task(self._probe(self._definitions[name]), name=f"check {name}")
        return self._snapshot

    def _fresh(self, name: str) -> Wish:
        """Return the wish for a fresh result of this check: one that waits already, else a new one."""
        wish = self._waiting.get(name)
        if wish is None:
            wish = self._waiting[name] = Wish(name, fresh=True)
            self._asked.put_nowait(wish)
        return wish

    async def _grant(self, wish: Wish) -> None:
        """Probe because somebody asked; the wish for a fresh result waits for a probe that is under way."""
        while wish.fresh and wish.name in self._running:
            await self._running[wish.name].wait()
        if wish.fresh:
            del self._waiting[wish.name]
        await self._probe(self._definitions[wish.name])
        wish.granted = True
        self._wake()

    async def _keep_probing(self, definition: Definition, delay: float) -> None:
        due = self._clock.monotonic() + delay
        while True:
            await self._clock.sleep(due - self._clock.monotonic())
            if not await self._probe(definition):
                self._miss(definition.name, 1)
            late = self._clock.monotonic() - due
            ticks = max(1, int(late // definition.every) + 1)
            if ticks > 1:
                self._miss(definition.name, ticks - 1)
            due += ticks * definition.every

    async def _probe(self, definition: Definition) -> bool:
        """Probe once; return False when a probe of this check is under way already."""
        name = definition.name
        if name in self._running:
            return False
        ended = self._running[name] = asyncio.Event()
        try:
            async with self._target_slots[definition.target or name], self._slots:
                before = self._snapshot.state(name).last
                started = self._clock.monotonic()
                gap = started - self._started[name] if name in self._started else None
                self._started[name] = started
                seen = await self._runner.run(definition, before, self._memory[name], gap)
        finally:
            del self._running[name]
            ended.set()
        planned = name in self._quiet.maintenance
        result = replace(seen, maintenance=planned, counts_for=self._stale_after[name])
        self._recorder.put(result)
        self._fresh_until[name] = self._clock.monotonic() + self._stale_after[name]
        self._publish(lambda at: board.fold(self._snapshot, self.system, result, at))
        return True

    def _miss(self, name: str, times: int) -> None:
        self._publish(lambda at: board.count_missed(self._snapshot, self.system, name, times, at))

    async def _keep_watch(self) -> None:
        self._publish(self._noted)
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        while True:
            await self._clock.sleep(WATCH_EVERY)
            passed, ticked = self._clock.now() - wall, self._clock.monotonic() - monotonic
            wall, monotonic = self._clock.now(), self._clock.monotonic()
            if abs(passed - ticked) > JUMP:
                text = f"the wall clock jumped by {passed - ticked:+.0f} s; schedules are not affected"
                self._jump = (Notice("clock", text, Level.WARN, wall),)
            self._publish(self._aged)
            self._publish(self._noted)

    def _aged(self, at: float) -> Snapshot:
        return board.mark_stale(self._snapshot, self.system, self._stale(), at)

    def _noted(self, at: float) -> Snapshot:
        secrets = tuple(Notice("secrets", text) for text in self._runner.vault.warnings)
        notices = (*self._recorder.notices, *self.notices, *secrets, *self._jump)
        return board.set_notices(self._snapshot, notices, at)

    def _stale(self) -> frozenset[str]:
        now = self._clock.monotonic()
        return frozenset(name for name, until in self._fresh_until.items() if now > until)

    def _publish(self, change: Callable[[float], Snapshot]) -> None:
        """Replace the snapshot; the one place where it changes."""
        newer = change(self._clock.now())
        if newer is self._snapshot:
            return
        self._snapshot = newer
        self._wake()

    def _wake(self) -> None:
        """Let those who wait look again; whoever comes later waits for the next change."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def end(self) -> None:
        """Let those who wait for snapshots go; called once, when nothing is probed any more."""
        self._ended = True
        self._wake()


@contextlib.asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    """Run the engine while the context is open; probes under way at its end are cancelled."""
    async with asyncio.TaskGroup() as tasks:
        schedule = tasks.create_task(engine.run(), name="engine")
        try:
            yield engine
        finally:
            schedule.cancel()
            engine.end()

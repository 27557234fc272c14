"""Owns the walks of an agent: those that are open, told to consoles as they move, and what is asked of any.

One task walks each open walk; what it does is `runbooks/walking/`'s. Nothing here probes, and no terminal is
known. A journal that cannot be used refuses walks and stops no check.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import tzinfo
from functools import partial
from pathlib import Path

import msgspec

from agent.acting import Acting
from agent.admission import Admission
from agent.baselines import Baselines
from agent.live import LiveSystem
from agent.open_walks import OpenWalk, OpenWalks
from agent.shelf import Shelf
from agent.windows import Windows
from checks.clock import Clock
from checks.masking import Masker
from checks.moments import zone_of
from runbooks.approval_events import ApprovalRefused, Approved
from runbooks.decisions import Decision, HandOver, TakeOver
from runbooks.errors import RefusedDecisionError
from runbooks.events import Denied, Entry
from runbooks.fold import fold_all
from runbooks.inputs import accepted
from runbooks.journal.errors import HeldError, JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.leases import Grip
from runbooks.live import DryStep, Live, Runbooks, WalkHead
from runbooks.model import Plan, WindowNeed
from runbooks.operators import Operator
from runbooks.walk import Walk
from runbooks.walk_events import Manner
from runbooks.walking.holding import Holding
from runbooks.walking.opening import Opening, open_walk
from runbooks.walking.rehearsing import rehearse, without_secrets
from runbooks.walking.walker import Walker
from runbooks.wording import who

OPEN_MOST = 1000
"""Open walks that are taken up."""
TAKE_UP_AGAIN = 5.0
"""Seconds after which open walks are tried again that the journal did not let us take up."""
LOOK_EVERY = 2.0
"""Seconds between two looks at the runbooks of open walks."""

log = logging.getLogger(__name__)


class Walks:
    """The walks of one agent, while `opened` is open."""

    def __init__(
        self,
        live: LiveSystem,
        source: Path | None,
        journal: Journal,
        baselines: Baselines,
        windows: Windows,
        admission: Admission,
        masker: Masker,
        clock: Clock,
    ) -> None:
        """Prepare; somebody else opens the journal."""
        self._live = live
        self._clock = clock
        self._shelf = Shelf(live, source)
        self._journal = journal
        self._baselines = baselines
        self._windows = windows
        self._admission = admission
        self._acting = Acting(live, source, masker, clock)
        self._tasks = asyncio.TaskGroup()
        self._walking: set[asyncio.Task[None]] = set()
        self.open_ones = OpenWalks(clock)
        """Those that are open, for whoever follows them."""
        self.attending: Callable[[Operator], int] = lambda operator: 0
        """How many consoles of an operator are attached; set by who knows."""
        self.moved: Callable[[], None] = lambda: None
        """Called whenever something has happened in a walk; set by who follows them."""
        self.taken_up = False
        """Whether every walk that was open in the journal is followed here, as far as it can be."""

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Walks]:
        """Take up the walks that are open in the journal; leave them as they are at the end."""
        async with self._acting.opened(), self._tasks:
            self._begin(self._take_up_all(), "take up walks")
            self._begin(self._follow_files(), "follow runbooks")
            try:
                yield self
            finally:
                for task in self._walking:
                    task.cancel()

    @property
    def under_way(self) -> tuple[str, ...]:
        """Return the ids of the walks that are open."""
        return self.open_ones.names

    @property
    def open_walks(self) -> tuple[Walk, ...]:
        """Return the walks that are open, as they stand."""
        return tuple(one.walker.walk for one in self.open_ones)

    # What consoles ask

    async def runbooks(self) -> Runbooks:
        """Return what can be walked, and when it was last."""
        return await self._shelf.runbooks(self._journal)

    async def heads(self, limit: int) -> tuple[WalkHead, ...]:
        """Return the walks there were, newest first."""
        return await self._journal.walks(limit)

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        """Return all that happened to a walk."""
        if (one := self.open_ones.get(walk)) is not None:
            return tuple(one.entries)
        return await self._journal.entries(walk)

    async def evidence(self, walk: str, step: str, attempt: int, name: str) -> str:
        """Return what an attempt left, fit to be shown.

        Raises:
            RefusedDecisionError: when there is no such thing.
        """
        return await self._acting.evidence(await self.entries(walk), walk, step, attempt, name)

    async def dry_run(self, runbook: str, inputs: dict[str, str]) -> tuple[DryStep, ...]:
        """Return what a walk would do; only steps that look once are run.

        Raises:
            RefusedDecisionError: when there is no such runbook, or an input is not usable.
        """
        plan = without_secrets(await self._shelf.plan(runbook))
        values = accepted(plan, inputs).plain
        with tempfile.TemporaryDirectory(prefix="walkdown-dry-run-") as folder:
            performer = self._acting.performer({}, Walk(), lambda: None)
            performer.root = Path(folder)
            return await rehearse(plan, values, performer)

    # What consoles decide

    async def open(
        self, runbook: str, plan_sha256: str, inputs: dict[str, str], manner: Manner, operator: Operator
    ) -> str:
        """Begin to walk a runbook, and return the id of the walk.

        Raises:
            RefusedDecisionError: when it may not be begun; says why.
        """
        plan = await self._shelf.plan(runbook)
        if plan_sha256 not in ("", plan.sha256):
            raise RefusedDecisionError("the runbook has changed since it was shown; look at it again")
        engine = await self._live.engine_after(None)
        wish = Opening(
            plan,
            self._live.system.info.name,
            inputs,
            manner,
            operator,
            engine.snapshot,
            self._clock.now(),
            self._windows.gate(),
        )
        opened = await open_walk(wish, self._journal)
        try:
            await self._baselines.keep(wish.snapshot, opened.grip.walk, "walk", operator)
        except JournalError as error:
            log.warning("walk %s has no baseline of readings: %s", opened.grip.walk, error)
        await self._walk(opened.grip, list(opened.entries), opened.inputs.secret)
        return opened.grip.walk

    async def decide(self, walk: str, fence: int, decision: Decision, operator: Operator) -> None:
        """Take a decision about an open walk.

        Raises:
            RefusedDecisionError: when it is not taken; says why.
        """
        one = self.open_ones.get(walk)
        if one is None:
            raise RefusedDecisionError(f"no walk {walk} is open here")
        walk_now = one.walker.walk
        if isinstance(decision, TakeOver) and not decision.reason.strip():
            if walk_now.offer is None or not walk_now.offer.is_for(operator):
                self._demand_nobody(walk_now.holder, operator)
        elif isinstance(decision, HandOver):
            to = decision.to.strip()
            uid = await self._admission.heir(to) if to else -1
            decision = msgspec.structs.replace(decision, to=to, uid=uid)
        await one.walker.decide(decision, operator, fence)

    async def judge(
        self, walk: str, said: Approved | ApprovalRefused, typed: str, operator: Operator
    ) -> None:
        """Take down what another user says to the step that waits for his approval.

        Raises:
            RefusedDecisionError: when it does not count; says why.
        """
        one = self.open_ones.get(walk)
        if one is None:
            raise RefusedDecisionError(f"no walk {walk} is open here")
        await one.walker.judge(said, typed, operator)

    async def deny(self, walk: str, denied: Denied, operator: Operator) -> bool:
        """Take down that somebody wanted something of a walk that he may not; return whether it is open.

        Raises:
            JournalError, FenceError: when it cannot be written.
        """
        one = self.open_ones.get(walk)
        if one is None or one.over_at is not None:
            return False
        await one.walker.deny(denied, operator)
        return True

    def _demand_nobody(self, holder: Operator, operator: Operator) -> None:
        """Return when a walk may be taken over without a word: by its holder, who is at no other console."""
        there = self.attending(holder) - (holder == operator)
        if there or (holder.uid, holder.login) != (operator.uid, operator.login):
            raise RefusedDecisionError(f"{who(holder)} decides; to take it over needs a reason")

    def _gate_for(self, plan: Plan) -> str:
        """Return why no changing step of this plan may be started now; nothing where no window matters."""
        return "" if plan.window is WindowNeed.ANY else self._windows.gate()

    def _zone(self) -> tzinfo | None:
        """Return the zone of the system, which may be another after its files have changed."""
        return zone_of(self._live.system.info.timezone)

    def _until_for(self, plan: Plan) -> float:
        """Return when the window closes that is open for this plan; 0 without one, or where none matters."""
        return 0.0 if plan.window is WindowNeed.ANY else self._windows.until()

    # Walking

    async def _take_up_all(self) -> None:
        """Take up every walk that is open in the journal, once the first probes are under way."""
        await self._live.engine_after(None)
        said = ""
        while True:
            try:
                for head in await self._journal.walks(OPEN_MOST, open_only=True):
                    if self.open_ones.get(head.id) is None:
                        await self._take_up(head)
                self.taken_up = True
                return
            except JournalError as error:
                if said != str(error):
                    said = str(error)
                    log.warning("open walks are not taken up: %s", error)
            await self._clock.sleep(TAKE_UP_AGAIN)

    async def _follow_files(self) -> None:
        """Say of each open walk whether its runbook has changed since it was begun."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            for one in self.open_ones:
                plan = one.walker.walk.plan
                one.walker.tell_file_changed(not await self._shelf.still_says(plan))

    async def _take_up(self, head: WalkHead) -> None:
        entries = list(await self._journal.entries(head.id))
        walk = fold_all(entries)
        try:
            grip = await self._journal.take(walk.plan.target, walk.id, walk.holder)
        except HeldError as error:
            log.warning("walk %s is not taken up: %s", walk.id, error)
            return
        log.info("taking up walk %s of %s", walk.id, walk.plan.name)
        await self._walk(grip, entries, {}, taken_up=True)

    async def _walk(
        self, grip: Grip, entries: list[Entry], secret_inputs: dict[str, str], *, taken_up: bool = False
    ) -> None:
        walk = fold_all(entries)
        gate = partial(self._gate_for, walk.plan)
        live = Live(gate=gate(), usual=await self._shelf.usual(walk.plan, self._journal))
        holding = Holding(walk, live, grip, self._journal, partial(self._hear, walk.id))
        performer = self._acting.performer(secret_inputs, walk, lambda: self._acting.lease(holding.grip))
        walker = Walker(
            holding, performer, self._clock, gate, partial(self._until_for, walk.plan), self._zone
        )
        self.open_ones.add(OpenWalk(entries, walker, live))
        self._begin(walker.run(taken_up=taken_up), f"walk {walk.id}")

    def _begin(self, work: Coroutine[None, None, None], name: str) -> None:
        task = self._tasks.create_task(work, name=name)
        self._walking.add(task)
        task.add_done_callback(self._walking.discard)

    def _hear(self, walk: str, entries: tuple[Entry, ...], live: Live) -> None:
        """Pass on what a walker tells; what it did may have put checks into maintenance."""
        self.open_ones.hear(walk, entries, live)
        if entries:
            self.moved()

"""Owns what goes on beside a walk: its lease renewed, guards watched, output shown."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from checks.clock import Clock
from checks.kind import SLACK
from runbooks import walk_events
from runbooks.approval import fitting, needed, seconds_left
from runbooks.approval_events import ApprovalAsked
from runbooks.boot import Moment
from runbooks.evidence import last
from runbooks.journal.errors import FenceError, JournalError
from runbooks.walk import Approval, Stage, Status
from runbooks.walking.guarding import doubtful, regressed
from runbooks.walking.holding import Holding
from runbooks.walking.performing import Performer
from runbooks.windows.budget import budget, late

RENEW_EVERY = 10.0
"""Seconds between two renewals of the lease (reliability 3.5)."""
LOOK_EVERY = 0.5
"""Seconds between two looks."""
DOUBT_EVERY = 0.25
"""Seconds between two looks at whether a guard seems worse."""
SOONER = 4
"""A guard that seems worse is probed after this part of its interval, until that is certain or over."""
OUTPUT = 8192
"""Bytes of output that are shown while it runs."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches beside one walk."""

    holding: Holding
    performer: Performer
    clock: Clock
    gate: Callable[[], str]
    until: Callable[[], float]
    """When the window closes that is open for the walk, UTC seconds; 0 without one."""
    zone: Callable[[], tzinfo | None]
    """In which times are told; None is the host's own."""
    judging: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while it is judged by guards whether to pause: two look at them, and one pause is written."""

    async def renew(self) -> None:
        """Keep the lease until it is lost."""
        while not self.holding.relieved:
            await self.clock.sleep(RENEW_EVERY)
            await self.holding.renew()

    async def look(self) -> None:
        """Look again and again."""
        while not self.holding.relieved:
            await self.clock.sleep(LOOK_EVERY)
            self._output()
            self._time()
            with contextlib.suppress(JournalError, FenceError):
                await self._guards()
                await self._approval()

    async def doubt(self) -> None:
        """Look sooner than is its turn at a guard that seems worse: within two intervals it is certain.

        With three attempts that holds for intervals of a second and more; docs/windows.md says it all.
        """
        asked: dict[str, float] = {}
        while not self.holding.relieved:
            await self.clock.sleep(DOUBT_EVERY)
            board, now = self.performer.board, self.clock.monotonic()
            names = doubtful(self.holding.walk, board.snapshot)
            asked = {name: asked.get(name, now) for name in names}
            due = tuple(name for name in names if now - asked[name] >= board.interval(name) / SOONER)
            if due:
                asked |= dict.fromkeys(due, now)
                await board.probed(due)
                with contextlib.suppress(JournalError, FenceError):
                    await self._guards()

    def _time(self) -> None:
        """Say whether a changing step may be started, and how the time in the window stands."""
        walk = self.holding.walk
        spent = budget(walk, self.holding.live.usual, self.until())
        self.holding.say(
            gate=self.gate(), budget=spent, late=late(walk, spent, self.clock.now(), self.zone())
        )

    def _output(self) -> None:
        """Show what the running program says; end one that nobody waits for and that takes too long."""
        running, live, walk = self.performer.running, self.holding.live, self.holding.walk
        if running is None or not live.running:
            return
        said, masker = running.tail(OUTPUT + SLACK), self.performer.secrets.vault.masker
        parts = (last(said.out, masker, OUTPUT), last(said.errors, masker, OUTPUT))
        overdue = running.elapsed > walk.plan.step(live.running).timeout
        if overdue and (live.running != live.step or walk.stage is Stage.LAST):
            running.terminate()
        text = "\n".join(part for part in parts if part)
        self.holding.say(output=text, output_bytes=said.out_size + said.errors_size, overdue=overdue)

    async def _approval(self) -> None:
        """Ask for an approval anew that has expired while the step still waits."""
        walk = self.holding.walk
        state = walk.current
        if state is None or state.status is not Status.PLANNED or not needed(walk, state):
            return
        approval = fitting(state)
        if approval.at and not approval.refused and not self._holds(approval):
            await self.holding.write(ApprovalAsked(state.id, state.attempt, state.action_sha256))

    def _holds(self, approval: Approval) -> bool:
        return seconds_left(approval, self.clock.now(), Moment.known(self.clock)) > 0

    async def _guards(self) -> None:
        async with self.judging:
            walk = self.holding.walk
            worse = regressed(walk, self.performer.board.snapshot)
            if worse and not walk.paused:
                reason = f"worse than when the walk began: {', '.join(worse)}"
                await self.holding.write(walk_events.WalkPaused(reason, worse))
            elif walk.paused and walk.worse and not worse:
                await self.holding.write(walk_events.WalkWentOn("the guards are as they were again"))

"""Owns a walk as the process that walks it holds it: its value, its lease, what is live, and the one pen.

Every event of an open walk is written here, under the lease, folded once it is committed, and told to whoever
listens. What is to happen is decided elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry, Event
from runbooks.fold import fold_all
from runbooks.journal.errors import FenceError, HeldError, JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.leases import Grip
from runbooks.journal.rows import Draft
from runbooks.live import Live
from runbooks.operators import WALKDOWN, Operator
from runbooks.walk import Offer, Walk
from runbooks.walk_events import HolderChanged
from runbooks.walking.deciding import Ruling
from runbooks.wording import taken_by

Told = Callable[[tuple[Entry, ...], Live], None]
"""Hears of every entry that was written, and of what is live."""


class Holding:
    """One open walk, held by this process."""

    def __init__(self, walk: Walk, live: Live, grip: Grip, journal: Journal, told: Told) -> None:
        """Hold the walk by its lease."""
        self.walk = walk
        self.live = live
        self.relieved = ""
        """Why this process does not hold it any more; empty while it does."""
        self._grip = grip
        self._journal = journal
        self._told = told
        self._moved = asyncio.Event()
        self._pen = asyncio.Lock()

    @property
    def grip(self) -> Grip:
        """Return the lease by which it is held."""
        return self._grip

    async def write(self, *happened: Event, operator: Operator = WALKDOWN) -> None:
        """Write events and fold them; all of them are committed, or none.

        Raises:
            JournalError: when they cannot be written; nothing has changed then.
            FenceError: when somebody else holds the walk by now.
        """
        async with self._pen:
            await self._commit(happened, operator)

    async def write_ruled(self, judge: Callable[[Walk], Ruling], operator: Operator) -> Ruling:
        """Write what a decision comes to as the walk stands at that moment, and return it.

        Nothing can happen between the ruling and its writing: of two that wish the same, one comes too late.

        Raises:
            JournalError: when it cannot be written; nothing has changed then.
            FenceError: when somebody else holds the walk by now.
        """
        async with self._pen:
            ruling = judge(self.walk)
            if ruling.events:
                await self._commit(ruling.events, operator)
            return ruling

    async def write_after(self, *happened: Event) -> None:
        """Write what has happened already: tries for a minute, and makes room on a full disk for it.

        Raises:
            JournalError: when it could not be written all the same; what supervisors left stays on disk.
            FenceError: when somebody else holds the walk by now, and will find out by himself.
        """
        try:
            await self._commit_after(happened)
        except FenceError:
            await self.renew()
            if self.relieved:
                raise
            await self._commit_after(happened)

    async def pass_to(
        self,
        operator: Operator,
        reason: str,
        state_of_things: str,
        *,
        offer: Offer | None = None,
        believed: Operator | None = None,
    ) -> None:
        """Have somebody else decide from here on: the fence rises, and who decided before cannot any more.

        Raises:
            RefusedDecisionError: when it was to be taken by an `offer` that does not stand any more, or from
                who was `believed` to decide and does not.
            JournalError: when it cannot be written.
        """
        async with self._pen:
            if offer is not None and self.walk.offer != offer:
                raise RefusedDecisionError("it is not handed over any more")
            if believed not in (None, self.walk.holder):
                raise RefusedDecisionError(f"meanwhile {taken_by(self.walk)}; look again")
            self._grip = await self._journal.take_over(self._grip.target, self.walk.id, operator, reason)
            changed = HolderChanged(self._grip.fence, operator, reason, state_of_things)
            await self._commit((changed,), operator)

    async def renew(self) -> None:
        """Keep the lease for another while; one that lapsed, as on a machine that slept, is taken anew.

        Without it nothing is started any more, and when somebody else has it by now, nothing is ever again.
        """
        try:
            await self._journal.renew(self._grip)
        except FenceError:
            await self._take_anew()
        except JournalError as error:
            self.say(trouble=str(error))

    async def _take_anew(self) -> None:
        holder = self.walk.holder
        try:
            async with self._pen:
                self._grip = await self._journal.take(self._grip.target, self.walk.id, holder)
                changed = HolderChanged(self._grip.fence, holder, "the lease had lapsed")
                await self._commit((changed,), WALKDOWN)
        except (HeldError, FenceError) as error:
            self.relieve(str(error))
        except JournalError as error:
            self.say(trouble=str(error))

    async def let_go(self) -> None:
        """Give the lease back and have the head of the chain written down elsewhere."""
        await self._journal.release(self._grip)
        await self._journal.anchor()

    def relieve(self, why: str) -> None:
        """Do nothing more for this walk: another process holds it."""
        self.relieved = why
        self.say(trouble=why)
        self.wake()

    def say(self, **changes: object) -> None:
        """Tell what is live."""
        live = msgspec.structs.replace(self.live, **changes)
        if live != self.live:
            self.live = live
            self._told((), live)

    def wake(self) -> None:
        """Have whoever waits look again."""
        self._moved.set()

    def asleep(self) -> None:
        """Count only what happens from now on as something that has happened."""
        self._moved.clear()

    async def moved(self, within: float | None) -> None:
        """Wait until something has happened, or for so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self._moved.wait()
        except TimeoutError:
            return

    async def _commit(self, happened: Sequence[Event], operator: Operator) -> None:
        drafts = [Draft(self.walk.id, event, operator) for event in happened]
        self._take(await self._journal.append(*drafts, grip=self._grip))

    async def _commit_after(self, happened: Sequence[Event]) -> None:
        async with self._pen:
            drafts = [Draft(self.walk.id, event) for event in happened]
            self._take(await self._journal.append_after(*drafts, grip=self._grip))

    def _take(self, entries: tuple[Entry, ...]) -> None:
        self.walk = fold_all(entries, self.walk)
        self._told(entries, self.live)
        self._moved.set()

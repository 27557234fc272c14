"""Owns `walkdown approve`: one step that waits for the approval of another user, shown and asked about."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from agent.answering import Answering
from agent.asking import Asking, BackError, BrokenInError, LeftError, MootError
from agent.cards import Cards
from agent.claim import Claim
from agent.following import Following
from agent.link import Link, RefusedError
from agent.meanwhile import meanwhile
from agent.narrator import Narrator
from agent.situation import Kind, Situation, Way, situation_of, ways_of
from agent.voice import Voice
from agent.walk_exits import WalkExit
from agent.ways import words_of
from checks.clock import Clock
from runbooks.approval import fitting
from runbooks.rights import Standpoint
from runbooks.walk import Walk

WAIT = 5.0
"""Seconds that a walk has to be told of."""


class Approving:
    """Asks one operator about the step that another is about to run."""

    def __init__(
        self,
        link: Link,
        walk: str,
        voice: Voice,
        asking: Asking,
        clock: Clock,
        standpoint: Standpoint,
        zone: tzinfo | None,
    ) -> None:
        """Prepare for the walk of that id; `standpoint` is what the operator may do."""
        self._voice = voice
        self._asking = asking
        self._clock = clock
        self._cards = Cards(voice, clock, zone)
        self._following = Following(link, walk, Narrator(voice, clock, brief=True), clock, asking.stir)
        self._following.standpoint = standpoint
        claim = Claim(link, walk)
        self._answering = Answering(link, self._following, voice, asking, self._cards, claim)

    async def go(self) -> int:
        """Show and ask; return 0 once something was said to it, 14 when nothing can be."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._following.follow(), name="follow walk")
            try:
                return await self._go()
            except (LeftError, BrokenInError, BackError):
                self._voice.say("Nothing was said to it.")
                return WalkExit.REFUSED
            finally:
                following.cancel()

    async def _go(self) -> int:
        await self._told()
        situation = self._situation()
        while situation.kind is Kind.ASKED:
            walk = self._following.walk
            self._cards.walk(walk, self._following.live)
            self._cards.step(walk, walk.state(situation.step), self._following.live, "")
            self._cards.approval(walk, situation)
            try:
                if await self._ask(situation):
                    return 0
            except MootError:
                following = self._following
                gone = bool(following.reason)
                self._voice.say(meanwhile(situation, self._situation(), following.walk, gone=gone))
            except RefusedError as error:
                self._voice.tell(f"Not done: {error}")
                return WalkExit.REFUSED
            situation = self._situation()
        self._voice.tell(self._why_not(self._following.walk))
        return WalkExit.REFUSED

    async def _told(self) -> None:
        """Wait until the walk is known, and what is live of it."""
        deadline = self._clock.monotonic() + WAIT
        while not self._following.walk.seq and self._clock.monotonic() < deadline:
            await self._asking.stirred()

    async def _ask(self, situation: Situation) -> bool:
        """Return whether it was approved, or was not and why was said."""
        walk = self._following.walk
        ways = [way for way in ways_of(situation, walk) if way is not Way.SHOW]
        with self._asking.about(lambda: self._situation() == situation):
            words = [words_of(way, situation, walk) for way in ways]
            way = ways[await self._asking.choose(words)]
            if way is Way.LEAVE:
                raise LeftError
            if not await self._answering.take(way, situation):
                return False
        self._voice.tell("Approved." if way is Way.APPROVE else "Not approved; it was written down.")
        return True

    def _situation(self) -> Situation:
        following = self._following
        return situation_of(following.walk, following.live, held=False, standpoint=following.standpoint)

    def _why_not(self, walk: Walk) -> str:
        state = walk.current
        if not self._following.standpoint.may_approve:
            return "You have no right to approve anything here."
        if state is not None and fitting(state).at and not fitting(state).refused:
            return f"{state.id} is approved already."
        return "Nothing waits there for your approval."

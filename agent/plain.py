"""Owns the plain walk: a walk on the command line, in numbered text that every terminal and reader can take.

It asks what has to be decided and sends decisions; what they come to is the agent's to say. Nothing depends
on it: when it ends, however it ends, the walk is left in the agent as it stands.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from datetime import tzinfo
from functools import partial

from agent.answering import Answering
from agent.asking import Asking, BackError, BrokenInError, LeftError, MootError
from agent.cards import Cards
from agent.claim import Claim, is_gone
from agent.following import Following
from agent.link import Link, RefusedError
from agent.meanwhile import meanwhile
from agent.narrator import Narrator
from agent.situation import QUIET, Kind, Situation, Way, aside_of, situation_of, ways_of
from agent.voice import Voice
from agent.walk_exits import WalkExit, exit_of
from agent.ways import words_of
from checks.clock import Clock
from checks.errors import LinkError
from runbooks.decisions import VerifyAgain
from runbooks.operators import Operator
from runbooks.reasons import REASON
from runbooks.rights import HERE, Standpoint
from runbooks.walk import Walk
from runbooks.wording import span, who

SETTLE = 0.4
"""Seconds before a step that changes nothing is asked about: most such steps go on by themselves."""
TAKEN_UP = 10.0
"""Seconds within which a decision shows in the walk."""
TICK = 1.0
"""Seconds between two looks at how long something has run."""
RUNNING_HINT = "Enter: what can be done meanwhile"
FOLLOWED_HINT = "somebody else decides here; Enter: what you can do"


class PlainWalk:
    """One walk before one operator."""

    def __init__(
        self,
        link: Link,
        walk: str,
        voice: Voice,
        asking: Asking,
        clock: Clock,
        me: Operator,
        again: str,
        standpoint: Standpoint = HERE,
        zone: tzinfo | None = None,
    ) -> None:
        """Prepare; `me` is the operator as the agent sees him, `again` the command that goes on with it."""
        self._link = link
        self._id = walk
        self._voice = voice
        self._asking = asking
        self._clock = clock
        self._me = me
        self._again = again
        self._cards = Cards(voice, clock, zone)
        self._narrator = Narrator(voice, clock)
        self._following = Following(link, walk, self._narrator, clock, asking.stir)
        self._following.standpoint = standpoint
        self._claim = Claim(link, walk)
        self._answering = Answering(link, self._following, voice, asking, self._cards, self._claim)
        self._tasks = asyncio.TaskGroup()
        self._side: list[asyncio.Task[None]] = []
        self._patience: tuple[Situation | None, float] = (None, 0.0)
        """What is overdue and waited for all the same, and until when on the monotonic clock."""
        self._shown_step: tuple[object, ...] = ()
        """What tells the step that was shown last from any other showing of a step."""
        self._shown_trouble: Situation | None = None

    async def go(self, *, joining: bool = False, reason: str = "") -> WalkExit:
        """Walk to the end, or until the operator leaves; return how it ended.

        Who is `joining` takes up a walk that was begun before, from somebody who is there with a `reason`.
        """
        async with self._tasks:
            self._beside(self._following.follow(), "follow walk")
            self._beside(self._tick(), "tell time")
            try:
                await self._begin(joining, reason)
                return await self._go()
            except LeftError as left:
                return self._leave(str(left))
            finally:
                for task in self._side:
                    task.cancel()

    async def _begin(self, joining: bool, reason: str) -> None:
        """Hold the walk; when somebody else has it who is there, follow only."""
        await self._until(lambda: self._following.walk.seq > 0)
        walk = self._following.walk
        if not joining:
            self._claim.began(walk)
            return
        self._cards.walk(walk, self._following.live)
        if walk.over or not self._following.standpoint.may_run:
            return
        try:
            offered = walk.offer is not None and walk.offer.is_for(self._following.standpoint.me)
            while not (reason or offered or is_gone(walk.holder, self._me)):
                still = partial(self._decides, walk.holder)
                with contextlib.suppress(MootError), self._asking.about(still):
                    reason = await self._reason_to_relieve(walk)
                walk = self._following.walk if not reason else walk
            await self._claim.take(walk, reason)
        except (BackError, BrokenInError):
            self._voice.tell("You follow only.")
        except LinkError as error:
            self._voice.tell(f"You follow only: {error}")
        else:
            await self._until(lambda: self._claim.holds(self._following.walk), TAKEN_UP)

    def _decides(self, holder: Operator) -> bool:
        """Return whether he still decides."""
        return self._following.walk.holder == holder

    async def _reason_to_relieve(self, walk: Walk) -> str:
        """Return why somebody else is relieved.

        Raises:
            BackError: when he is not.
        """
        self._voice.tell(f"{who(walk.holder)} decides in this walk, and may be there.")
        if await self._asking.choose(("take the walk over, with a reason", "follow only")):
            raise BackError
        return await self._asking.reason("Why do you take it over?", REASON)

    async def _go(self) -> WalkExit:
        todo = self._meet
        while (situation := self._situation()).kind is not Kind.OVER:
            work, todo = todo, self._meet
            try:
                await work(situation)
            except MootError:
                self._voice.say(self._meanwhile(situation))
            except BackError:
                continue
            except BrokenInError:
                todo = self._aside
            except RefusedError as error:
                self._voice.tell(f"Not done: {error}")
            except LinkError as error:
                self._voice.tell(f"Not done: {error}")
                todo = self._pause
        self._cards.end(self._following.walk)
        return exit_of(self._following.walk)

    # How it stands

    def _situation(self) -> Situation:
        following = self._following
        walk = following.walk
        held = self._claim.holds(walk) and not following.reason
        situation = situation_of(walk, following.live, held=held, standpoint=following.standpoint)
        patient, until = self._patience
        if situation.kind is Kind.OVERDUE and situation == patient and self._clock.monotonic() < until:
            return Situation(Kind.RUNNING, situation.step, situation.attempt)
        return situation

    def _meanwhile(self, before: Situation) -> str:
        following = self._following
        return meanwhile(before, self._situation(), following.walk, gone=bool(following.reason))

    async def _meet(self, situation: Situation) -> None:
        """Ask what the situation asks for, or wait until there is another one."""
        if situation.kind in QUIET:
            self._show_quietly(situation)
            await self._asking.stirred()
            return
        if situation.kind in (Kind.SHOWN, Kind.QUESTION) and not self._changes(situation.step):
            await self._clock.sleep(SETTLE)
        with self._asking.about(lambda: self._situation() == situation):
            if self._situation() == situation:
                self._show(situation)
                await self._ask(situation)

    async def _ask(self, situation: Situation) -> None:
        """Offer what may be chosen: the answers of a question, and the ways."""
        walk, question = self._following.walk, self._following.live.question
        ways = ways_of(situation, walk)
        answers = question.choices if question is not None and Way.ANSWER in ways else ()
        if answers:
            ways = tuple(way for way in ways if way is not Way.ANSWER)
        words = [f"{each.value}{f' - {each.label}' if each.label else ''}" for each in answers]
        self._voice.announce(f"{situation.kind} {situation.step}: type a number")
        place = await self._asking.choose([*words, *(words_of(way, situation, walk) for way in ways)])
        if place >= len(answers):
            await self._take(ways[place - len(answers)], situation)
        else:
            await self._answering.answer(walk.state(situation.step), answers[place].value)
            await self._until(lambda: self._situation() != situation, TAKEN_UP)

    async def _aside(self, situation: Situation) -> None:
        """Ask what the operator wants who broke in."""
        walk = self._following.walk
        ways = aside_of(situation, walk)
        with self._asking.about(lambda: self._situation() == situation):
            words = [words_of(way, situation, walk) for way in ways]
            await self._take(ways[await self._asking.choose(words, "What do you want?")], situation)

    async def _pause(self, situation: Situation) -> None:
        """Wait until something has changed."""
        await self._asking.stirred()

    async def _take(self, way: Way, situation: Situation) -> None:
        match way:
            case Way.LEAVE:
                raise LeftError
            case Way.SHOW:
                self._shown_step = ()
            case Way.WAIT:
                if situation.kind is Kind.OVERDUE:
                    limit = self._following.walk.plan.step(situation.step).timeout
                    self._patience = (situation, self._clock.monotonic() + limit)
                    self._voice.say(f"Waiting on; it is asked again in {span(limit)}.")
            case Way.VERIFY:
                self._beside(self._verify(situation.step), "verify again")
                await self._until(lambda: self._situation() != situation, TAKEN_UP)
            case _:
                if await self._answering.take(way, situation):
                    await self._until(lambda: self._situation() != situation, TAKEN_UP)

    # What is shown

    def _show(self, situation: Situation) -> None:
        """Show what is asked about, once."""
        if situation.kind in (Kind.SHOWN, Kind.QUESTION, Kind.APPROVAL, Kind.ASKED):
            self._show_step(situation)
            self._cards.approval(self._following.walk, situation)
            if question := self._following.live.question:
                self._voice.tell(f"It asks: {question.prompt}")
        elif self._shown_trouble != situation:
            self._shown_trouble = situation
            self._cards.trouble(self._following.walk, situation)

    def _show_quietly(self, situation: Situation) -> None:
        """Show the step that runs by itself, or that somebody else decides about; say what can be done."""
        walk, source = self._following.walk, self._asking.source
        if situation.kind is Kind.BETWEEN or self._following.reason or not situation.step:
            return
        state = walk.state(situation.step)
        if state.planned_at and self._show_step(situation) and source is not None and source.is_terminal:
            followed = situation.kind is Kind.FOLLOWED
            self._voice.say(f"({FOLLOWED_HINT if followed else RUNNING_HINT})")

    def _show_step(self, situation: Situation) -> bool:
        """Show a step as it was shown to be confirmed, once; return whether it is shown now."""
        state = self._following.walk.state(situation.step)
        shown = (state.id, state.attempt, state.planned_at, situation.closed)
        if shown[:3] == self._shown_step[:3] and not situation.closed:
            return False
        if shown == self._shown_step:
            return False
        self._shown_step = shown
        self._cards.step(self._following.walk, state, self._following.live, situation.closed)
        return True

    def _leave(self, why: str) -> WalkExit:
        self._voice.say()
        if why:
            self._voice.tell(f"Nobody can answer here: {why}. Without an operator, --auto walks what may be.")
        self._voice.tell("The walk stays open in the agent, as it stands. To go on with it:")
        self._voice.command(self._again)
        return exit_of(self._following.walk)

    def _changes(self, step: str) -> bool:
        return self._following.walk.plan.step(step).changes

    # Beside it

    def _beside(self, work: Coroutine[None, None, None], name: str) -> None:
        """Do something beside it, until it ends."""
        self._side.append(self._tasks.create_task(work, name=name))

    async def _verify(self, step: str) -> None:
        try:
            await self._link.decide(self._id, self._following.walk.fence, VerifyAgain(step))
        except LinkError as error:
            self._voice.tell(f"Not verified: {error}")
            self._asking.stir()

    async def _until(self, condition: Callable[[], bool], within: float | None = None) -> None:
        """Wait until the condition holds, or for so many seconds; what is typed meanwhile is no answer."""
        deadline = None if within is None else self._clock.monotonic() + within
        while not condition():
            if deadline is not None and self._clock.monotonic() > deadline:
                return
            await self._asking.stirred()

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK)
            self._narrator.tick(self._clock.now())
            self._asking.stir()

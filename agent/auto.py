"""Owns the walk without an operator (`--auto`): what is decided where nobody can be asked, and why.

It confirms what is shown, by its own hash; where a step fails it does as the runbook says. What needs a
person - a phrase, an unknown end, a rule set aside - it never decides: it stops, or leaves the walk open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from agent.following import Following
from agent.link import Link, RefusedError
from agent.narrator import Narrator
from agent.situation import Kind, Situation, situation_of
from agent.voice import Voice
from agent.walk_exits import WalkExit, exit_of
from checks.clock import Clock
from checks.errors import LinkError
from runbooks import decisions
from runbooks.decisions import Decision
from runbooks.live import Live
from runbooks.model import OnFailure
from runbooks.reckoning import verdict
from runbooks.walk import Stage, StepState, Walk
from runbooks.wording import who

ALONE = 60.0
"""Seconds without an agent after which the walk is left to whoever comes."""
SETTLE = 0.4
"""Seconds before something is confirmed that changes nothing: most of it goes on by itself."""

REFUSALS, RETRY = 12, 5.0
"""So often a decision may be refused, and seconds between: a full disk may become free."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing more can be decided without a person; the walk stays open."""

    why: str


def auto_decision(situation: Situation, walk: Walk, live: Live, given: Mapping[str, str]) -> Decision | Leave:
    """Return what is decided where nobody can be asked. Pure; `given` are the inputs of the walk."""
    state = walk.state(situation.step) if situation.step else StepState("")
    match situation.kind:
        case Kind.SHOWN if situation.closed:
            return decisions.StopWalk(situation.closed)
        case Kind.SHOWN if state.action.phrase:
            return decisions.StopWalk(f"{state.id} asks for a phrase, which a person has to type")
        case Kind.SHOWN:
            return decisions.Confirm(state.id, state.attempt, state.action_sha256)
        case Kind.QUESTION if live.question is not None and live.question.default and not situation.closed:
            return decisions.Answer(state.id, state.attempt, live.question.default)
        case Kind.QUESTION:
            return decisions.StopWalk(f"{state.id} asks something, and nobody is there to answer")
        case Kind.SECRET if live.wanted_secret in given:
            return decisions.Answer(state.id, state.attempt, given[live.wanted_secret])
        case Kind.SECRET:
            return Leave(f"the value of {live.wanted_secret} has to be given again")
        case Kind.OVERDUE:
            return decisions.EndProgram(state.id, state.attempt, "it has run longer than its timeout")
        case Kind.FAILED:
            return _after_failure(walk, state)
        case Kind.PAUSED:
            return decisions.StopWalk(f"paused, and nobody is there to look: {walk.paused}")
        case Kind.UNKNOWN:
            return Leave(f"nobody knows what became of {state.id}; a person has to find out")
        case _:
            return Leave(f"{who(walk.holder)} decides now")


def _after_failure(walk: Walk, state: StepState) -> Decision:
    why = f"{state.id} failed: {state.verdict if state.verified is False else state.outcome.summary}"
    if walk.stage is not Stage.FORWARD:
        return decisions.StopWalk(why)
    match walk.plan.step(state.id).on_failure:
        case OnFailure.GO_ON:
            return decisions.Skip(state.id, f"on_failure: continue; {why}")
        case OnFailure.ROLL_BACK:
            return decisions.RollBack(f"on_failure: rollback; {why}")
        case OnFailure.STOP:
            return decisions.StopWalk(f"on_failure: stop; {why}")


class AutoWalk:
    """One walk without an operator, told in a line for each thing that happens."""

    def __init__(
        self, link: Link, walk: str, voice: Voice, clock: Clock, inputs: Mapping[str, str], again: str
    ) -> None:
        """Prepare; `again` is the command line with which a person goes on."""
        self._link = link
        self._id = walk
        self._voice = voice
        self._clock = clock
        self._inputs = inputs
        self._again = again
        self._stirred = asyncio.Event()
        self._following = Following(link, walk, Narrator(voice, clock, brief=True), clock, self._stirred.set)
        self._fence = -1
        self._stopped = False
        self._ended_programs: set[tuple[str, int]] = set()
        """Attempts whose programs were asked to end, which takes a while."""

    def stop(self) -> None:
        """Leave the walk to whoever comes."""
        self._stopped = True
        self._stirred.set()

    async def go(self) -> WalkExit:
        """Walk to the end, or as far as it goes without a person; return how it ended."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._following.follow(), name="follow walk")
            try:
                return await self._go()
            finally:
                following.cancel()

    async def _go(self) -> WalkExit:
        while not self._following.walk.seq:
            await self._moved()
        self._fence, refused = self._following.walk.fence, 0
        while (situation := self._situation()).kind is not Kind.OVER:
            if self._stopped:
                return self._leave("asked to end")
            if situation.kind in (Kind.BETWEEN, Kind.RUNNING):
                await self._moved()
                continue
            if self._following.reason:
                if not await self._found():
                    return self._leave(f"no agent answers: {self._following.reason}")
                continue
            if situation.kind is Kind.SHOWN and not self._following.walk.plan.step(situation.step).changes:
                await self._clock.sleep(SETTLE)
                if self._situation() != situation:
                    continue
            decision = auto_decision(situation, self._following.walk, self._following.live, self._inputs)
            if isinstance(decision, Leave):
                return self._leave(decision.why)
            refusal = await self._decide(decision, situation)
            refused = refused + 1 if refusal else 0
            if refused == REFUSALS:
                return self._leave(refusal)
        self._voice.say(verdict(self._following.walk))
        return exit_of(self._following.walk)

    def _situation(self) -> Situation:
        held = self._following.walk.fence == self._fence and not self._following.reason
        situation = situation_of(self._following.walk, self._following.live, held=held)
        if (situation.step, situation.attempt) in self._ended_programs and situation.kind is Kind.OVERDUE:
            return Situation(Kind.RUNNING, situation.step, situation.attempt)
        return situation

    async def _decide(self, decision: Decision, situation: Situation) -> str:
        """Send the decision and wait until it shows; return why it was refused, after a while."""
        if isinstance(decision, decisions.EndProgram):
            self._ended_programs.add((decision.step, decision.attempt))
        try:
            await self._link.decide(self._id, self._fence, decision)
        except RefusedError as error:
            self._voice.say(f"Not done: {error}")
            await self._clock.sleep(RETRY)
            return str(error)
        except LinkError:
            return ""
        while self._situation() == situation and not (self._following.reason or self._stopped):
            await self._moved()
        return ""

    async def _found(self) -> bool:
        """Wait until an agent answers again; return whether one did in time."""
        deadline = self._clock.monotonic() + ALONE
        while self._following.reason and self._clock.monotonic() < deadline:
            await self._clock.sleep(1.0)
        return not self._following.reason

    async def _moved(self) -> None:
        await self._stirred.wait()
        self._stirred.clear()

    def _leave(self, why: str) -> WalkExit:
        self._voice.say(f"Left open: {why}. To go on with it:")
        self._voice.command(self._again)
        return exit_of(self._following.walk)

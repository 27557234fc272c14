"""Owns a walk on the command line as a process: the terminal, the signals, and which walk it is.

Ctrl-C is a question, never an end. The end of the input, and a signal to end, leave the walk in the agent.
"""

from __future__ import annotations

import os
import shlex
import signal
from dataclasses import dataclass, replace
from pathlib import Path

from agent.approving import Approving
from agent.asking import Asking, BrokenInError, LeftError
from agent.auto import AutoWalk
from agent.cards import Cards
from agent.choosing import chosen, which
from agent.link import RefusedError
from agent.peers import Peer, operator_of
from agent.plain import PlainWalk
from agent.prompting import heard, prompting
from agent.session import Session, session
from agent.voice import Voice
from agent.walk_exits import WalkExit
from agent.walk_inputs import asked_for, given_inputs, taken_from_environment, without_questions
from checks.command_line import INTERRUPTED
from runbooks.live import DryStep
from runbooks.model import Plan, WindowNeed
from runbooks.walk_events import Manner
from runbooks.wording import runbook_of, shut_for, title_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What `walkdown run` was asked for."""

    runbook: str
    inputs: tuple[str, ...] = ()
    """`NAME=VALUE`."""
    input_file: Path | None = None
    auto: bool = False
    dry_run: bool = False
    announced: bool = False
    """Whether announcements for screen readers are wanted."""


class Walking:
    """The walking of one command."""

    def __init__(self, attached: Session) -> None:
        """Walk in the agent that a command is attached to."""
        self._link = attached.link
        self._voice = attached.voice
        self._clock = attached.clock
        self._source = attached.source
        self._standpoint = attached.standpoint
        self._zone = attached.zone

    async def run(self, wish: Wish, variables: dict[str, str]) -> int:
        """Walk a runbook, and return the exit code.

        Raises:
            UsageError: when there is no such runbook, or an input cannot be used.
            Failure: when its file cannot be used.
            LinkError: when the agent is gone.
        """
        plan, usual = chosen(await self._link.runbooks(), wish.runbook)
        given = given_inputs(plan, wish.inputs, wish.input_file, variables)
        try:
            if wish.dry_run:
                return await self._rehearse(plan, given)
            if wish.auto:
                return await self._run_alone(plan, without_questions(plan, given))
        except RefusedError as error:
            return self._refused(error)
        async with prompting(self._voice, self._clock) as asking:
            return await self._run(plan, usual, given, asking)

    async def resume(self, walk: str, reason: str) -> int:
        """Go on with an open walk, the only one when none is named; return the exit code.

        Raises:
            UsageError: when it is not clear which.
            LinkError: when the agent is gone.
        """
        head = which(await self._link.walks(), walk, self._zone)
        if head is None:
            self._voice.say("No walk is open.")
            return WalkExit.REFUSED
        async with prompting(self._voice, self._clock) as asking:
            return await self._plain(head.id, asking).go(joining=True, reason=reason)

    async def approve(self, walk: str) -> int:
        """Show what waits for an approval, and ask for it; return the exit code.

        Raises:
            UsageError: when it is not clear which walk.
            LinkError: when the agent is gone.
        """
        head = which(await self._link.walks(), walk, self._zone)
        if head is None:
            self._voice.say("No walk is open.")
            return WalkExit.REFUSED
        async with prompting(self._voice, self._clock) as asking:
            approving = Approving(
                self._link, head.id, self._voice, asking, self._clock, self._standpoint, self._zone
            )
            return await approving.go()

    async def _run(self, plan: Plan, usual: float, given: dict[str, str], asking: Asking) -> int:
        Cards(self._voice, self._clock, self._zone).runbook(plan, usual)
        try:
            inputs = await asked_for(plan, given, self._voice, asking)
            walk = await self._link.open_walk(plan.name, plan.sha256, inputs, Manner.PLAIN)
        except RefusedError as error:
            return self._refused(error)
        except (LeftError, BrokenInError):
            self._voice.say("Nothing was begun.")
            return INTERRUPTED
        self._voice.tell(f"Walk {walk} has begun.")
        return await self._plain(walk, asking).go()

    async def _run_alone(self, plan: Plan, inputs: dict[str, str]) -> int:
        walk = await self._link.open_walk(plan.name, plan.sha256, inputs, Manner.AUTO)
        self._voice.say(f"Walk {walk} of {runbook_of(plan)} has begun.")
        alone = AutoWalk(self._link, walk, self._voice, self._clock, inputs, self._again(walk))
        with heard({signal.SIGINT: alone.stop, signal.SIGTERM: alone.stop}):
            return await alone.go()

    async def _rehearse(self, plan: Plan, given: dict[str, str]) -> int:
        """Tell what a walk would do; nobody is asked for secrets."""
        asked = replace(plan, inputs=tuple(wanted for wanted in plan.inputs if not wanted.secret))
        names = {wanted.name for wanted in asked.inputs}
        inputs = without_questions(asked, {name: value for name, value in given.items() if name in names})
        steps = await self._link.dry_run(plan.name, inputs)
        gate = "" if plan.window is WindowNeed.ANY else (await self._link.windows()).gate
        return tell_dry_run(self._voice, plan, steps, gate)

    def _plain(self, walk: str, asking: Asking) -> PlainWalk:
        me = operator_of(Peer(os.getpid(), os.geteuid(), os.getegid()))
        again = self._again(walk)
        return PlainWalk(
            self._link, walk, self._voice, asking, self._clock, me, again, self._standpoint, self._zone
        )

    def _refused(self, error: RefusedError) -> WalkExit:
        self._voice.tell(f"Not begun: {error}")
        return WalkExit.REFUSED

    def _again(self, walk: str) -> str:
        """Return the command line that goes on with a walk."""
        system = ["--system", str(self._source.absolute())] if self._source is not None else []
        return shlex.join(["walkdown", "resume", *system, walk])


def tell_dry_run(voice: Voice, plan: Plan, steps: tuple[DryStep, ...], gate: str = "") -> WalkExit:
    """Tell what a walk would do; return whether anything speaks against it.

    `gate` is why no changing step may be started now for want of a window; empty when one may, or needs none.
    """
    voice.say(f"Runbook {runbook_of(plan)}: what a walk would do. Nothing is changed.")
    for number, dry in enumerate(steps, 1):
        voice.say(f"{number} of {len(steps)}: {title_of(plan.step(dry.step))}")
        voice.quote(dry.lines)
        if dry.said:
            voice.say(dry.said, label="    " if dry.passed else "    NOT WELL: ")
    wrong = [dry.step for dry in steps if not dry.passed]
    if wrong:
        voice.say(f"Not well: {', '.join(wrong)}.")
    closed = shut_for(plan, gate)
    if closed:
        voice.say(f"{closed}.")
    if wrong:
        return WalkExit.FAILED
    if closed and plan.window is WindowNeed.REQUIRED:
        voice.say("Nothing else speaks against it.")
        return WalkExit.REFUSED
    voice.say("Nothing speaks against it.")
    return WalkExit.DONE


async def run(source: Path | None, wish: Wish) -> int:
    """Walk a runbook, and return the exit code."""
    variables = taken_from_environment(os.environ)
    async with session(source, announced=wish.announced) as attached:
        return await Walking(attached).run(wish, variables)


async def approve(source: Path | None, walk: str) -> int:
    """Approve a step that another is about to run, and return the exit code."""
    async with session(source) as attached:
        return await Walking(attached).approve(walk)


async def resume(source: Path | None, walk: str, reason: str, announced: bool) -> int:
    """Go on with an open walk, and return the exit code."""
    async with session(source, announced=announced) as attached:
        return await Walking(attached).resume(walk, reason)

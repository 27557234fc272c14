"""Owns a walk on the command line as a process: the link, the terminal, the signals, and which walk it is.

Ctrl-C is a question, never an end. The end of the input, and a signal to end, leave the walk in the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from agent.approving import Approving
from agent.asking import Asking, BrokenInError, LeftError
from agent.attach import AttachedLink
from agent.auto import AutoWalk
from agent.cards import Cards
from agent.lifecycle import AgentPlace
from agent.link import Link, RefusedError
from agent.meeting import met
from agent.peers import Peer, operator_of
from agent.plain import PlainWalk
from agent.typed import Closed, Typed
from agent.voice import Voice
from agent.walk_exits import WalkExit
from agent.walk_inputs import asked_for, given_inputs, taken_from_environment, without_questions
from checks.clock import Clock, SystemClock
from checks.command_line import CONFIG, INTERRUPTED
from checks.errors import UsageError
from checks.exits import Failure
from checks.suggest import did_you_mean
from runbooks.live import DryStep, Runbooks, WalkHead
from runbooks.model import Plan
from runbooks.rights import HERE, Standpoint
from runbooks.walk_events import Manner
from runbooks.wording import ENDINGS, moment, runbook_of, title_of, who


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


@dataclass(frozen=True, slots=True)
class Session:
    """One command that walks: attached to an agent, with a voice."""

    link: Link
    voice: Voice
    clock: Clock
    source: Path | None
    standpoint: Standpoint = HERE
    """Whom the agent sees here, and what he may do."""

    async def run(self, wish: Wish, variables: dict[str, str]) -> int:
        """Walk a runbook, and return the exit code.

        Raises:
            UsageError: when there is no such runbook, or an input cannot be used.
            Failure: when its file cannot be used.
            LinkError: when the agent is gone.
        """
        plan, usual = chosen(await self.link.runbooks(), wish.runbook)
        given = given_inputs(plan, wish.inputs, wish.input_file, variables)
        try:
            if wish.dry_run:
                return await self._rehearse(plan, given)
            if wish.auto:
                return await self._run_alone(plan, without_questions(plan, given))
        except RefusedError as error:
            return self._refused(error)
        async with _asking(self.voice, self.clock) as asking:
            return await self._run(plan, usual, given, asking)

    async def resume(self, walk: str, reason: str) -> int:
        """Go on with an open walk, the only one when none is named; return the exit code.

        Raises:
            UsageError: when it is not clear which.
            LinkError: when the agent is gone.
        """
        head = which(await self.link.walks(), walk)
        if head is None:
            self.voice.say("No walk is open.")
            return WalkExit.REFUSED
        async with _asking(self.voice, self.clock) as asking:
            return await self._plain(head.id, asking).go(joining=True, reason=reason)

    async def approve(self, walk: str) -> int:
        """Show what waits for an approval, and ask for it; return the exit code.

        Raises:
            UsageError: when it is not clear which walk.
            LinkError: when the agent is gone.
        """
        head = which(await self.link.walks(), walk)
        if head is None:
            self.voice.say("No walk is open.")
            return WalkExit.REFUSED
        async with _asking(self.voice, self.clock) as asking:
            approving = Approving(self.link, head.id, self.voice, asking, self.clock, self.standpoint)
            return await approving.go()

    async def _run(self, plan: Plan, usual: float, given: dict[str, str], asking: Asking) -> int:
        Cards(self.voice, self.clock).runbook(plan, usual)
        try:
            inputs = await asked_for(plan, given, self.voice, asking)
            walk = await self.link.open_walk(plan.name, plan.sha256, inputs, Manner.PLAIN)
        except RefusedError as error:
            return self._refused(error)
        except (LeftError, BrokenInError):
            self.voice.say("Nothing was begun.")
            return INTERRUPTED
        self.voice.tell(f"Walk {walk} has begun.")
        return await self._plain(walk, asking).go()

    async def _run_alone(self, plan: Plan, inputs: dict[str, str]) -> int:
        walk = await self.link.open_walk(plan.name, plan.sha256, inputs, Manner.AUTO)
        self.voice.say(f"Walk {walk} of {runbook_of(plan)} has begun.")
        alone = AutoWalk(self.link, walk, self.voice, self.clock, inputs, self._again(walk))
        with _heard({signal.SIGINT: alone.stop, signal.SIGTERM: alone.stop}):
            return await alone.go()

    async def _rehearse(self, plan: Plan, given: dict[str, str]) -> int:
        """Tell what a walk would do; nobody is asked for secrets."""
        asked = replace(plan, inputs=tuple(wanted for wanted in plan.inputs if not wanted.secret))
        names = {wanted.name for wanted in asked.inputs}
        inputs = without_questions(asked, {name: value for name, value in given.items() if name in names})
        return tell_dry_run(self.voice, plan, await self.link.dry_run(plan.name, inputs))

    def _plain(self, walk: str, asking: Asking) -> PlainWalk:
        me = operator_of(Peer(os.getpid(), os.geteuid(), os.getegid()))
        again = self._again(walk)
        return PlainWalk(self.link, walk, self.voice, asking, self.clock, me, again, self.standpoint)

    def _refused(self, error: RefusedError) -> WalkExit:
        self.voice.tell(f"Not begun: {error}")
        return WalkExit.REFUSED

    def _again(self, walk: str) -> str:
        """Return the command line that goes on with a walk."""
        system = ["--system", str(self.source.absolute())] if self.source is not None else []
        return shlex.join(["walkdown", "resume", *system, walk])


def chosen(library: Runbooks, name: str) -> tuple[Plan, float]:
    """Return the plan of that name, and the seconds that it usually takes.

    Raises:
        UsageError: when there is none; says what may have been meant.
        Failure: when its file holds no usable one; says all that is wrong.
    """
    for plan in library.plans:
        if plan.name == name:
            return plan, library.usual.get(name, 0.0)
    for broken in library.broken:
        if Path(broken.file).stem == name:
            raise Failure("\n".join(broken.problems), CONFIG)
    known = [plan.name for plan in library.plans]
    raise UsageError(f"no runbook is called {name!r}{did_you_mean(name, known)}")


def which(heads: tuple[WalkHead, ...], walk: str) -> WalkHead | None:
    """Return the walk of that id, else the only one that is open; None when none is.

    Raises:
        UsageError: when there is none of that id, or several are open.
    """
    if walk:
        for head in heads:
            if head.id == walk:
                return head
        raise UsageError(f"there is no walk {walk!r}{did_you_mean(walk, [head.id for head in heads])}")
    still_open = [head for head in heads if head.ending is None]
    if len(still_open) > 1:
        raise UsageError("\n".join(("several walks are open; name one:", *map(head_line, still_open))))
    return still_open[0] if still_open else None


def head_line(head: WalkHead) -> str:
    """Return a walk of a list in one line."""
    name = f"{head.runbook}: {head.title}" if head.title else head.runbook
    begun = moment(head.opened_at, None)
    return f"{head.id}  {begun}  {ENDINGS[head.ending]}  {name}  by {who(head.opened_by)}"


def tell_dry_run(voice: Voice, plan: Plan, steps: tuple[DryStep, ...]) -> WalkExit:
    """Tell what a walk would do; return whether anything speaks against it."""
    voice.say(f"Runbook {runbook_of(plan)}: what a walk would do. Nothing is changed.")
    for number, dry in enumerate(steps, 1):
        voice.say(f"{number} of {len(steps)}: {title_of(plan.step(dry.step))}")
        voice.quote(dry.lines)
        if dry.said:
            voice.say(dry.said, label="    " if dry.passed else "    NOT WELL: ")
    wrong = [dry.step for dry in steps if not dry.passed]
    voice.say(f"Not well: {', '.join(wrong)}." if wrong else "Nothing speaks against it.")
    return WalkExit.FAILED if wrong else WalkExit.DONE


@contextlib.asynccontextmanager
async def session(source: Path | None, *, announced: bool = False) -> AsyncIterator[Session]:
    """Attach to the agent; one is started when none runs, unless the system's files cannot be used.

    Raises:
        ConfigError: with every problem of the files.
        LinkError: when no agent answers.
    """
    clock = SystemClock()
    place = AgentPlace(source, clock)
    if source is not None and place.is_ours and not place.answers() and not _is_known(source):
        import_module("checks.load").load(source)
    async with AttachedLink(place.connect, clock, may_replace=place.is_ours).opened() as link:
        attached = await met(link)
        voice = Voice(sys.stdout, sys.stderr if announced else None)
        yield Session(link, voice, clock, source, attached.standpoint)


def _is_known(source: Path) -> bool:
    """Return whether the files were read before, and are as they were: then the agent can use them."""
    return bool(import_module("checks.config.known").known_names(source))


@contextlib.asynccontextmanager
async def _asking(voice: Voice, clock: Clock) -> AsyncIterator[Asking]:
    """Have questions answered on standard input; Ctrl-C breaks in, SIGTERM leaves."""
    asking = Asking(voice)
    with _input() as file:
        typed = Typed(file, clock, asking.post)
        asking.source = typed
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(typed.read(), name="read what is typed")
            try:
                with _heard({signal.SIGINT: asking.interrupt, signal.SIGTERM: lambda: asking.post(Closed())}):
                    yield asking
            finally:
                reading.cancel()


@contextlib.contextmanager
def _input() -> Iterator[int]:
    """Yield the descriptor that is read; where standard input is closed, one that is at its end."""
    if sys.stdin is not None:
        yield sys.stdin.fileno()
        return
    with Path(os.devnull).open("rb") as nothing:
        yield nothing.fileno()


@contextlib.contextmanager
def _heard(handlers: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Call these when the signals come."""
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


async def run(source: Path | None, wish: Wish) -> int:
    """Walk a runbook, and return the exit code."""
    variables = taken_from_environment(os.environ)
    async with session(source, announced=wish.announced) as attached:
        return await attached.run(wish, variables)


async def approve(source: Path | None, walk: str) -> int:
    """Approve a step that another is about to run, and return the exit code."""
    async with session(source) as attached:
        return await attached.approve(walk)


async def resume(source: Path | None, walk: str, reason: str, announced: bool) -> int:
    """Go on with an open walk, and return the exit code."""
    async with session(source, announced=announced) as attached:
        return await attached.resume(walk, reason)

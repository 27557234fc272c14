"""Owns what is done about troubles without a person: runbooks are walked, or people are told.

A run is in the store before anything is begun, so that whatever kills the agent, it counts; without a store
that can be written nothing is begun. Runs come one after another, and none while anybody else is at work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol

from agent.alerting import Heard, Watched
from agent.walk_exits import WalkExit
from checks.alerts.responses import (
    Past,
    Raised,
    Response,
    Verdict,
    responses_of,
    verdict,
    verdict_on_raised,
)
from checks.alerts.wording import left_to_people
from checks.board import CheckState, Notice, Snapshot
from checks.clock import Clock
from checks.command_line import IO
from checks.errors import StoreError
from checks.storage.response_runs import begin_run, end_run, leave_to_people, past_of
from checks.surroundings import inherited

LOOK_EVERY = 1.0
"""Seconds between two looks at the board."""
SOURCE = "responses"

Walk = Callable[[str], Awaitable[int]]
"""Walks a runbook without questions; returns the exit code of `walkdown run`."""


class Telling(Protocol):
    """Who tells people."""

    @property
    def heard(self) -> Heard:
        """Return where it is written what happens."""
        ...

    def tell(self, route: str, subject: str, text: str) -> None:
        """Tell people by a route."""
        ...

    async def tells_of(self, route: str, runbook: str, since: int) -> bool:
        """Return whether a route tells by itself that a runbook did not succeed since that row."""
        ...


Alerts = Callable[[], Awaitable[tuple[Raised, ...]]]
"""Returns the newest alerts from outside."""

log = logging.getLogger(__name__)


async def none_raised() -> tuple[Raised, ...]:
    """Return no alert: where none can be raised."""
    return ()


async def walk_alone(source: Path | None, runbook: str) -> int:
    """Walk a runbook by a client of our own, which outlives us; return its exit code."""
    system = () if source is None else ("--system", str(source))
    arguments = ("-P", "-m", "agent.headless", "--auto", *system, "--", runbook)
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=DEVNULL,
            stdout=DEVNULL,
            env=inherited(),
            start_new_session=True,
        )
    except OSError as error:
        log.error("%s cannot be walked: %s", runbook, error)
        return IO
    return await child.wait()


class Responding:
    """Does something about troubles of a live system."""

    def __init__(
        self,
        live: Watched,
        clock: Clock,
        resting: Callable[[], bool],
        walk: Walk,
        telling: Telling,
        raised: Alerts = none_raised,
    ) -> None:
        """Prepare; nothing is begun while `resting` says that somebody is at work."""
        self._live = live
        self._clock = clock
        self._resting = resting
        self._walk = walk
        self._telling = telling
        self._raised = raised
        self._left: dict[str, Notice] = {}
        """What was left to people, until the check is well again."""

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Respond while the context is open."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._follow(), name="responses")
            try:
                yield
            finally:
                following.cancel()

    async def _follow(self) -> None:
        engine = None
        while True:
            engine = await self._live.engine_after(engine)
            responses = responses_of(self._live.system.sections)
            self._left = {one.name: self._left[one.name] for one in responses if one.name in self._left}
            while responses and not engine.ended:
                for response in responses:
                    await self._look(response, engine.snapshot)
                self._live.announce(SOURCE, tuple(self._left.values()))
                await self._clock.sleep(LOOK_EVERY)

    async def _look(self, response: Response, snapshot: Snapshot) -> None:
        state, now = _state_of(snapshot, response.check), self._clock.now()
        raised = await self._answerable(snapshot) if response.alert else ()

        def judged(past: Past) -> Verdict:
            if response.alert:
                return verdict_on_raised(response, raised, past, now)
            return verdict(response, state, past, now)

        if judged(Past()) is Verdict.NOTHING:
            if response.alert or state.hard == state.level == "OK":
                self._left.pop(response.name, None)
            return
        past = await self._live.store.ask(lambda connection: past_of(connection, response.name), None)
        if past is None or self._resting():
            return
        match judged(past):
            case Verdict.RUN:
                await self._run(response)
            case Verdict.ESCALATE:
                still = "it is raised again" if response.alert else f"it is {state.level} still"
                await self._leave(response, f"{len(past.runs)} runs were begun, and {still}")

    async def _answerable(self, snapshot: Snapshot) -> tuple[Raised, ...]:
        """Return the newest alerts from outside but those about checks that are quiet."""
        quiet = {state.name for state in snapshot.states if state.is_quiet}
        return tuple(one for one in await self._raised() if one.check not in quiet)

    async def _run(self, response: Response) -> None:
        store, now = self._live.store, self._clock.now()
        try:
            run = await store.write(
                lambda connection: begin_run(connection, response.name, response.runbook, now)
            )
        except StoreError as error:
            text = f"{response.name}: nothing is done while it cannot be written down: {error}"
            self._left[response.name] = Notice(SOURCE, text, at=now)
            return
        log.warning("response %s: walking %s for %s", response.name, response.runbook, response.about)
        before = self._telling.heard.head
        code = await self._walk(response.runbook)
        log.warning("response %s: %s ended with %d", response.name, response.runbook, code)
        with contextlib.suppress(StoreError):
            ended = self._clock.now()
            await store.write(lambda connection: end_run(connection, run, code, ended))
        if code != WalkExit.DONE:
            await self._leave(response, f"{response.runbook} ended as {_word(code)}", before)

    async def _leave(self, response: Response, why: str, since: int = -1) -> None:
        """Leave it to people, once for each run; `since` is what had happened last before the run."""
        now = self._clock.now()
        try:
            await self._live.store.write(lambda connection: leave_to_people(connection, response.name))
        except StoreError as error:
            log.warning("response %s: %s", response.name, error)
            if response.name in self._left:
                return
        self._left[response.name] = Notice(SOURCE, f"{response.name}: {why}", at=now)
        subject = left_to_people(self._live.system.info, response.name)
        if since >= 0 and await self._telling.tells_of(response.escalate, response.runbook, since):
            return  # a second message would say the same
        self._telling.tell(response.escalate, subject, f"{response.about}: {why}")


def _state_of(snapshot: Snapshot, check: str) -> CheckState:
    """Return the state of a check; one that nothing is known of where this engine has none of that name."""
    return next((state for state in snapshot.states if state.name == check), CheckState(check))


def _word(code: int) -> str:
    known = {int(exit_): exit_.name.lower().replace("_", " ") for exit_ in WalkExit}
    return known.get(code, f"an error ({code})")

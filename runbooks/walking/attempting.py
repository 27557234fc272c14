"""Owns an attempt at a step from start to end: made ready, its start committed, done, written down."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from checks.clock import Clock
from runbooks import events, step_events
from runbooks.approval import unapproved
from runbooks.boot import Moment
from runbooks.crash_points import reached
from runbooks.events import Denied
from runbooks.journal.errors import FenceError, JournalError
from runbooks.operators import WALKDOWN
from runbooks.outcome import StepError
from runbooks.step_events import StepExpired, StepStarted
from runbooks.templates import MissingValueError
from runbooks.walk import Walk
from runbooks.walking.attempt import Done, Job, Ready, outcome_of, place_of
from runbooks.walking.beside import Beside
from runbooks.walking.deciding import Ruling
from runbooks.walking.holding import Holding
from runbooks.walking.moves import Move
from runbooks.walking.performing import Performer

AGAIN = 5.0
"""Seconds after which an end that could not be written for a minute is tried again."""


class Attempting:
    """Makes the attempts of one walk; one at a time, and those that were detached beside it."""

    def __init__(self, holding: Holding, performer: Performer, clock: Clock, beside: Beside) -> None:
        """Make none yet."""
        self.holding = holding
        self.performer = performer
        self.clock = clock
        self.beside = beside
        self.void: tuple[str, int] | None = None
        """The step and attempt whose confirmation must be given up, for its start could not be written."""
        self._detached = asyncio.Event()

    async def run(self, move: Move) -> None:
        """Do a step: everything made ready, its start committed, and only then done."""
        state, plan = self.holding.walk.state(move.step), self.holding.walk.plan.step(move.step)
        job = Job(plan, self.holding.walk, move.attempt)
        try:
            ready = await self.performer.ready(
                job, state.action_sha256, place_of(self.holding.walk, plan.id, move.attempt)
            )
        except (StepError, MissingValueError) as error:
            await self._not_ready(move, error)
            return
        key = job.key(state.action_sha256) if plan.changes else ""
        secrets = tuple(sorted(ready.context.secrets))
        started = step_events.StepStarted(
            plan.id, move.attempt, state.action_sha256, key, ready.folder, secrets
        )
        try:
            ruling = await self.holding.write_ruled(
                lambda walk: self._still_approved(walk, started), WALKDOWN
            )
        except JournalError:
            self.void = (plan.id, move.attempt)
            raise
        if ruling.refusal:
            self.holding.say(trouble=f"{plan.id} was not started: {ruling.refusal}")
            return
        reached("P3")
        self.holding.say(step=plan.id, running=plan.id, since=self.clock.now(), question=None, trouble="")
        await self.see(ready, self.performer.carry_out(ready))

    def _still_approved(self, walk: Walk, started: StepStarted) -> Ruling:
        """Return that it is started; given up when its approval has run out since it was confirmed."""
        state = walk.state(started.step)
        why = unapproved(walk, state, state.operator, self.clock.now(), Moment.known(self.clock))
        if not why:
            return Ruling((started,))
        return Ruling((Denied(f"Start {state.id}", why), StepExpired(started.step, started.attempt)), why)

    async def _not_ready(self, move: Move, error: StepError | MissingValueError) -> None:
        """Show a step anew that would do something else by now; another that cannot be done has failed."""
        if isinstance(error, StepError) and error.error_class == "action_changed":
            self.holding.say(trouble=str(error))
            await self.holding.write(step_events.StepExpired(move.step, move.attempt))
        else:
            await self.holding.write(step_events.StepEnded(move.step, move.attempt, outcome_of(error)))

    async def see(self, ready: Ready, work: Coroutine[None, None, Done], *, reconciled: bool = False) -> None:
        """Wait until an attempt has ended, or the walk is to wait for it no longer; then it ends beside it.

        Raises:
            FenceError: when somebody else holds the walk by now.
        """
        self._detached.clear()
        seeing = self.beside.begin(self._see_through(ready, work, reconciled), f"see {ready.job.plan.id}")
        freed = self.beside.begin(self._detached.wait(), "wait for a word")
        await asyncio.wait((seeing, freed), return_when=asyncio.FIRST_COMPLETED)
        freed.cancel()
        if seeing.done() and (error := seeing.result()) is not None:
            raise error

    async def _see_through(
        self, ready: Ready, work: Coroutine[None, None, Done], reconciled: bool
    ) -> FenceError | None:
        """See an attempt through to its end, and insist on writing it; return why it is not ours to write."""
        done = await work
        while True:
            try:
                await self._finish(ready, done, reconciled=reconciled)
            except FenceError as error:
                return error
            except JournalError as error:
                self.holding.say(trouble=f"{error}; that {ready.job.plan.id} has ended is not written yet")
                await self.clock.sleep(AGAIN)
            else:
                return None

    def detach(self) -> None:
        """Wait no longer for what runs."""
        self.performer.running = None
        self.holding.say(running="", since=0.0, overdue=False, output="", output_bytes=0)
        self._detached.set()

    async def _finish(self, ready: Ready, done: Done, *, reconciled: bool = False) -> None:
        """Write down how an attempt ended, unless the walk has stopped waiting for it meanwhile."""
        plan, attempt = ready.job.plan, ready.job.attempt
        if self.holding.walk.state(plan.id).detached:
            note = f"attempt {attempt} of {plan.id} has ended since: {done.outcome.summary}"
            await self.holding.write_after(events.Noted(note, plan.id))
            return
        ended = step_events.StepEnded(plan.id, attempt, done.outcome, done.elapsed, done.evidence, reconciled)
        await self.holding.write_after(ended)
        self.holding.say(running="", since=0.0, overdue=False, output="", output_bytes=0)
        reached("P8")

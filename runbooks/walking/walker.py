"""Owns the walking of one walk: it does what comes next, and writes down what happens.

What comes next is `runbooks/walking/moves.py`'s to say, how a step is done `performing.py`'s, what a decision
comes to `deciding.py`'s. The walker brings them into the one order that makes a walk safe: `started` is
committed before anything is done, and nothing is started twice without a decision. It decides nothing itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from dataclasses import replace
from secrets import token_hex
from typing import Any, TypeVar

from checks.clock import Clock
from runbooks import events
from runbooks.action import NO_ACTION, Action
from runbooks.crash_points import reached
from runbooks.decisions import Decision
from runbooks.events import WALKDOWN, Operator, WalkEnding
from runbooks.journal.errors import FenceError, JournalError
from runbooks.model import Risk, StepPlan
from runbooks.outcome import Ending, StepError
from runbooks.question import Question
from runbooks.templates import MissingValueError
from runbooks.walk import Stage, Status, Walk, worse_than_baseline
from runbooks.walking.attempt import Done, Job, Ready, answered, outcome_of
from runbooks.walking.deciding import Ruling
from runbooks.walking.hearing import Hearing
from runbooks.walking.holding import Holding
from runbooks.walking.moves import Do, Move, next_move
from runbooks.walking.performing import Performer
from runbooks.walking.resuming import take_up
from runbooks.walking.watching import Watch

TRY_AGAIN = 5.0
"""Seconds after which what could not be written is tried again."""
SETTLE = 60.0
"""Seconds that the checks have after a way back to become as they were."""
SETTLE_EVERY = 5.0

log = logging.getLogger(__name__)

T = TypeVar("T")


class Walker:
    """Walks one walk while `run` runs. Decisions may come at any time."""

    def __init__(
        self,
        holding: Holding,
        performer: Performer,
        clock: Clock,
        gate: Callable[[], str],
        until: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Prepare; `gate` says why no changing step may be started, `until` when the open window closes."""
        self._holding = holding
        self._performer = performer
        self._clock = clock
        self._watch = Watch(holding, performer, clock, gate, until)
        self._hearing = Hearing(holding, performer, clock, gate, until, self._verify, self._detach)
        self._tasks = asyncio.TaskGroup()
        self._side: set[asyncio.Task[Any]] = set()
        self._detached = asyncio.Event()
        self._void: tuple[str, int] | None = None
        """The step and attempt whose confirmation must be given up, for its start could not be written."""

    @property
    def walk(self) -> Walk:
        """Return the walk as it stands."""
        return self._holding.walk

    def tell_file_changed(self, changed: bool) -> None:
        """Say whether the runbook says something else by now than the plan that is walked."""
        self._holding.say(file_changed=changed)

    async def decide(self, decision: Decision, operator: Operator, fence: int) -> None:
        """Take a decision of somebody who believes to hold the walk by this fence.

        Raises:
            RefusedDecisionError: when it is not taken; says why.
        """
        await self._hearing.hear(decision, operator, fence)

    async def run(self, *, taken_up: bool = False) -> None:
        """Walk to the end, or until the lease is lost or this is cancelled; programs go on by themselves.

        A walk that another process began is `taken_up`: what was under way then is looked at first.
        """
        async with self._tasks:
            self._beside(self._watch.renew(), "renew lease")
            self._beside(self._watch.look(), "look beside")
            try:
                if taken_up:
                    await self._take_up()
                while not (self.walk.over or self._holding.relieved):
                    self._holding.asleep()
                    if not await self._make(self._next_move()):
                        await self._holding.moved(TRY_AGAIN if self._holding.live.trouble else None)
            except FenceError as error:
                self._holding.relieve(str(error))
            except Exception:
                # The boundary: a bug stops this walk where it is, and not the others, nor the checks.
                log.exception("walk %s stopped by a bug", self.walk.id)
                self._holding.say(trouble="a bug in walkdown stopped this walk here; see the agent's log")
            finally:
                for task in self._side:
                    task.cancel()

    def _beside(self, work: Coroutine[None, None, T], name: str) -> asyncio.Task[T]:
        """Do something beside the walk, for as long as it is walked at most."""
        task = self._tasks.create_task(work, name=name)
        self._side.add(task)
        task.add_done_callback(self._side.discard)
        return task

    # What comes next

    def _next_move(self) -> Move:
        state = self.walk.current
        looks = state is not None and self._performer.is_look(self.walk.plan.step(state.id))
        return next_move(self.walk, frozenset({state.id}) if state is not None and looks else frozenset())

    async def _make(self, move: Move) -> bool:
        """Do what comes next; return whether anything was done."""
        try:
            if self._void:
                await self._holding.write(events.StepExpired(*self._void))
                self._void = None
                return True
            return await self._do(move)
        except JournalError as error:
            self._holding.say(trouble=str(error))
            return False
        except FenceError:
            await self._holding.renew()
            return True

    async def _do(self, move: Move) -> bool:
        match move.do:
            case Do.PREPARE:
                return await self._prepare(move)
            case Do.RUN:
                await self._run(move)
            case Do.VERIFY:
                await self._verify(move.step)
            case Do.LEAVE_OUT:
                skipped = events.StepSkipped(move.step, "its condition does not hold", by_condition=True)
                await self._holding.write(skipped)
            case Do.LET_BE:
                why = "it did not succeed; the walk ends all the same"
                await self._holding.write(events.StepSkipped(move.step, why))
            case Do.COMPARE:
                await self._compare()
            case Do.TURN_LAST:
                await self._holding.write(events.FinallyBegun(move.ending or WalkEnding.DONE))
            case Do.END:
                ended = events.WalkEnded(move.ending or WalkEnding.DONE, self.walk.reason)
                await self._holding.write_after(ended)
                await self._holding.let_go()
            case Do.WAIT:
                return False
        return True

    async def _prepare(self, move: Move) -> bool:
        """Show the step; ask for a secret first that it needs and nobody gave."""
        plan, performer = self.walk.plan.step(move.step), self._performer
        if wanted := performer.missing_secret(plan, self.walk):
            question = Question(f"{wanted}: its value again, for it was not stored", secret=True)
            self._holding.say(step=move.step, wanted_secret=wanted, question=question)
            return False
        job = Job(plan, self.walk, move.attempt)
        try:
            shown = await performer.prepare(job)
            asked = await performer.ask(job) if performer.is_question(plan) else None
            answer = performer.answered(job) if asked is not None else None
        except (StepError, MissingValueError) as error:
            empty = events.StepPlanned(plan.id, move.attempt, NO_ACTION, "")
            ended = events.StepEnded(plan.id, move.attempt, outcome_of(error))
            await self._holding.write(empty, ended)
            return True
        if self._next_move() != move:
            return True
        reached("P0")
        self._holding.say(step=plan.id, question=asked, wanted_secret="", trouble="")
        action = self._with_phrase(shown.action, plan)
        planned = events.StepPlanned(plan.id, move.attempt, action, shown.sha256)
        if asked is not None and answer is not None:
            outcome = performer.take(job, answer, asked)
            await self._holding.write(planned, *answered(plan.id, move.attempt, shown.sha256, outcome))
            return True
        await self._holding.write(planned)
        reached("P1")
        performer.warm()
        return True

    def _with_phrase(self, action: Action, plan: StepPlan) -> Action:
        """Return the action with what must be typed for it: at high risk, the name of what is changed."""
        walk = self.walk
        asked = walk.plan.risk is Risk.HIGH and plan.changes and walk.stage is not Stage.LAST
        return replace(action, phrase=walk.plan.target) if asked and not action.phrase else action

    async def _run(self, move: Move) -> None:
        """Do a step: everything made ready, its start committed, and only then done."""
        state, plan = self.walk.state(move.step), self.walk.plan.step(move.step)
        job = Job(plan, self.walk, move.attempt)
        try:
            ready = await self._performer.ready(job, state.action_sha256, self._place(plan.id, move.attempt))
        except (StepError, MissingValueError) as error:
            await self._not_ready(move, error)
            return
        key = job.key(state.action_sha256) if plan.changes else ""
        secrets = tuple(sorted(ready.context.secrets))
        started = events.StepStarted(plan.id, move.attempt, state.action_sha256, key, ready.folder, secrets)
        try:
            await self._holding.write(started)
        except JournalError:
            self._void = (plan.id, move.attempt)
            raise
        reached("P3")
        self._holding.say(step=plan.id, running=plan.id, since=self._clock.now(), question=None, trouble="")
        await self._see(ready, self._performer.carry_out(ready))

    async def _not_ready(self, move: Move, error: StepError | MissingValueError) -> None:
        """Show a step anew that would do something else by now; another that cannot be done has failed."""
        if isinstance(error, StepError) and error.error_class == "action_changed":
            self._holding.say(trouble=str(error))
            await self._holding.write(events.StepExpired(move.step, move.attempt))
        else:
            await self._holding.write(events.StepEnded(move.step, move.attempt, outcome_of(error)))

    async def _see(
        self, ready: Ready, work: Coroutine[None, None, Done], *, reconciled: bool = False
    ) -> None:
        """Wait until an attempt has ended, or the walk is to wait for it no longer; then it ends beside it.

        Raises:
            JournalError: when its end could not be written.
            FenceError: when somebody else holds the walk by now.
        """
        self._detached.clear()
        seeing = self._beside(self._see_through(ready, work, reconciled), f"see {ready.job.plan.id}")
        freed = self._beside(self._detached.wait(), "wait for a word")
        await asyncio.wait((seeing, freed), return_when=asyncio.FIRST_COMPLETED)
        freed.cancel()
        if seeing.done() and (error := seeing.result()) is not None:
            raise error

    async def _see_through(
        self, ready: Ready, work: Coroutine[None, None, Done], reconciled: bool
    ) -> JournalError | FenceError | None:
        """See an attempt through to its end; return why that could not be written."""
        try:
            await self._finish(ready, await work, reconciled=reconciled)
        except (JournalError, FenceError) as error:
            return error
        return None

    def _detach(self) -> None:
        """Wait no longer for what runs."""
        self._performer.running = None
        self._holding.say(running="", since=0.0, overdue=False, output="", output_bytes=0)
        self._detached.set()

    async def _finish(self, ready: Ready, done: Done, *, reconciled: bool = False) -> None:
        """Write down how an attempt ended, unless the walk has stopped waiting for it meanwhile."""
        plan, attempt = ready.job.plan, ready.job.attempt
        if self.walk.state(plan.id).detached:
            note = f"attempt {attempt} of {plan.id} has ended since: {done.outcome.summary}"
            await self._holding.write_after(events.Noted(note, plan.id))
            return
        ended = events.StepEnded(plan.id, attempt, done.outcome, done.elapsed, done.evidence, reconciled)
        await self._holding.write_after(ended)
        self._holding.say(running="", since=0.0, overdue=False, output="", output_bytes=0)
        reached("P8")

    async def _verify(self, step: str) -> None:
        """Look whether what must be true after the step is."""
        plan, attempt = self.walk.plan.step(step), self.walk.state(step).attempt
        summary, passed = "", True
        for look in plan.verify:
            reached("P9")
            self._holding.say(step=step, running=look.id, since=self._clock.now())
            outcome = (await self._looked(look, attempt)).outcome
            passed, summary = outcome.ending is Ending.SUCCEEDED, outcome.summary
            if not passed:
                break
        self._holding.say(running="", since=0.0)
        await self._holding.write_after(events.StepVerified(step, attempt, passed, summary))

    async def _looked(self, look: StepPlan, attempt: int) -> Done:
        """Do a step that only looks, as a part of another; in a folder that no look before had."""
        job = Job(look, self.walk, attempt)
        place = f"{self._place(look.id, attempt)}-{self._clock.now():.0f}-{token_hex(3)}"
        try:
            shown = await self._performer.prepare(job)
            return await self._performer.carry_out(await self._performer.ready(job, shown.sha256, place))
        except (StepError, MissingValueError) as error:
            return Done(outcome_of(error))

    def _place(self, step: str, attempt: int) -> str:
        """Return the name of the folder of an attempt: folders of a walk sort as its steps."""
        ids = [plan.id for plan in self.walk.plan.all_steps()]
        return f"{ids.index(step) + 1:03}-{step}-{attempt}"

    async def _compare(self) -> None:
        """Look at all checks after the way back, until they are as they were or time is up."""
        names = tuple(self.walk.baseline)
        deadline = self._clock.monotonic() + SETTLE
        while True:
            states = await self._performer.board.probed(names) if names else ()
            worse = worse_than_baseline(self.walk, {state.name: state.level.value for state in states})
            if not worse or self._clock.monotonic() > deadline:
                break
            await self._clock.sleep(SETTLE_EVERY)
        left = tuple(state.id for state in self.walk.undos if state.skipped)
        back = not (worse or left or self.walk.lost)
        verdict = _verdict(
            {"worse than before": worse, "not undone": left, "cannot be undone": self.walk.lost}
        )
        await self._holding.write(events.RollbackEnded(back, verdict, worse))

    # After a restart

    async def _take_up(self) -> None:
        """Find out what became of the step that was under way, and have repeated what has to be."""
        await self._holding.write_ruled(_resumed, WALKDOWN)
        state = self.walk.current
        if state is not None and state.status is Status.STARTED:
            found = await take_up(self.walk, state, self._performer)
            if isinstance(found, Ready):
                self._holding.say(step=state.id, running=state.id, since=state.started_at)
                await self._see(found, self._performer.attach(found), reconciled=True)
            else:
                await self._holding.write_after(*found)
        for state in self.walk.steps:
            if self.walk.plan.step(state.id).setup and state.status is Status.SUCCEEDED:
                again = events.RetryWanted(state.id, state.next_attempt, "repeated at resume")
                await self._holding.write(again)


def _resumed(walk: Walk) -> Ruling:
    """Return that the walk is taken up; what was shown or confirmed before has to be shown anew."""
    resumed = events.WalkResumed(os.getpid(), walk.secret_inputs)
    state = walk.current
    if state is None or state.status not in (Status.PLANNED, Status.CONFIRMED):
        return Ruling((resumed,))
    return Ruling((resumed, events.StepExpired(state.id, state.attempt)))


def _verdict(wrong: dict[str, tuple[str, ...]]) -> str:
    """Return in a line whether everything is as it was before the walk, and if not, why."""
    said = [f"{what}: {', '.join(names)}" for what, names in wrong.items() if names]
    return "; ".join(said) or "everything was undone, and every check is as good as it was"

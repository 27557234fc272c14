"""Owns the walking of one walk: it does what comes next, and writes down what happens.

What comes next is `runbooks/walking/moves.py`'s to say, how a step is done `performing.py`'s, what a decision
comes to `deciding.py`'s. The walker brings them into the one order that makes a walk safe: `started` is
committed before anything is done, and nothing is started twice without a decision. It decides nothing itself.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import TypeVar

from checks.clock import Clock
from runbooks import step_events, walk_events
from runbooks.action import NO_ACTION, Action
from runbooks.approval import fitting, needed, seconds_left
from runbooks.approval_events import ApprovalAsked, ApprovalRefused, Approved
from runbooks.boot import Moment
from runbooks.crash_points import reached
from runbooks.decisions import Decision
from runbooks.denials import Denials
from runbooks.events import Denied
from runbooks.journal.errors import FenceError, JournalError
from runbooks.model import Risk, StepPlan
from runbooks.operators import WALKDOWN, Operator
from runbooks.outcome import StepError
from runbooks.question import Question
from runbooks.step_events import StepPlanned
from runbooks.templates import MissingValueError
from runbooks.walk import Stage, Status, Walk
from runbooks.walk_events import WalkEnding
from runbooks.walking.attempt import Job, Ready, answered, outcome_of
from runbooks.walking.attempting import Attempting
from runbooks.walking.beside import Beside
from runbooks.walking.comparing import compare
from runbooks.walking.deciding import Ruling
from runbooks.walking.hearing import Hearing
from runbooks.walking.holding import Holding
from runbooks.walking.moves import Do, Move, next_move
from runbooks.walking.performing import Performer
from runbooks.walking.resuming import take_up
from runbooks.walking.verifying import Verifying
from runbooks.walking.watching import Watch

TRY_AGAIN = 5.0
"""Seconds after which what could not be written is tried again."""

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
        zone: Callable[[], tzinfo | None] = lambda: None,
    ) -> None:
        """Prepare; `gate` says why no changing step may be started, `until` when the open window closes.

        `zone` is that of the system, in which times are told.
        """
        self._holding = holding
        self._performer = performer
        self._clock = clock
        self._watch = Watch(holding, performer, clock, gate, until, zone)
        self._beside = Beside()
        self._attempts = Attempting(holding, performer, clock, self._beside)
        self._verifying = Verifying(holding, performer, clock)
        self._hearing = Hearing(
            holding,
            performer,
            clock,
            gate,
            until,
            zone,
            self._verifying,
            self._attempts.detach,
            Denials(clock),
        )
        self._untaken = False
        """Whether what was under way in another process is still to be found out."""

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

    async def judge(self, said: Approved | ApprovalRefused, typed: str, operator: Operator) -> None:
        """Take down what another user says to the step that waits for his approval.

        Raises:
            RefusedDecisionError: when it does not count; says why.
        """
        await self._hearing.judge(said, typed, operator)

    async def deny(self, denied: Denied, operator: Operator) -> None:
        """Take down that somebody wanted something of this walk that he may not do.

        Raises:
            JournalError, FenceError: when it cannot be written.
        """
        await self._holding.write(denied, operator=operator)

    async def run(self, *, taken_up: bool = False) -> None:
        """Walk to the end, or until the lease is lost or this is cancelled; programs go on by themselves.

        A walk that another process began is `taken_up`: what was under way then is looked at first.
        """
        async with self._beside as beside:
            beside.begin(self._watch.renew(), "renew lease")
            beside.begin(self._watch.look(), "look beside")
            beside.begin(self._watch.doubt(), "look at guards")
            self._untaken = taken_up
            try:
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

    # What comes next

    def _next_move(self) -> Move:
        state = self.walk.current
        looks = state is not None and self._performer.is_look(self.walk.plan.step(state.id))
        return next_move(self.walk, frozenset({state.id}) if state is not None and looks else frozenset())

    async def _make(self, move: Move) -> bool:
        """Do what comes next; return whether anything was done."""
        try:
            if self._untaken:
                await self._take_up()
                self._untaken = False
                return True
            if self._attempts.void:
                await self._holding.write(step_events.StepExpired(*self._attempts.void))
                self._attempts.void = None
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
                await self._attempts.run(move)
            case Do.VERIFY:
                await self._verifying.verify(move.step)
            case Do.LEAVE_OUT:
                skipped = step_events.StepSkipped(move.step, "its condition does not hold", by_condition=True)
                await self._holding.write(skipped)
            case Do.LET_BE:
                why = "it did not succeed; the walk ends all the same"
                await self._holding.write(step_events.StepSkipped(move.step, why))
            case Do.COMPARE:
                await compare(self._holding, self._performer.board, self._clock)
            case Do.TURN_LAST:
                await self._holding.write(walk_events.FinallyBegun(move.ending or WalkEnding.DONE))
            case Do.END:
                ended = walk_events.WalkEnded(move.ending or WalkEnding.DONE, self.walk.reason)
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
            by_itself = asked is not None and not needed(self.walk, self.walk.state(plan.id))
            answer = performer.answered(job) if by_itself else None
        except (StepError, MissingValueError) as error:
            empty = step_events.StepPlanned(plan.id, move.attempt, NO_ACTION, "")
            ended = step_events.StepEnded(plan.id, move.attempt, outcome_of(error))
            await self._holding.write(empty, ended)
            return True
        if self._next_move() != move:
            return True
        reached("P0")
        self._holding.say(step=plan.id, question=asked, wanted_secret="", trouble="")
        action = self._with_phrase(shown.action, plan)
        planned = step_events.StepPlanned(plan.id, move.attempt, action, shown.sha256)
        if asked is not None and answer is not None:
            outcome = performer.take(job, answer, asked)
            await self._holding.write(planned, *answered(plan.id, move.attempt, shown.sha256, outcome))
            return True
        await self._holding.write(planned, *self._wanting(planned))
        reached("P1")
        performer.warm()
        return True

    def _wanting(self, planned: StepPlanned) -> tuple[ApprovalAsked, ...]:
        """Return that the step needs an approval; nothing when it does not, or has one that still holds."""
        state = self.walk.state(planned.step)
        if not needed(self.walk, state):
            return ()
        shown = replace(state, attempt=planned.attempt, action_sha256=planned.action_sha256)
        if seconds_left(fitting(shown), self._clock.now(), Moment.known(self._clock)):
            return ()
        return (ApprovalAsked(planned.step, planned.attempt, planned.action_sha256),)

    def _with_phrase(self, action: Action, plan: StepPlan) -> Action:
        """Return the action with what must be typed for it: at high risk, the name of what is changed."""
        walk = self.walk
        asked = walk.plan.risk is Risk.HIGH and plan.changes and walk.stage is not Stage.LAST
        return replace(action, phrase=walk.plan.target) if asked and not action.phrase else action

    # After a restart

    async def _take_up(self) -> None:
        """Find out what became of the step that was under way, and have repeated what has to be."""
        await self._holding.write_ruled(_resumed, WALKDOWN)
        state = self.walk.current
        if state is not None and state.status is Status.STARTED:
            found = await take_up(self.walk, state, self._performer)
            if isinstance(found, Ready):
                self._holding.say(step=state.id, running=state.id, since=state.started_at)
                await self._attempts.see(found, self._performer.attach(found), reconciled=True)
            else:
                await self._holding.write_after(*found)
        for state in self.walk.steps:
            if self.walk.plan.step(state.id).setup and state.status is Status.SUCCEEDED:
                again = step_events.RetryWanted(state.id, state.next_attempt, "repeated at resume")
                await self._holding.write(again)


def _resumed(walk: Walk) -> Ruling:
    """Return that the walk is taken up; what was shown or confirmed before has to be shown anew."""
    resumed = walk_events.WalkResumed(os.getpid(), walk.secret_inputs)
    state = walk.current
    if state is None or state.status not in (Status.PLANNED, Status.CONFIRMED):
        return Ruling((resumed,))
    return Ruling((resumed, step_events.StepExpired(state.id, state.attempt)))

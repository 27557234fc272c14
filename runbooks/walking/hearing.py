"""Owns the hearing of decisions: each is made safe, ruled upon, written down, and then acted upon.

What a decision comes to is `runbooks/walking/deciding.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

import msgspec

from checks.clock import Clock
from runbooks import decisions
from runbooks.approval import named, unapproved
from runbooks.approval_events import ApprovalRefused, Approved
from runbooks.boot import Moment
from runbooks.crash_points import reached
from runbooks.decisions import Decision
from runbooks.denials import Denials
from runbooks.errors import RefusedDecisionError
from runbooks.events import Denied
from runbooks.journal.errors import FenceError, JournalError
from runbooks.operators import Operator
from runbooks.outcome import StepError
from runbooks.walk import Status, Walk
from runbooks.walking.approving import approve, refuse
from runbooks.walking.attempt import Job, answered
from runbooks.walking.deciding import (
    Circumstances,
    Ruling,
    closed_for,
    expects,
    held_by_another,
    rule,
    shown_too_long_ago,
)
from runbooks.walking.holding import Holding
from runbooks.walking.performing import Performer
from runbooks.walking.verifying import Verifying
from runbooks.windows.budget import budget, late

D = TypeVar("D", bound=Decision)

FREE_TEXT = ("reason", "text", "rule", "to", "done", "deviated", "left", "watch", "state_of_things")
"""Fields of decisions that people write freely; what is typed or answered is compared as it is."""
LONGEST = 4096
"""Characters of such a text."""
LONGEST_ID = 200
"""Characters of what may be the id of a step, and nothing but that."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Hears the decisions about one walk."""

    holding: Holding
    performer: Performer
    clock: Clock
    gate: Callable[[], str]
    until: Callable[[], float]
    """When the window closes that is open for the walk, UTC seconds; 0 without one."""
    zone: Callable[[], tzinfo | None]
    """In which times are told; None is the host's own."""
    verifying: Verifying
    """Looks again whether what must be true after a step is."""
    detach: Callable[[], None]
    """Has the walk wait no longer for what runs."""
    denials: Denials
    """Says how many refusals are written down."""

    async def hear(self, decision: Decision, operator: Operator, fence: int) -> None:
        """Take a decision of somebody who believes to hold the walk by this fence.

        Raises:
            RefusedDecisionError: when it is not taken; says why.
        """
        try:
            match decision:
                case decisions.Answer():
                    await self._answer(decision, operator, fence)
                case decisions.TakeOver():
                    await self._take_over(self._fit(decision), operator)
                case decisions.VerifyAgain():
                    await self._verify(decision, fence, operator)
                case _:
                    await self._ruled(self._fit(decision), operator, fence)
        except (JournalError, FenceError) as error:
            raise RefusedDecisionError(str(error)) from error

    async def judge(self, said: Approved | ApprovalRefused, typed: str, operator: Operator) -> None:
        """Take down that somebody approves the step that was shown, or does not want it.

        Raises:
            RefusedDecisionError: when it does not count; says why.
        """
        safe = msgspec.structs.replace(said, step=self._safe(said.step)[:LONGEST_ID])
        if isinstance(safe, ApprovalRefused):
            safe = msgspec.structs.replace(safe, reason=self._safe(safe.reason))
        seen = self._seen(operator)

        def judged(walk: Walk) -> Ruling:
            if isinstance(safe, Approved):
                return self._limited(approve(walk, safe, typed, seen), operator)
            return self._limited(refuse(walk, safe, seen), operator)

        try:
            ruling = await self.holding.write_ruled(judged, operator)
        except (JournalError, FenceError) as error:
            raise RefusedDecisionError(str(error)) from error
        if ruling.refusal:
            raise RefusedDecisionError(ruling.refusal)

    def _limited(self, ruling: Ruling, operator: Operator) -> Ruling:
        """Return the ruling without what was denied, when that has been written often enough."""
        kept = tuple(
            event for event in ruling.events if not isinstance(event, Denied) or self.denials.admits(operator)
        )
        return Ruling(kept, ruling.refusal)

    async def _take_over(self, wish: decisions.TakeOver, operator: Operator) -> None:
        """Pass the walk to who takes it; with the words of who hands it over, when he does."""
        offer, reason = self.holding.walk.offer, wish.reason
        if offer is None or not offer.is_for(operator):
            offer = None
        else:
            reason = reason or f"handed over by {named(offer.by)}"
        await self.holding.pass_to(operator, reason, wish.state_of_things, offer=offer, believed=wish.holder)

    def _seen(self, operator: Operator, *, running: bool = False) -> Circumstances:
        """Return what a ruling about the wish of somebody depends on now."""
        moment = Moment.known(self.clock)
        return Circumstances(self.clock.now(), self.gate(), self._late(), running, operator, moment)

    def _fit(self, decision: D) -> D:
        """Return the decision with what was written freely fit to be kept."""
        fields = {name: getattr(decision, name, None) for name in FREE_TEXT}
        safe = {name: self._safe(text) for name, text in fields.items() if isinstance(text, str)}
        if isinstance(step := getattr(decision, "step", None), str):
            safe["step"] = self._safe(step)[:LONGEST_ID]
        return msgspec.structs.replace(decision, **safe)

    def _safe(self, text: str) -> str:
        return self.performer.shown(text)[:LONGEST]

    async def _ruled(self, decision: Decision, operator: Operator, fence: int) -> None:
        runs = await self._still_runs(decision)
        seen = self._seen(operator, running=runs)
        ruling = await self.holding.write_ruled(
            lambda walk: self._limited(rule(walk, decision, fence, seen), operator), operator
        )
        if ruling.refusal:
            raise RefusedDecisionError(ruling.refusal)
        if isinstance(decision, decisions.Confirm):
            reached("P2")
        if isinstance(decision, decisions.Detach):
            self.detach()
        if isinstance(decision, decisions.EndProgram) or self._nobody_waits_for_a_part(decision):
            self.performer.end()

    def _nobody_waits_for_a_part(self, decision: Decision) -> bool:
        """Return whether what verifies a step still looks, while the walk goes elsewhere."""
        turns = isinstance(decision, decisions.RollBack | decisions.StopWalk | decisions.Skip)
        return turns and self.holding.live.running not in ("", self.holding.live.step)

    def _late(self) -> str:
        """Return why it is late to start the next changing step now; empty while it is not."""
        walk = self.holding.walk
        return late(walk, budget(walk, self.holding.live.usual, self.until()), self.clock.now(), self.zone())

    async def _still_runs(self, decision: Decision) -> bool:
        """Return whether something still runs of the step that a decision says the end of."""
        state = self.holding.walk.current
        if not isinstance(decision, decisions.Resolve) or state is None or not state.folder:
            return False
        return await self.performer.still_runs(state.folder)

    async def _answer(self, decision: decisions.Answer, operator: Operator, fence: int) -> None:
        holding, live = self.holding, self.holding.live
        decides = fence == holding.walk.fence and not held_by_another(holding.walk, operator)
        if decides and live.wanted_secret:
            self.performer.secrets.give(live.wanted_secret, decision.text)
            holding.say(wanted_secret="", question=None)
            holding.wake()
            return
        ruling = await holding.write_ruled(
            lambda walk: self._answered(walk, decision, fence, operator), operator
        )
        if ruling.refusal:
            raise RefusedDecisionError(ruling.refusal)
        holding.say(question=None)

    def _answered(self, walk: Walk, decision: decisions.Answer, fence: int, operator: Operator) -> Ruling:
        """Return what an answer comes to; one that may not be given leaves no trace."""
        if fence != walk.fence or held_by_another(walk, operator):
            return Ruling(refusal="this walk is held by somebody else; take it over to answer")
        state, why = expects(walk, decision.step, Status.PLANNED)
        question = self.holding.live.question
        if state is None or question is None:
            return Ruling(refusal=why or "nothing is asked")
        if (stale := shown_too_long_ago(state, self.clock.now())).refusal:
            return stale
        if closed := closed_for(walk, state, self.gate(), self._late()):
            return Ruling(refusal=closed)
        if why := unapproved(walk, state, operator, self.clock.now(), Moment.known(self.clock)):
            return Ruling((Denied(f"Answer {state.id}", why),), why)
        job = Job(walk.plan.step(state.id), walk, state.attempt)
        try:
            outcome = self.performer.take(job, decision.text, question)
        except StepError as error:
            if error.error_class == "refused":
                return Ruling(refusal=str(error))
            outcome = error.outcome
        elapsed = max(0.0, self.clock.now() - state.planned_at)
        return Ruling(answered(state.id, state.attempt, state.action_sha256, outcome, elapsed))

    async def _verify(self, decision: decisions.VerifyAgain, fence: int, operator: Operator) -> None:
        walk = self.holding.walk
        state, why = expects(walk, decision.step, Status.SUCCEEDED, Status.UNKNOWN, Status.FAILED)
        relieved = fence != walk.fence or held_by_another(walk, operator)
        if relieved or state is None:
            raise RefusedDecisionError(why or "this walk is held by somebody else; take it over to decide")
        if not walk.plan.step(state.id).verify:
            raise RefusedDecisionError(f"{state.id} has nothing that must be true after it")
        if self.verifying.under_way or (state.status is Status.SUCCEEDED and state.verified is None):
            raise RefusedDecisionError(f"{state.id} is being looked at right now")
        await self.verifying.verify(state.id)

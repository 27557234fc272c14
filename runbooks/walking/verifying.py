"""Owns the verifying of a step: what must be true after it is looked at, and written down."""

from __future__ import annotations

from secrets import token_hex

from checks.clock import Clock
from runbooks import step_events
from runbooks.crash_points import reached
from runbooks.model import StepPlan
from runbooks.operators import WALKDOWN
from runbooks.outcome import Ending, StepError
from runbooks.templates import MissingValueError
from runbooks.walk import Walk
from runbooks.walking.attempt import Done, Job, outcome_of, place_of
from runbooks.walking.deciding import Ruling
from runbooks.walking.holding import Holding
from runbooks.walking.performing import Performer


class Verifying:
    """Verifies the steps of one walk, one look at a time."""

    def __init__(self, holding: Holding, performer: Performer, clock: Clock) -> None:
        """Look at nothing yet."""
        self.holding = holding
        self.performer = performer
        self.clock = clock
        self.under_way = False
        """Whether it looks now."""

    async def verify(self, step: str) -> None:
        """Look whether what must be true after the step is; written down only while it is the step's turn.

        Raises:
            JournalError: when that cannot be written.
            FenceError: when somebody else holds the walk by now.
        """
        attempt = self.holding.walk.state(step).attempt
        self.under_way = True
        try:
            passed, summary = await self._seen(step, attempt)
        finally:
            self.under_way = False
            self.holding.say(running="", since=0.0)
        event = step_events.StepVerified(step, attempt, passed, summary)
        await self.holding.write_ruled(lambda walk: _if_still_its_turn(walk, event), WALKDOWN)

    async def _seen(self, step: str, attempt: int) -> tuple[bool, str]:
        """Return whether all that must be true is, and what was seen last."""
        summary, passed = "", True
        for look in self.holding.walk.plan.step(step).verify:
            reached("P9")
            self.holding.say(step=step, running=look.id, since=self.clock.now())
            outcome = (await self._looked(look, attempt)).outcome
            passed, summary = outcome.ending is Ending.SUCCEEDED, outcome.summary
            if not passed:
                break
        return passed, summary

    async def _looked(self, look: StepPlan, attempt: int) -> Done:
        """Do a step that only looks, as a part of another; in a folder that no look before had."""
        job = Job(look, self.holding.walk, attempt)
        place = f"{place_of(self.holding.walk, look.id, attempt)}-{self.clock.now():.0f}-{token_hex(3)}"
        try:
            shown = await self.performer.prepare(job)
            return await self.performer.carry_out(await self.performer.ready(job, shown.sha256, place))
        except (StepError, MissingValueError) as error:
            return Done(outcome_of(error))


def _if_still_its_turn(walk: Walk, event: step_events.StepVerified) -> Ruling:
    """Return what was seen, unless the walk has gone on meanwhile: then it says nothing any more."""
    state = walk.current
    its_turn = state is not None and (state.id, state.attempt) == (event.step, event.attempt)
    return Ruling((event,)) if its_turn else Ruling()

"""Owns the verifying of a step: what must be true after it is looked at, and written down."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

from checks.clock import Clock
from runbooks import events
from runbooks.crash_points import reached
from runbooks.model import StepPlan
from runbooks.outcome import Ending, StepError
from runbooks.templates import MissingValueError
from runbooks.walking.attempt import Done, Job, outcome_of, place_of
from runbooks.walking.holding import Holding
from runbooks.walking.performing import Performer


@dataclass(frozen=True, slots=True)
class Verifying:
    """Verifies the steps of one walk."""

    holding: Holding
    performer: Performer
    clock: Clock

    async def verify(self, step: str) -> None:
        """Look whether what must be true after the step is."""
        plan, attempt = self.holding.walk.plan.step(step), self.holding.walk.state(step).attempt
        summary, passed = "", True
        for look in plan.verify:
            reached("P9")
            self.holding.say(step=step, running=look.id, since=self.clock.now())
            outcome = (await self._looked(look, attempt)).outcome
            passed, summary = outcome.ending is Ending.SUCCEEDED, outcome.summary
            if not passed:
                break
        self.holding.say(running="", since=0.0)
        await self.holding.write_after(events.StepVerified(step, attempt, passed, summary))

    async def _looked(self, look: StepPlan, attempt: int) -> Done:
        """Do a step that only looks, as a part of another; in a folder that no look before had."""
        job = Job(look, self.holding.walk, attempt)
        place = f"{place_of(self.holding.walk, look.id, attempt)}-{self.clock.now():.0f}-{token_hex(3)}"
        try:
            shown = await self.performer.prepare(job)
            return await self.performer.carry_out(await self.performer.ready(job, shown.sha256, place))
        except (StepError, MissingValueError) as error:
            return Done(outcome_of(error))

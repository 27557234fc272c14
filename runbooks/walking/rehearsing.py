"""Owns the dry run: every step rendered, those kinds run that only look once, and nothing changed."""

from __future__ import annotations

from dataclasses import replace

from runbooks.live import DryStep
from runbooks.model import Plan, StepPlan
from runbooks.outcome import Ending, StepError
from runbooks.templates import MissingValueError
from runbooks.walk import Walk
from runbooks.walking.attempt import Job
from runbooks.walking.moves import holds
from runbooks.walking.performing import Performer

LOOKED_AT = ("check",)
"""Kinds that are run in a dry run: they look once and do not wait."""


async def rehearse(plan: Plan, inputs: dict[str, str], performer: Performer) -> tuple[DryStep, ...]:
    """Return what walking the plan with these inputs would do."""
    walk = Walk("dry-run", plan, plan.sha256, inputs=inputs, values=inputs)
    steps = [await _step(step, walk, performer) for step in (*plan.steps, *plan.last)]
    return tuple(steps)


async def _step(step: StepPlan, walk: Walk, performer: Performer) -> DryStep:
    unknown = sorted({one.name for one in step.when} - set(walk.values))
    if unknown:
        return DryStep(step.id, said=f"depends on {', '.join(unknown)}, which the walk brings")
    if not holds(step, walk):
        return DryStep(step.id, said="left out: its condition does not hold")
    job = Job(step, walk, 1)
    try:
        shown = await performer.prepare(job)
        dry = DryStep(step.id, shown.action.lines, shown.action.done_already)
        if step.kind not in LOOKED_AT:
            return dry
        ready = await performer.ready(job, shown.sha256, f"{step.id}-1")
        outcome = (await performer.carry_out(ready)).outcome
    except MissingValueError as error:
        return DryStep(step.id, said=f"{error}; the walk brings it")
    except StepError as error:
        return DryStep(step.id, said=str(error), passed=False)
    good = outcome.ending is Ending.SUCCEEDED
    return DryStep(dry.step, dry.lines, outcome.summary, good)


def without_secrets(plan: Plan) -> Plan:
    """Return the plan as a dry run knows it: nobody is asked for secret inputs."""
    return replace(plan, inputs=tuple(wanted for wanted in plan.inputs if not wanted.secret))

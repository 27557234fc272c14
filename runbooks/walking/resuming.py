"""Owns what becomes of a step that was under way when its agent went: the crash table of reliability 3.2.

What a supervisor left on disk says whether the step was executed, runs still, or has ended and how; only
when supervisor and record are both gone is the end unknown, and then is its effect looked for.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from runbooks import step_events
from runbooks.events import Event
from runbooks.outcome import Applied, Ending
from runbooks.records import Found, State, find
from runbooks.step_events import Resolution
from runbooks.walk import StepState, Walk
from runbooks.walking.attempt import Done, Job, Ready
from runbooks.walking.performing import Performer

NOT_EXECUTED = "its supervisor never executed it"
REPEATED = "it changes nothing, and is done again"


async def take_up(walk: Walk, state: StepState, performer: Performer) -> tuple[Event, ...] | Ready:
    """Return what is to be written about a started step, or what is to be waited for: it runs still."""
    plan = walk.plan.step(state.id)
    if not state.key:
        return (_not_applied(state, REPEATED),)
    ready = performer.again(Job(plan, walk, state.attempt), state.folder, state.key)
    found = await asyncio.to_thread(find, ready.context.folder)
    match found.state:
        case State.NOT_EXECUTED:
            return (_not_applied(state, NOT_EXECUTED),)
        case State.RUNNING:
            return ready
        case State.ENDED if found.ended is not None:
            return (_ended(state, await performer.judged(ready, found.ended)),)
        case _:
            return await _lost(state, ready, performer, _said(found))


def _said(found: Found) -> str:
    if found.program_alive:
        return f"its supervisor is gone, and the program still runs (process {found.spawned.pid})"
    return "its supervisor is gone and left no record of the end"


async def _lost(state: StepState, ready: Ready, performer: Performer, said: str) -> tuple[Event, ...]:
    """Return what can be said of an attempt whose supervisor is gone without a record."""
    outcome = await performer.trace(ready)
    evidence = await performer.evidence(ready)
    if outcome.ending is Ending.FAILED and outcome.applied is Applied.NONE:
        return (_not_applied(state, outcome.summary),)
    if outcome.ending is Ending.UNKNOWN:
        outcome = replace(outcome, summary="; ".join(part for part in (said, outcome.summary) if part))
    return (_ended(state, Done(outcome, 0.0, evidence)),)


def _not_applied(state: StepState, why: str) -> step_events.StepResolved:
    return step_events.StepResolved(state.id, state.attempt, Resolution.NOT_APPLIED, why, by_look=True)


def _ended(state: StepState, done: Done) -> step_events.StepEnded:
    return step_events.StepEnded(
        state.id, state.attempt, done.outcome, done.elapsed, done.evidence, reconciled=True
    )

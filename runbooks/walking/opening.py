"""Owns the opening of a walk: whether it may be begun, by whom, on what, and its first entry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from checks.board import Snapshot
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.inputs import Inputs, accepted
from runbooks.journal.errors import FenceError, HeldError, JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.leases import Grip
from runbooks.journal.rows import Draft
from runbooks.model import Plan, Risk, WindowNeed
from runbooks.operators import Operator
from runbooks.walk_events import Manner, WalkOpened


@dataclass(frozen=True, slots=True)
class Opening:
    """What a walk is to be begun with."""

    plan: Plan
    system: str
    given: Mapping[str, str]
    """Values of inputs, secret ones included."""
    manner: Manner
    operator: Operator
    snapshot: Snapshot
    """The board as it is now: the walk's baseline."""
    now: float
    """UTC seconds."""
    gate: str
    """Why no changing step may be started now; empty when one may."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A walk that was begun."""

    grip: Grip
    entries: tuple[Entry, ...]
    inputs: Inputs


async def open_walk(wish: Opening, journal: Journal) -> Opened:
    """Take the lease and write the first entry; all of it or nothing.

    Raises:
        RefusedDecisionError: when the walk may not be begun; says why.
    """
    plan = wish.plan
    inputs = accepted(plan, wish.given)
    if wish.manner is Manner.AUTO and plan.approval:
        asked = ", ".join(step.id for step in plan.steps if step.approval)
        raise RefusedDecisionError(f"another user has to approve, which needs an operator: {asked}")
    if wish.manner is Manner.AUTO and plan.risk is Risk.HIGH:
        raise RefusedDecisionError(
            "its risk is high: an operator has to confirm each change by its target's name"
        )
    if wish.manner is Manner.AUTO and not plan.auto:
        by_hand = ", ".join(step.id for step in (*plan.steps, *plan.last) if not step.auto)
        raise RefusedDecisionError(f"steps that need an operator: {by_hand}")
    walk = walk_id(wish.now)
    try:
        grip = await journal.take(plan.target or wish.system, walk, wish.operator)
        first = _first(wish, inputs)
        entries = await journal.append(Draft(walk, first, wish.operator), grip=grip)
    except (HeldError, FenceError, JournalError) as error:
        raise RefusedDecisionError(str(error)) from error
    return Opened(grip, entries, inputs)


def walk_id(now: float) -> str:
    """Return a new id: when it was begun, and enough chance that no two are the same."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M}-{secrets.token_hex(3)}"


def _first(wish: Opening, inputs: Inputs) -> WalkOpened:
    advised = wish.plan.window is WindowNeed.ADVISED and wish.gate
    return WalkOpened(
        wish.plan,
        wish.plan.sha256,
        wish.system,
        wish.manner,
        inputs.plain,
        tuple(sorted(inputs.secret)),
        {state.name: state.level.value for state in wish.snapshot.states},
        (wish.gate,) if advised else (),
    )

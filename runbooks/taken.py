"""Owns how it is told what an attempt has left: when it was taken, by whom, how much, which hash. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.text import clean
from checks.units import show
from runbooks.operators import WALKDOWN, Operator
from runbooks.step_events import Evidence
from runbooks.walk import StepState


@dataclass(frozen=True, slots=True)
class Taken:
    """When an attempt left what it left, and who had confirmed it."""

    at: float = 0.0
    """When it ended, UTC seconds; 0 while it has not, or is not known to have."""
    by: Operator = field(default_factory=Operator)
    """Nobody when that is not recorded."""


def taken(state: StepState) -> Taken:
    """Return when what the last attempt at a step has left was taken, and by whom."""
    return Taken(state.ended_at if state.started_at else 0.0, state.operator)


def by_words(found: Taken, who: str) -> str:
    """Return by whom it was taken; `who` is what that person is called where it is shown."""
    if found.by == WALKDOWN:
        return "by walkdown itself"
    return f"by {clean(who)}" if found.by != Operator() else "by nobody known"


def size_words(file: Evidence) -> str:
    """Return how much came, and whether all of it is kept; empty while nothing is recorded."""
    if not file.sha256:
        return ""
    return f"{show(file.size, 'B')}, its middle left out" if file.truncated else show(file.size, "B")

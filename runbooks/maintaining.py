"""Owns which checks a walk has put into maintenance, and which it expects to fail. Pure.

In maintenance are those that its last step of that kind says, and those that the runbook expects to fail.
What is expected of a runbook holds to the end of the walk; what is expected of a step, from its start until
the walk can go past it and the check has been looked at once more.
"""

from __future__ import annotations

from collections.abc import Iterable

from checks.board import CheckState
from runbooks.outcome import Ending
from runbooks.walk import StepState, Walk

SET, CHECKS = "console_maintenance", "console_checks"
"""Facts that a step leaves which sets it: `on` or `off`, and names with blanks between; empty: all."""


def in_maintenance(walk: Walk, every: frozenset[str], states: Iterable[CheckState] = ()) -> frozenset[str]:
    """Return the checks that the walk holds in maintenance; none once it is over."""
    if walk.over:
        return frozenset()
    held: frozenset[str] = frozenset()
    steps = [state for state in walk.states if state.outcome.ending is Ending.SUCCEEDED]
    for state in sorted(steps, key=lambda state: state.ended_at):
        said = state.outcome.facts.get(SET)
        if said is not None:
            named = frozenset(state.outcome.facts.get(CHECKS, "").split()) or every
            held = held | named if said == "on" else held - named
    return (held | expected(walk, states)) & every


def expected(walk: Walk, states: Iterable[CheckState]) -> frozenset[str]:
    """Return the checks that may fail now, for the runbook says so."""
    if walk.over:
        return frozenset()
    plans = {plan.id: plan for plan in walk.plan.all_steps() if plan.expects}
    found = set(walk.plan.expects)
    seen = {state.name: state.last.at for state in states} if plans else {}
    for state in walk.states:
        plan = plans.get(state.id)
        if plan is None or not state.started_at:
            continue
        if not state.settled(plan):
            found.update(plan.expects)
        else:
            found.update(name for name in plan.expects if not _looked_at(name, state, seen))
    return frozenset(found)


def all_expected(walks: Iterable[Walk], states: Iterable[CheckState]) -> frozenset[str]:
    """Return the checks that may fail now, for one of these walks says so."""
    seen = tuple(states)
    return frozenset(name for walk in walks for name in expected(walk, seen))


def _looked_at(check: str, step: StepState, seen: dict[str, float]) -> bool:
    """Return whether a check was looked at since a step has ended."""
    return seen.get(check, 0.0) >= step.ended_at

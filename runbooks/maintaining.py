"""Owns which checks a walk has put into maintenance: those that its last step of that kind says. Pure."""

from __future__ import annotations

from runbooks.outcome import Ending
from runbooks.walk import Walk

SET, CHECKS = "console_maintenance", "console_checks"
"""Facts that a step leaves which sets it: `on` or `off`, and names with blanks between; empty: all."""


def in_maintenance(walk: Walk, every: frozenset[str]) -> frozenset[str]:
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
    return held & every

"""Owns the inputs of a walk: which values may be given before it begins. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.patterns import compile_pattern
from checks.suggest import did_you_mean
from runbooks.errors import RefusedDecisionError
from runbooks.model import InputPlan, Plan

LONGEST = 4096
"""Characters of a value."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a walk, complete and checked."""

    plain: dict[str, str]
    secret: dict[str, str]
    """Never stored."""


def accepted(plan: Plan, given: Mapping[str, str]) -> Inputs:
    """Return the inputs, with defaults for those that were not given.

    Raises:
        RefusedDecisionError: when one is missing, unknown, or not what the runbook takes; says all of it.
    """
    wrong = [
        f"{name}: there is no such input{did_you_mean(name, [known.name for known in plan.inputs])}"
        for name in given
        if name not in {known.name for known in plan.inputs}
    ]
    values: dict[str, str] = {}
    for wanted in plan.inputs:
        value = given.get(wanted.name, wanted.default)
        why = "is needed" if value is None else unfit(wanted, value)
        if why:
            wrong.append(f"{wanted.name}: {why}")
        elif value is not None:
            values[wanted.name] = value
    if wrong:
        raise RefusedDecisionError("; ".join(wrong))
    secret = {wanted.name for wanted in plan.inputs if wanted.secret}
    return Inputs(
        {name: value for name, value in values.items() if name not in secret},
        {name: value for name, value in values.items() if name in secret},
    )


def unfit(wanted: InputPlan, value: str) -> str:
    """Return why the value may not be given; empty when it may. Never has the value in it."""
    if not value:
        return "is empty"
    if len(value) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if not wanted.secret and any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        return "has a character in it that does not show"
    if wanted.choices and value not in wanted.choices:
        return f"must be one of {', '.join(wanted.choices)}"
    if wanted.pattern and not compile_pattern(wanted.pattern).fullmatch(value):
        return f"must match {wanted.pattern}"
    return ""

"""Owns the rule language: `READING OP NUMBER [UNIT] [for DURATION | for N samples]`.

`parse` checks a rule against the readings that a kind declares and converts its bound to the base unit.
Judging lies in `checks/judge.py`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from checks.model import Labels, Level

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
"""Boundaries are exactly as written: `> 80` does not fire at 80."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold on one reading, read and checked."""

    text: str
    """As written; shown to operators, and the rule's identity across a restart."""
    level: Level
    reading: str
    op: str
    """One of `OPERATORS`."""
    bound: float
    """In the reading's base unit."""
    unit: str = ""
    """The reading's base unit."""
    labels: Labels = ()
    """Only members with all these labels are judged; empty: all, and the worst decides."""
    lasting: float = 0.0
    """Seconds that the condition must have held; 0: at once."""
    samples: int = 1
    """Results in a row in which it must have held."""

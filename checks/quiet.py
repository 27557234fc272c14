"""Owns which checks people are not told of, and why. A plain value; who decides it is above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quiet:
    """Checks by name."""

    maintenance: frozenset[str] = frozenset()
    """Planned work is done on what they look at."""
    silenced: frozenset[str] = frozenset()
    """Somebody wanted to hear nothing of them for a while."""
    acknowledged: frozenset[str] = frozenset()
    """Somebody sees to what is wrong with them."""


LOUD = Quiet()
"""People are told of everything."""

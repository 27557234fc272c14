"""Owns how long windows were open between two moments, and how long ahead they were announced. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.material import Material
from runbooks.windows.fold import KINDS
from runbooks.windows.past import ended, past_windows

LONGEST = 62 * 86400.0
"""Seconds before a period in which a window that reaches into it was opened at the earliest."""


def in_windows(material: Material, since: float, until: float) -> float:
    """Return the seconds between two moments for which a window was open."""
    rows = material.journal.rows(KINDS, since - LONGEST, until)
    spans = [(state.opened_at, ended(state, material.made_at)) for state in past_windows(rows)]
    return covered(spans, since, until)


def covered(spans: Iterable[tuple[float, float]], since: float, until: float) -> float:
    """Return how much of the time the spans cover; what two of them cover counts once."""
    total, at = 0.0, since
    for began, over in sorted(spans):
        began, over = max(began, at), min(over, until)
        if began < over:
            total, at = total + over - began, over
    return total

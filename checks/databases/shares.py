"""Owns shares of two counters, such as hits of all look-ups: over the newest time, if that says enough."""

from __future__ import annotations

ENOUGH = 100
"""Events below which a share would jump at every single one."""


def share(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return in percent how many of both counters' events the first one counted; 100 when there were none.

    Counts what happened between two looks; when that was too little, or a counter was reset, all that
    happened since the counters began.
    """
    part, other = after[0] - before[0], after[1] - before[1]
    if part < 0 or other < 0 or part + other < ENOUGH:
        part, other = after
    return 100.0 * part / (part + other) if part + other else 100.0

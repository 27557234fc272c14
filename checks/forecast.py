"""Owns what a course of numbers says of the days to come: a fitted line, and when it meets a bound.

Pure. The line is that of least squares over all points, never the last one against the first. What moves less
than it scatters, or by next to nothing, is flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

FLAT = 0.05
"""A line that moves less than this share of its mean over all its points is flat."""
SIGMAS = 2.0
"""And so is one that moves less than so many standard errors of its slope."""
LEAST = 8
"""Points without which nothing is said."""
RISING, FALLING, LEVEL = "rising", "falling", "flat"
FURTHEST = 10 * 365 * 86400.0
"""Seconds beyond which no bound is foretold."""


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line."""

    slope: float
    """Per second."""
    last: float
    """Its value at the last point."""
    until: float
    """When that was, UTC seconds."""
    word: str
    """`rising`, `falling` or `flat`."""

    def meets(self, bound: float) -> float | None:
        """Return when it comes to the bound, UTC seconds; None when it is flat, leads away, or is slow.

        Slow is what takes ten years. What has passed the bound already meets it at the last point.
        """
        if self.word == LEVEL:
            return None
        ahead = (bound - self.last) / self.slope
        if (self.word == RISING and self.last >= bound) or (self.word == FALLING and self.last <= bound):
            return self.until
        return self.until + ahead if 0 <= ahead <= FURTHEST else None


def fitted(at: Sequence[float], values: Sequence[float]) -> Line | None:
    """Return the line through the points; None for too few of them, or for points of one moment."""
    count = len(values)
    if count < LEAST or at[-1] <= at[0]:
        return None
    middle, mean = sum(at) / count, sum(values) / count
    across = sum((x - middle) ** 2 for x in at)
    slope = sum((x - middle) * (y - mean) for x, y in zip(at, values, strict=True)) / across
    left = sum((y - mean - slope * (x - middle)) ** 2 for x, y in zip(at, values, strict=True))
    error = sqrt(left / (count - 2) / across)
    moved = abs(slope) * (at[-1] - at[0])
    flat = moved < FLAT * abs(mean) or abs(slope) <= SIGMAS * error or slope == 0
    word = LEVEL if flat else RISING if slope > 0 else FALLING
    return Line(slope, mean + slope * (at[-1] - middle), at[-1], word)

"""Owns how panels share a screen: columns, heights of the rows, who gets more width. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_HEIGHT = 4
"""Lines of a panel below which it says too little; the screen scrolls instead."""
COLUMNS_FROM = ((70, 2), (110, 3))
"""Widths from which panels stand side by side."""
LOW, LOW_COLUMNS_FROM = 30, 160
"""On a low and very wide screen there is room for a fourth column."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where panels stand: row by row, from left to right."""

    columns: int
    heights: tuple[int, ...]
    """Lines of each row."""
    spans: tuple[int, ...]
    """Columns that each panel takes."""


def columns_for(width: int, height: int) -> int:
    """Return how many panels stand side by side; 1 means that only one is shown at a time."""
    if height < LOW and width >= LOW_COLUMNS_FROM:
        return 4
    return next((columns for least, columns in reversed(COLUMNS_FROM) if width >= least), 1)


def arrange(count: int, width: int, height: int) -> Arrangement:
    """Return the arrangement of `count` panels; the last of a row that is not full takes what is left."""
    columns = min(columns_for(width, height), max(1, count))
    rows = max(1, -(-count // columns))
    spans = [1] * count
    if count:
        spans[-1] += columns * rows - count
    each = max(LEAST_HEIGHT, height // rows)
    heights = [each] * rows
    heights[-1] += max(0, height - each * rows)
    return Arrangement(columns, tuple(heights), tuple(spans))

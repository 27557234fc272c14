"""Owns the small curve in one line of text: a trend as eight heights of block, coloured by level. Pure."""

from __future__ import annotations

from itertools import groupby

from checks.model import Level
from tui.axes import round_top
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.trend import LENGTH, Point, Trend

BLOCKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
NOTHING = "\u00b7"
"""Where nothing was measured."""


def sparkline(trend: Trend, length: int = LENGTH) -> Cell:
    """Return the trend, newest at the right; shares stand on 0 to 100 %, all else on 0 to a round number."""
    points = trend.points[-length:]
    highest = max((point.value or 0.0 for point in points), default=0.0)
    top = 100.0 if trend.unit == "%" else round_top(highest, trend.unit)
    glyphs = [(_tone(point), _glyph(point, top)) for point in points]
    padding = Piece(" " * (length - len(points)))
    runs = tuple(
        Piece("".join(glyph for _, glyph in run), tone)
        for tone, run in groupby(glyphs, key=lambda each: each[0])
    )
    return (padding, *runs) if padding.text else runs


def _glyph(point: Point, top: float) -> str:
    if point.value is None:
        return NOTHING
    share = min(1.0, max(0.0, point.value / top)) if top > 0 else 0.0
    return BLOCKS[min(len(BLOCKS) - 1, int(share * len(BLOCKS)))]


def _tone(point: Point) -> Tone:
    return Tone.MUTED if point.level is Level.OK else LEVEL_TONE[point.level]

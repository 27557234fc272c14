"""Owns how a line of a live table becomes a strip: cells, places and styles in, segments out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from checks.text import clean
from tui.cell import Cell, Piece, Tone, cell, text_of
from tui.widgets.table_columns import Placed

ELLIPSIS = "\u2026"
RULE = "\u2500"
FALLING, RISING = "\u25be", "\u25b4"

Look = Callable[[Tone], Style]
"""The style of a tone on the line that is painted."""


def row_strip(placed: tuple[Placed[Any], ...], cells: tuple[Cell, ...], width: int, look: Look) -> Strip:
    """Return the line of a row."""
    segments: list[Segment] = []
    x = 0
    for place, content in zip(placed, cells, strict=True):
        if place.x > x:
            segments.append(Segment(" " * (place.x - x), look(Tone.PLAIN)))
        segments.extend(
            Segment(piece.text, look(piece.tone)) for piece in fit(content, place.width, place.column.right)
        )
        x = place.x + place.width
    segments.append(Segment(" " * max(0, width - x), look(Tone.PLAIN)))
    return Strip(segments, max(width, x))


def title_strip(
    placed: tuple[Placed[Any], ...], width: int, sort: str, style: Style, sorted_style: Style
) -> Strip:
    """Return the line of column titles; the column that is sorted by carries an arrow."""
    segments: list[Segment] = []
    x = 0
    for place in placed:
        title, chosen = place.column.title, place.column.key == sort
        if chosen:
            title += FALLING if place.column.right else RISING
        fitted = text_of(tuple(fit(cell(title), place.width, place.column.right)))
        segments.append(Segment(" " * (place.x - x), style))
        segments.append(Segment(fitted, sorted_style if chosen else style))
        x = place.x + place.width
    segments.append(Segment(" " * max(0, width - x), style))
    return Strip(segments, max(width, x))


def heading_strip(text: str, width: int, style: Style, rule_style: Style) -> Strip:
    """Return the line that names a section."""
    rule = RULE * max(0, width - cell_len(text) - 3)
    return Strip([Segment(f" {text} ", style), Segment(f"{rule} ", rule_style)]).adjust_cell_length(
        width, style
    )


def fit(content: Cell, width: int, right: bool) -> Iterator[Piece]:
    """Yield the pieces cut or padded to `width` cells; what is cut ends in an ellipsis.

    Text was cleaned where it came in; here it is made sure of, or its width would not be what it seems.
    """
    content = tuple(Piece(clean(piece.text), piece.tone) for piece in content)
    length = sum(cell_len(piece.text) for piece in content)
    padding = Piece(" " * (width - length))
    if length <= width:
        if right and padding.text:
            yield padding
        yield from content
        if not right and padding.text:
            yield padding
        return
    left = width - 1
    for piece in content:
        cells = cell_len(piece.text)
        if cells > left:
            yield Piece(set_cell_size(piece.text, left) + ELLIPSIS, piece.tone)
            return
        yield piece
        left -= cells

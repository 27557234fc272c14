"""Owns the small arrangements of numbers that panels share: a grid of labelled values, a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from checks.model import Level, Table
from checks.units import show
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.lines import cut, fit

LEAST_FLEXIBLE = 12
"""Cells that the flexible column of a table should have."""
GRID_CELL, GRID_GAP = 17, 2
"""Cells that a labelled value wants, and between two of them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its name."""

    label: str
    text: str
    level: Level = Level.OK


def number(value: float | None, unit: str) -> str:
    """Return a value as it stands in panels: shares with one decimal, so that columns of them line up."""
    if value is None:
        return "-"
    return f"{value:.1f} %" if unit == "%" else show(value, unit)


def grid(facts: Sequence[Fact], width: int) -> tuple[Cell, ...]:
    """Return the facts in columns: names flush left, values flush right, one column beneath another."""
    columns = min(max(1, (width + GRID_GAP) // (GRID_CELL + GRID_GAP)), max(1, len(facts)))
    room = (width - GRID_GAP * (columns - 1)) // columns
    return tuple(
        _grid_line(facts[start : start + columns], room, width) for start in range(0, len(facts), columns)
    )


def _grid_line(facts: Sequence[Fact], room: int, width: int) -> Cell:
    pieces: list[Piece] = []
    for fact in facts:
        if pieces:
            pieces.append(Piece(" " * GRID_GAP))
        flag = f" {fact.level.letter}" if fact.level is not Level.OK else ""
        value = fact.text + flag
        tone = Tone.PLAIN if fact.level is Level.OK else LEVEL_TONE[fact.level]
        pieces.append(Piece(fit(fact.label, max(0, room - cell_len(value) - 1)) + " ", Tone.MUTED))
        pieces.append(Piece(value, tone))
    return cut(tuple(pieces), width)


def mute(line: Cell) -> Cell:
    """Return the line as one that no longer counts."""
    return tuple(piece if piece.tone is Tone.RULE else piece._replace(tone=Tone.MUTED) for piece in line)


def in_columns(lines: Sequence[Cell], columns: int, gap: int) -> tuple[Cell, ...]:
    """Return equally wide lines side by side, filled down the columns."""
    height = -(-len(lines) // columns)
    rows: list[Cell] = []
    for row in range(height):
        side_by_side: list[Piece] = []
        for line in lines[row::height]:
            if side_by_side:
                side_by_side.append(Piece(" " * gap))
            side_by_side.extend(line)
        rows.append(tuple(side_by_side))
    return tuple(rows)


def table_lines(
    table: Table, width: int, room: int, *, flexible: str, drop: tuple[str, ...] = ()
) -> tuple[Cell, ...]:
    """Return a table of at most `room` lines, titles first; the flexible column takes what is left.

    Columns named in `drop` are left out, first to last, while the flexible one has too little.
    """
    titles, rows = table.columns, table.rows[: max(0, room - 1)]
    if flexible not in titles:
        return ()
    widths = {
        title: max(cell_len(cells[place]) for cells in (titles, *rows)) for place, title in enumerate(titles)
    }
    shown = list(titles)
    for title in drop:
        if _left(widths, shown, flexible, width) >= LEAST_FLEXIBLE:
            break
        shown = [each for each in shown if each != title]
    widths[flexible] = max(1, _left(widths, shown, flexible, width))
    places = [titles.index(title) for title in shown]
    right = {place for place in places if all(_is_number(row[place]) for row in rows)}
    lines = [
        "  ".join(fit(cells[i], widths[titles[i]], right=i in right) for i in places)
        for cells in (titles, *rows)
    ]
    return tuple(
        cut((Piece(line, Tone.PLAIN if place else Tone.MUTED),), width) for place, line in enumerate(lines)
    )[:room]


def _left(widths: dict[str, int], shown: list[str], flexible: str, width: int) -> int:
    return width - sum(widths[title] + GRID_GAP for title in shown if title != flexible)


def _is_number(text: str) -> bool:
    return not text or text[0].isdigit() or text in ("-", "?")

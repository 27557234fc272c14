"""Owns the small arrangements of numbers that panels share: a grid of labelled values, a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from checks.model import Level, Table
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.lines import cut, fit

GRID_CELL, GRID_GAP = 17, 2
"""Cells that a labelled value wants, and between two of them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its name."""

    label: str
    text: str
    level: Level = Level.OK


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


def table_lines(table: Table, width: int, room: int, drop: tuple[str, ...] = ()) -> tuple[Cell, ...]:
    """Return a table of at most `room` lines, titles first; the last column takes what is left.

    Columns named in `drop` are left out, first to last, while the last one has too little.
    """
    shown = list(range(len(table.columns)))
    rows = table.rows[: max(0, room - 1)]
    widths = [max(cell_len(cells[i]) for cells in (table.columns, *rows)) for i in range(len(table.columns))]
    for title in drop:
        if width - sum(widths[i] + 2 for i in shown[:-1]) >= LEAST_LAST:
            break
        shown = [i for i in shown if table.columns[i] != title]
    titles = _row(table.columns, shown, widths, rows, width)
    return (mute(titles), *(_row(cells, shown, widths, rows, width) for cells in rows))[:room]


LEAST_LAST = 12
"""Cells that the last column of a table should have."""


def _row(
    cells: tuple[str, ...],
    shown: list[int],
    widths: list[int],
    rows: tuple[tuple[str, ...], ...],
    width: int,
) -> Cell:
    pieces = [
        fit(cells[i], widths[i], right=all(_is_number(row[i]) for row in rows)) + "  " for i in shown[:-1]
    ]
    left = width - sum(cell_len(piece) for piece in pieces)
    last = fit(cells[shown[-1]], left) if shown else ""
    return cut((Piece("".join(pieces)), Piece(last)), width)


def _is_number(text: str) -> bool:
    return not text or text[0].isdigit() or text in ("-", "?")

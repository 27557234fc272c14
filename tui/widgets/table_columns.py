"""Owns how the columns of a live table share its width. Pure arithmetic; draws nothing.

A column is fixed (`width`), flexible (`flex`), or else as wide as its widest cell. When there is not room
for all, those with the highest `drop` go first; those with `drop=0` always stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.cells import cell_len

from tui.cell import Cell, text_of

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Column(Generic[V]):
    """One column: how its cell is made of a row's value, and how much room it wants."""

    key: str
    title: str
    cell: Callable[[V], Cell]
    width: int = 0
    """Cells, when fixed."""
    flex: int = 0
    """Its share of the room that the others leave, when flexible."""
    least: int = 4
    """Cells below which other columns make room for it, as far as they can be left out."""
    most: int = 40
    """Cells above which it is cut, when it is as wide as its widest cell."""
    drop: int = 0
    """0: always shown; else the highest goes first when there is not room for all."""
    right: bool = False
    """Flush right, for numbers."""
    sort: Callable[[V], Any] | None = None
    """What to sort by; None when the table cannot be sorted by it."""


@dataclass(frozen=True, slots=True)
class Placed(Generic[V]):
    """A column that is shown, and where."""

    column: Column[V]
    x: int
    width: int


def widest(column: Column[V], values: list[V]) -> int:
    """Return the cells that a column of natural width wants, at least those of its title."""
    cells = max((cell_len(text_of(column.cell(value))) for value in values), default=0)
    return max(min(cells, column.most), cell_len(column.title), column.least)


def place(
    columns: tuple[Column[V], ...], natural: dict[str, int], width: int, gap: int
) -> tuple[Placed[V], ...]:
    """Return the columns that fit `width`, with their places; one cell is left free at each side."""
    room = width - 2
    shown = list(columns)
    while len(shown) > 1 and _least(shown, natural, gap) > room:
        droppable = max(shown, key=lambda column: column.drop)
        if not droppable.drop:
            break
        shown.remove(droppable)
    return _spread(shown, natural, room, gap)


def _wanted(column: Column[V], natural: dict[str, int]) -> int:
    return column.width or (column.least if column.flex else natural[column.key])


def _least(shown: list[Column[V]], natural: dict[str, int], gap: int) -> int:
    return sum(_wanted(column, natural) for column in shown) + gap * (len(shown) - 1)


def _spread(shown: list[Column[V]], natural: dict[str, int], room: int, gap: int) -> tuple[Placed[V], ...]:
    spare = room - _least(shown, natural, gap)
    shares = sum(column.flex for column in shown)
    placed: list[Placed[V]] = []
    x = 1
    for column in shown:
        extra = spare * column.flex // shares if column.flex else 0
        spare, shares = spare - extra, shares - column.flex
        cells = max(0, min(_wanted(column, natural) + extra, room + 1 - x))
        placed.append(Placed(column, x, cells))
        x += cells + gap
    return tuple(placed)

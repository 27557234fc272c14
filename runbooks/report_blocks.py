"""Owns what documents for people are made of: headings, facts, lists, quoted texts, tables.

A block says what it is, never how it is drawn. Its labels are ours; all else in it is data, clean and not yet
escaped. A format knows nothing else of what it renders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from checks.units import show


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that a format may show as text or keep as a number."""

    value: float
    unit: str = ""
    """Base unit, as of readings."""


Cell = str | Amount


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part; 1 is the document's own."""

    level: int
    label: str
    """Ours."""
    text: str = ""
    """Data that stands after it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels, which are ours, each with a value."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Lines of which each is one thing."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """Lines as they stood somewhere."""

    label: str
    """Ours."""
    about: str
    """Data that stands after it."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below the names of their columns; the first cell of a row says what the row is about."""

    columns: tuple[str, ...]
    """Ours."""
    rows: tuple[tuple[Cell, ...], ...]


Block = Heading | Facts | Items | Quoted | Table
SAYS_NOTHING = ("", "-")


def fitting(table: Table) -> Table:
    """Return a table without the columns in which no row says anything; the first stays."""
    kept = [
        place
        for place in range(len(table.columns))
        if not place or any(row[place] not in SAYS_NOTHING for row in table.rows)
    ]
    return Table(
        tuple(table.columns[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in table.rows),
    )


@dataclass(frozen=True, slots=True)
class Ticket:
    """The short text for a change ticket, in parts that a format cuts to fit."""

    head: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    """Label and lines of each."""
    tail: str


@dataclass(frozen=True, slots=True)
class Document:
    """All that formats need."""

    title: str
    blocks: tuple[Block, ...]
    plain: Any
    """The same for programs, as plain data; its keys are those of the JSON format."""
    ticket: Ticket


def words(cell: Cell) -> str:
    """Return a cell as an operator reads it."""
    return cell if isinstance(cell, str) else show(cell.value, cell.unit)

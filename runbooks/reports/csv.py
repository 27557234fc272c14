"""Owns the format `csv`: every fact, line and cell as a row of its own, for spreadsheets and programs.

No cell is taken for a formula: what begins as one is given an apostrophe before it. Numbers stay numbers, in
the base unit named beside them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from runbooks.report_blocks import Amount, Block, Cell, Document, Facts, Heading, Items, Quoted, Table

COLUMNS = ("part", "row", "column", "value", "unit")
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20|]")
"""How a cell begins that some program would reckon, wide forms of the signs included."""
Row = tuple[str, str, str, str, str]


def render(document: Document) -> str:
    """Return the rows below the names of their columns."""
    written = io.StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
    rows.writerow(COLUMNS)
    place: list[str] = []
    for block in document.blocks:
        if isinstance(block, Heading):
            place = [*place[: block.level - 1], f"{block.label} {block.text}".rstrip()]
        rows.writerows([harmless(cell) for cell in row] for row in _rows(block, " / ".join(place[1:])))
    return written.getvalue()


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text) is not None


def _rows(block: Block, place: str) -> Iterator[Row]:
    match block:
        case Facts():
            yield from (_row(place, "", label, cell) for label, cell in block.rows)
        case Items():
            yield from (_row(place, str(number), "", line) for number, line in enumerate(block.lines, 1))
        case Quoted():
            yield _row(place, block.about, block.label, "\n".join(block.lines))
        case Table():
            for first, *rest in block.rows:
                for column, cell in zip(block.columns[1:], rest, strict=True):
                    yield _row(place, _plain(first)[0], column, cell)


def _row(place: str, about: str, column: str, cell: Cell) -> Row:
    value, unit = _plain(cell)
    return place, about, column, value, unit


def _plain(cell: Cell) -> tuple[str, str]:
    return (f"{cell.value:.12g}", cell.unit) if isinstance(cell, Amount) else (cell, "")

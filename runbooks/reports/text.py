"""Owns the format `text`: all of it for a terminal or a log; no markup of any kind."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.report_blocks import Amount, Block, Document, Facts, Heading, Items, Quoted, Table, words

MOST = 44
"""Cells that a column of a table is given at most, the last one apart; longer texts push the others."""
LABEL, LONGEST_LABEL = 12, 28
"""Cells that labels are given at least and at most; those of one list are given the same."""


def render(document: Document) -> str:
    """Return the lines."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Heading) and lines:
            lines.append("")
        lines += _lines(block)
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level=level):
            said = f"{block.label} {block.text}".rstrip()
            yield said.upper() if level == 2 else said
        case Facts():
            longest = max((len(label) for label, _ in block.rows), default=0)
            width = min(LONGEST_LABEL, max(LABEL, longest))
            yield from (f"  {label:<{width}} {words(text)}" for label, text in block.rows)
        case Items():
            yield from (f"  - {line}" for line in block.lines)
        case Table():
            yield from _rows(block)
        case Quoted():
            yield f"  {block.label} {block.about}".rstrip() + ":"
            yield from (f"    | {line}" for line in block.lines)


def _rows(table: Table) -> Iterator[str]:
    """Yield a table with its columns one below another; numbers stand to the right."""
    told = [tuple(map(words, row)) for row in table.rows]
    widths = [min(MOST, max(map(len, column))) for column in zip(table.columns, *told, strict=True)]
    right = [any(isinstance(cell, Amount) for cell in column) for column in zip(*table.rows, strict=True)]
    right = right or [False] * len(widths)
    for row in (table.columns, *told):
        cells = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, right, strict=True)
        ]
        yield f"  {'  '.join(cells)}".rstrip()

"""Owns the format `text`: a walk in full for a terminal or a log; no markup of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from runbooks.report_layout import Block, Facts, Heading, Items, Quoted, blocks_of
from runbooks.report_parts import Report

LABEL = 12
"""Cells that labels are given; longer ones push the text."""


def render(report: Report, zone: tzinfo | None = None) -> str:
    """Return the lines."""
    lines: list[str] = []
    for block in blocks_of(report, zone):
        if isinstance(block, Heading) and lines:
            lines.append("")
        lines += _lines(block)
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(level=level):
            words = f"{block.label} {block.text}".rstrip()
            yield words.upper() if level == 2 else words
        case Facts():
            yield from (f"  {label:<{LABEL}} {text}" for label, text in block.rows)
        case Items():
            yield from (f"  - {line}" for line in block.lines)
        case Quoted():
            yield f"  {block.label} {block.about}".rstrip() + ":"
            yield from (f"    | {line}" for line in block.lines)

"""Owns the format `md`: Markdown (CommonMark, GitHub's and GitLab's) in which data stays data.

What is not plainly a word or a number stands in code, where nothing is read as a link, an image, HTML or a
mention, whatever the reader's extensions. Tables become lists: a bar in code ends a cell in some readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.report_blocks import Block, Document, Facts, Heading, Items, Quoted, Table, words

_PLAIN = re.compile(r"[^\W_](?:[^\W_]|[ ,;()%/'\"=.+-]|: |(?<=\d):(?=\d))*")
"""Words, numbers, times and what stands between them; begins with a letter or digit."""
_TELLING = re.compile(r"//|^\d+[.)]|\.[^\W\d]|--")
"""What readers may take for a link, for an item of a list, or for a dash, although it is plain."""


def render(document: Document) -> str:
    """Return the document."""
    return "\n\n".join("\n".join(_lines(block)) for block in document.blocks) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {block.label}{f' {inline(block.text)}' if block.text else ''}"
        case Facts():
            yield from (f"- **{label}**: {inline(words(text))}" for label, text in block.rows)
        case Items():
            yield from (f"- {inline(line)}" for line in block.lines)
        case Table():
            for first, *rest in block.rows:
                told = zip(block.columns[1:], map(words, rest), strict=True)
                said = "; ".join(f"{name} {inline(text)}" for name, text in told if text)
                yield f"- {inline(words(first))}{': ' if said else ''}{said}"
        case Quoted():
            fence = "`" * max(3, _longest_run("\n".join(block.lines)) + 1)
            yield f"{block.label}{f' {inline(block.about)}' if block.about else ''}:"
            yield ""
            yield fence
            yield from block.lines
            yield fence


def inline(text: str) -> str:
    """Return one line of data as it may stand in Markdown: as it is when it is harmless, else in code."""
    if not text.strip():
        return "-"
    if _PLAIN.fullmatch(text) and not _TELLING.search(text):
        return text
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{space}{text}{space}{fence}"


def _longest_run(text: str) -> int:
    """Return the length of the longest run of back-ticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)

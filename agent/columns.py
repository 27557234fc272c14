"""Owns how text is put on lines of a terminal without losing any of it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LEAST = 20
"""Cells that a line has at least; a terminal that is narrower wraps by itself."""


def cells(text: str) -> int:
    """Return how many cells a terminal gives the text."""
    return len(text) if text.isascii() else sum(_cells(char) for char in text)


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> tuple[str, ...]:
    """Return prose on lines of at most `width` cells, broken between words where that can be.

    Line feeds in it end lines. `first` begins the first line, `rest` the others.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lead = rest if lines else first
        for piece in _words(paragraph, width - max(cells(first), cells(rest))):
            lines.append(f"{lead}{piece}".rstrip())
            lead = rest
    return tuple(lines)


def exact(line: str, width: int, first: str, rest: str) -> tuple[str, ...]:
    """Return a line that must be seen to the last blank: broken where the width ends, nothing left out.

    `first` marks where it begins, `rest`, which must be blanks, where it goes on: so no text can pass itself
    off as another line.
    """
    pieces = list(_pieces(line, max(LEAST, width - cells(first)))) or [""]
    return (f"{first}{pieces[0]}", *(f"{rest}{piece}" for piece in pieces[1:]))


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the text in pieces of at most so many cells."""
    start = used = 0
    for place, char in enumerate(text):
        size = _cells(char)
        if used + size > width and place > start:
            yield text[start:place]
            start, used = place, 0
        used += size
    if start < len(text):
        yield text[start:]


def _words(text: str, width: int) -> Iterator[str]:
    """Yield the text in pieces that end between words; a word that is too long is broken."""
    width = max(LEAST, width)
    line = ""
    for word in re.findall(r"\s*\S+", text):
        if cells(line) + cells(word) <= width:
            line += word
            continue
        if line:
            yield line
            word = word.lstrip()
        *full, line = tuple(_pieces(word, width)) or ("",)
        yield from full
    yield line

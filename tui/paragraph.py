"""Owns the paragraph: a line of text that takes as many lines of a screen as it needs. Pure.

Prose is broken between words. What is exact, such as a command, has a mark where each of its lines begins, so
that a line that was broken by the width cannot be taken for two.
"""

from __future__ import annotations

from typing import NamedTuple

from tui.cell import Cell, Piece, Tone
from tui.lines import fit, wrap

BEGINS = "\u203a "
"""Before each line of what is exact; what goes on is set in by as much."""
LABEL = 7
"""Cells of the word before a fact."""


class Paragraph(NamedTuple):
    """One line, however many it takes."""

    line: Cell = ()
    exact: bool = False
    hang: int = 0
    """Blanks before what does not fit on the first line."""

    def rows(self, width: int) -> tuple[Cell, ...]:
        """Return the lines that it takes on that many cells."""
        return wrap(self.line, width, exact=self.exact, hang=min(self.hang, max(0, width // 3)))


BREAK = Paragraph()
"""An empty line."""


def prose(text: str, tone: Tone = Tone.PLAIN) -> Paragraph:
    """Return text that is to be read; what it begins with in blanks is kept where it goes on."""
    return Paragraph((Piece(text, tone),), hang=len(text) - len(text.lstrip(" ")))


def exact(text: str, tone: Tone = Tone.PLAIN) -> Paragraph:
    """Return text of which every character counts."""
    return Paragraph((Piece(BEGINS, Tone.RULE), Piece(text, tone)), exact=True, hang=len(BEGINS))


def fact(label: str, text: str, tone: Tone = Tone.PLAIN, *, lead: Cell = ()) -> Paragraph:
    """Return a text with a word before it that says what it is; facts stand beneath one another."""
    word = fit(label, LABEL) if len(label) < LABEL else label + " "
    return Paragraph((Piece(word, Tone.MUTED), *lead, Piece(text, tone)), hang=LABEL)


def laid_out(paragraphs: tuple[Paragraph, ...], width: int) -> tuple[Cell, ...]:
    """Return all lines that the paragraphs take on that many cells."""
    return tuple(row for paragraph in paragraphs for row in paragraph.rows(width))

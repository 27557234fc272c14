"""Owns what stands in one cell of a table: pieces of plain text, each with a tone. Never markup.

A tone says what a piece means; what it looks like is the theme's business.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from checks.model import Level


class Tone(enum.StrEnum):
    """What a piece of text means. The value is the end of the name of its style."""

    PLAIN = "plain"
    MUTED = "muted"
    """Of less weight: units, ages, what is all right."""
    STRONG = "strong"
    OK = "ok"
    WARN = "warn"
    CRIT = "crit"
    UNKNOWN = "unknown"
    WARN_BADGE = "warn-badge"
    """A warning that must be seen from across the room."""
    CRIT_BADGE = "crit-badge"
    UNKNOWN_BADGE = "unknown-badge"
    RULE = "rule"
    """Thin lines that divide and the empty part of a bar."""
    FOCUS = "focus"
    """The heading of what the keys act on."""
    BAND = "band"
    """The span between lowest and highest of a course."""
    COURSE_1 = "course-1"
    """The first course of a plot, and so on; which is which is also said by a letter."""
    COURSE_2 = "course-2"
    COURSE_3 = "course-3"
    COURSE_4 = "course-4"

    @property
    def is_badge(self) -> bool:
        """Return whether it has a ground of its own, which no cursor may cover."""
        return self in (Tone.WARN_BADGE, Tone.CRIT_BADGE, Tone.UNKNOWN_BADGE)


class Piece(NamedTuple):
    """Some text and what it means."""

    text: str
    tone: Tone = Tone.PLAIN


Cell = tuple[Piece, ...]

LEVEL_TONE = {
    Level.OK: Tone.OK,
    Level.WARN: Tone.WARN,
    Level.CRIT: Tone.CRIT,
    Level.UNKNOWN: Tone.UNKNOWN,
}
LEVEL_BADGE = {
    Level.OK: Tone.OK,
    Level.WARN: Tone.WARN_BADGE,
    Level.CRIT: Tone.CRIT_BADGE,
    Level.UNKNOWN: Tone.UNKNOWN_BADGE,
}
LEVEL_WORD = {Level.OK: "OK", Level.WARN: "WARN", Level.CRIT: "CRIT", Level.UNKNOWN: "UNKN"}
"""At most four cells, so that levels stand in one narrow column."""


def cell(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    """Return a cell of one piece."""
    return (Piece(text, tone),)


def level_cell(level: Level, *, stale: bool = False) -> Cell:
    """Return the level as a word on its colour; STALE for a result that no longer counts."""
    return cell(f" {'STALE' if stale else LEVEL_WORD[level]:<5}", LEVEL_BADGE[level])


def text_of(content: Cell) -> str:
    """Return the cell's text without its tones."""
    return "".join(piece.text for piece in content)

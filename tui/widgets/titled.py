"""Owns the line above a part of a screen: its name in a rule, and what stands at its right end. Pure."""

from __future__ import annotations

from tui.cell import Cell, Piece, Tone
from tui.lines import spread

RULE = "\u2500"
FOCUSED = "\u25b8"


def titled(name: str, width: int, right: Cell = (), *, focused: bool = False) -> Cell:
    """Return the heading; what the keys act on is marked by an arrow as well as by colour."""
    tone = Tone.FOCUS if focused else Tone.STRONG
    mark = Piece(f"{FOCUSED if focused else RULE} ", Tone.FOCUS if focused else Tone.RULE)
    return spread((mark, Piece(name, tone), Piece(" ")), right, width, RULE, Tone.RULE)

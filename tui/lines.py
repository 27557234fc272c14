"""Owns lines of pieces: how they are cut, wrapped and spread, and the widget that shows them.

The widget works on Textual's line API and sends only the lines that changed. What they say is made elsewhere
by pure functions (`tui/widgets/plot.py`, `tui/widgets/bar.py`, the panels). Text goes to the terminal as it
is, never through markup.
"""

from __future__ import annotations

import asyncio
import re
from itertools import zip_longest
from math import inf
from typing import ClassVar

from rich.cells import cell_len, chop_cells, set_cell_size
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.cell import Cell, Piece, Tone, text_of
from tui.toned import Tones, tone_css, tone_parts

BLANK: Cell = ()
"""An empty line."""
_WORDS = re.compile(r"\s+|\S+")


def width_of(line: Cell) -> int:
    """Return the cells that a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text in exactly `width` cells: cut with an ellipsis, or filled with blanks."""
    if width <= 0:
        return ""
    cells = cell_len(text)
    if cells > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else "…"
    blanks = " " * (width - cells)
    return blanks + text if right else text + blanks


def cut(line: Cell, width: int) -> Cell:
    """Return as much of the line as `width` cells hold."""
    kept: list[Piece] = []
    for piece in line:
        cells = cell_len(piece.text)
        if cells >= width:
            return (*kept, Piece(fit(piece.text, width), piece.tone))
        kept.append(piece)
        width -= cells
    return tuple(kept)


def spread(left: Cell, right: Cell, width: int, fill: str = " ", tone: Tone = Tone.PLAIN) -> Cell:
    """Return one line with `left` flush left and `right` flush right; `left` is cut when both do not fit."""
    left = cut(left, max(0, width - width_of(right)))
    return (*left, Piece(fill * (width - width_of(left) - width_of(right)), tone), *right)


def wrap(line: Cell, width: int, *, exact: bool = False, hang: int = 0) -> tuple[Cell, ...]:
    """Return the line in as many lines of `width` cells as it takes; nothing is left out.

    It is broken between words; `exact` breaks it where the width ends, so that every blank stands where it
    is. All lines but the first begin with `hang` blanks.
    """
    rows: list[list[Piece]] = [[]]
    width = max(2 + hang, width)
    room = width
    start = [Piece(" " * hang)] if hang else []
    for piece in line:
        for word in [piece.text] if exact else _WORDS.findall(piece.text):
            cells = cell_len(word)
            if not exact and cells > room and room < width - hang * (len(rows) > 1):
                rows.append([*start])
                room = width - hang
                if word.isspace():
                    continue
            while cells > room:
                head = chop_cells(word[:room], room)[0] if room else ""
                rows[-1].append(Piece(head, piece.tone))
                rows.append([*start])
                word, room = word[len(head) :], width - hang
                cells -= cell_len(head)
            rows[-1].append(Piece(word, piece.tone))
            room -= cells
    return tuple(_joined(row) for row in rows)


def _joined(row: list[Piece]) -> Cell:
    """Return the pieces with neighbours of one tone as one."""
    pieces: list[Piece] = []
    for piece in row:
        if pieces and pieces[-1].tone == piece.tone:
            pieces[-1] = Piece(pieces[-1].text + piece.text, piece.tone)
        else:
            pieces.append(piece)
    return tuple(pieces)


def without_ellipsis(lines: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return the lines for a terminal without the character that stands for what was cut."""
    return tuple(tuple(piece._replace(text=piece.text.replace("…", "~")) for piece in line) for line in lines)


class Lines(Widget):
    """Shows what `picture` returns, top aligned; draws at most once in `PACE` seconds."""

    PACE: ClassVar[float] = 0.8
    """Seconds between two pictures; a new size is drawn at once. Shorter than the console's beat, so that
    all that a beat brings is drawn in one frame."""

    COMPONENT_CLASSES = tone_parts("lines")
    DEFAULT_CSS = f"Lines {{ {tone_css('lines')} }}"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Show nothing yet."""
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Cell, ...] = ()
        self._tones = Tones(self, "lines")
        self._drawn = -inf
        """When the last picture was asked for and made, by the event loop's clock."""
        self._waiting = False

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return what is to be seen on that many cells: at most `height` lines."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """Return what is shown as plain text, for tests and for the clipboard."""
        return "\n".join(text_of(line).rstrip() for line in self._lines)

    def ask_redraw(self) -> None:
        """Have the picture made anew: now, or when the last one is old enough."""
        if self._waiting:
            return
        now = asyncio.get_running_loop().time()
        rest = self._drawn + self.PACE - now
        if rest > 0:
            self._waiting = True
            self.set_timer(rest, self._rested)
        else:
            self._drawn = now
            self.redraw()

    def on_resize(self) -> None:
        """Draw for the new size at once."""
        self._lines = ()
        self.redraw()

    def redraw(self) -> None:
        """Make the picture anew and send what differs."""
        width, height = self.size
        if not (width and height):
            return
        shown, self._lines = self._lines, self.picture(width, height)[:height]
        pairs = zip_longest(shown, self._lines, fillvalue=BLANK)
        changed = [_changed(y, old, new, width) for y, (old, new) in enumerate(pairs) if old != new]
        if changed:
            self.refresh(*changed)

    def _rested(self) -> None:
        self._waiting = False
        self._drawn = -inf
        self.ask_redraw()

    def render_line(self, y: int) -> Strip:
        """Return one line in its colours, neighbours of one colour merged."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self._tones.strip(self._lines[y], width)

    def notify_style_update(self) -> None:
        """Forget the colours of the theme before."""
        super().notify_style_update()
        self._tones.forget()


def _changed(y: int, old: Cell, new: Cell, width: int) -> Region:
    """Return the cells of a line from the first piece that differs to the right edge."""
    start = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        start += cell_len(after.text)
    return Region(start, y, max(1, width - start), 1)

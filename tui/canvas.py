"""Owns a small drawing surface of character cells: braille dots, or plain letters where there is no braille.

Pure apart from itself: it knows dots and inks, neither data nor colours nor the terminal.
"""

from __future__ import annotations

from tui.cell import Cell, Piece, Tone

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot in a braille cell, by row and column."""


class Canvas:
    """Cells that hold dots of one ink each, or a letter. The last ink set in a cell is the cell's colour."""

    def __init__(self, columns: int, rows: int, *, braille: bool = True) -> None:
        """Start empty; without braille, a cell is one dot and shows the letter of its ink."""
        self.columns, self.rows = columns, rows
        self.braille = braille
        self.wide, self.high = (columns * 2, rows * 4) if braille else (columns, rows)
        self._dots = [[0] * columns for _ in range(rows)]
        self._letters = [[""] * columns for _ in range(rows)]
        self._tones = [[Tone.PLAIN] * columns for _ in range(rows)]

    def dot(self, x: int, y: int, tone: Tone, letter: str) -> None:
        """Set the dot `x` from the left and `y` from the bottom; outside, nothing happens."""
        if not (0 <= x < self.wide and 0 <= y < self.high):
            return
        down = self.high - 1 - y
        row, column = (down // 4, x // 2) if self.braille else (down, x)
        if self.braille:
            self._dots[row][column] |= _BITS[down % 4][x % 2]
        else:
            self._letters[row][column] = letter
        self._tones[row][column] = tone

    def write(self, column: int, row: int, text: str, tone: Tone) -> None:
        """Put letters over the cells from `column` on, whatever dots they hold."""
        for at, letter in enumerate(text, column):
            if 0 <= at < self.columns and 0 <= row < self.rows:
                self._letters[row][at], self._tones[row][at] = letter, tone

    def is_empty(self, column: int, row: int) -> bool:
        """Return whether nothing is drawn in the cell."""
        return not self._dots[row][column] and not self._letters[row][column]

    def row_of(self, y: int) -> int:
        """Return the row of cells, from the top, in which the dot `y` from the bottom lies."""
        return (self.high - 1 - y) // (4 if self.braille else 1)

    def line(self, row: int) -> Cell:
        """Return one row as pieces, neighbours of one ink together."""
        pieces: list[Piece] = []
        for column in range(self.columns):
            bits = self._dots[row][column]
            text = self._letters[row][column] or (chr(0x2800 + bits) if bits else " ")
            tone = self._tones[row][column]
            if pieces and (text == " " or pieces[-1].tone == tone):
                pieces[-1] = Piece(pieces[-1].text + text, pieces[-1].tone)
            else:
                pieces.append(Piece(text, tone))
        return tuple(pieces)

"""Owns how a plain walk speaks: lines on standard output, and short announcements for screen readers.

No escape code and no carriage return is ever written, so a serial line, a dumb terminal, a file and a braille
display all get the same. Every text is cleaned on its way out.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import TextIO

from agent.columns import exact, wrapped
from checks.text import clean

NARROWEST, WIDEST = 40, 120
"""Cells of a line; a longer one is hard to read."""
ANNOUNCED = "ANN: "
"""How an announcement begins, so that a reader can be told to say these lines only."""


class Voice:
    """Speaks to one operator."""

    def __init__(self, out: TextIO, announcements: TextIO | None = None) -> None:
        """Speak on `out`; announce where that is wanted."""
        self._out = out
        self._announcements = announcements
        self.asking = False
        """Whether the last line ends with a question, behind which what is typed stands."""

    @property
    def width(self) -> int:
        """Return the cells of a line as the terminal is now."""
        return min(WIDEST, max(NARROWEST, shutil.get_terminal_size((80, 24)).columns - 1))

    def say(self, text: str = "", indent: str = "", label: str = "") -> None:
        """Say a text, wrapped; after the label, under which the other lines stand."""
        cleaned = clean(text, lines=True)
        self._write(wrapped(cleaned, self.width, f"{indent}{label}", indent + " " * len(label)))

    def quote(self, lines: Iterable[str], indent: str = "    ") -> None:
        """Say lines exactly as they are: each begins with a mark that none can forge."""
        for line in lines:
            self._write(exact(clean(line), self.width, f"{indent}> ", f"{indent}  "))

    def command(self, line: str) -> None:
        """Say a command line that can be copied: on a line of its own, which the terminal may wrap."""
        self._write((f"    {clean(line)}",))

    def tell(self, text: str) -> None:
        """Say a text, and announce it."""
        self.say(text)
        self.announce(text)

    def announce(self, text: str) -> None:
        """Announce a text in one line."""
        if self._announcements is not None:
            self._announcements.write(f"{ANNOUNCED}{clean(text)}\n")
            self._announcements.flush()

    def ask(self, prompt: str) -> None:
        """Ask; what is typed stands behind it."""
        self._end_question()
        self._out.write(f"{clean(prompt)} ")
        self._out.flush()
        self.asking = True

    def answered(self, shown: str | None = None) -> None:
        """Take note that the operator has ended the line; what no terminal has shown is `shown` here."""
        if shown is not None and self.asking:
            self._out.write(f"{clean(shown)}\n")
        self.asking = False

    def _write(self, lines: Iterable[str]) -> None:
        self._end_question()
        for line in lines:
            self._out.write(f"{line}\n")
        self._out.flush()

    def _end_question(self) -> None:
        if self.asking:
            self._out.write("\n")
            self.asking = False

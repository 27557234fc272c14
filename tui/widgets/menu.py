"""Owns a list of answers of which one is chosen, by number or by moving to it. Choosing does nothing yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.reactive import var

from tui.cell import Cell, Piece, Tone
from tui.lines import Lines, cut

NUMBERED = 9
"""So many have a number of their own."""


class Option(NamedTuple):
    """One answer."""

    value: str
    label: str
    more: str = ""
    """What it comes to."""


class Menu(Lines, can_focus=True):
    """The answers, one beneath the other."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Menu { height: auto; }
    """
    BINDINGS = [
        Binding("j,down", "move(1)", "Next", id="menu.down", show=False, tooltip="The next answer"),
        Binding("k,up", "move(-1)", "Before", id="menu.up", show=False, tooltip="The answer before"),
    ]

    cursor: var[int] = var(-1, init=False)
    """Place of the answer that is chosen; -1 when none is."""

    @dataclass
    class Chosen(Message):
        """Another answer is chosen."""

        menu: Menu

    def __init__(self, options: tuple[Option, ...], chosen: str = "", **names: Any) -> None:
        """Offer these; `chosen` is the value that is chosen to begin with, empty for none."""
        super().__init__(**names)
        self._options = options
        values = [option.value for option in options]
        self.set_reactive(Menu.cursor, values.index(chosen) if chosen in values else -1)

    @property
    def value(self) -> str:
        """Return the value that is chosen; empty when none is."""
        return self._options[self.cursor].value if 0 <= self.cursor < len(self._options) else ""

    @property
    def count(self) -> int:
        """Return how many answers there are."""
        return len(self._options)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return a line for each answer."""
        return len(self._options)

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return the answers around the one that is chosen."""
        top = max(0, min(len(self._options) - height, self.cursor - (height - 1) // 2))
        shown = range(top, min(len(self._options), top + height))
        lines = [self._line(place, width) for place in shown]
        if top + height < len(self._options) and height > 1:
            rest = len(self._options) - top - height + 1
            lines[-1] = (Piece(f"    and {rest} more", Tone.MUTED),)
        return tuple(lines)

    def _line(self, place: int, width: int) -> Cell:
        option, chosen = self._options[place], place == self.cursor
        number = f"{place + 1}" if place < NUMBERED else " "
        tone = Tone.FOCUS if chosen else Tone.PLAIN
        pieces = [Piece("\u25b8 " if chosen else "  ", Tone.FOCUS), Piece(f"{number} ", Tone.MUTED)]
        pieces.append(Piece(option.label, tone))
        if option.more:
            pieces.append(Piece(f"  {option.more}", Tone.MUTED))
        return cut(tuple(pieces), width)

    def watch_cursor(self) -> None:
        """Show what is chosen, and tell."""
        self.redraw()
        self.post_message(self.Chosen(self))

    def action_move(self, by: int) -> None:
        """Choose the next, or the one before."""
        self.cursor = max(0, min(len(self._options) - 1, self.cursor + by))

    def on_key(self, event: events.Key) -> None:
        """Choose by number."""
        if event.character and event.character.isdecimal() and event.character.isascii():
            place = int(event.character) - 1
            if 0 <= place < min(NUMBERED, len(self._options)):
                event.stop()
                self.cursor = place

    def on_click(self, event: events.Click) -> None:
        """Choose by mouse."""
        if 0 <= event.y < len(self._options) and len(self._options) <= self.size.height:
            self.cursor = event.y

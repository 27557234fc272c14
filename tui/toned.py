"""Owns the look of tones in widgets that draw lines of pieces: their style rules, and a line in colour."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.cell import Cell, Tone

_TONES = """
& > .TYPE--muted { color: $text-muted; }
& > .TYPE--strong { text-style: bold; }
& > .TYPE--ok { color: $text-success; }
& > .TYPE--warn { color: $text-warning; text-style: bold; }
& > .TYPE--crit { color: $text-error; text-style: bold; }
& > .TYPE--unknown { color: $text-secondary; text-style: bold; }
& > .TYPE--warn-badge { color: $background; background: $warning; text-style: bold; }
& > .TYPE--crit-badge { color: $background; background: $error; text-style: bold; }
& > .TYPE--unknown-badge { color: $background; background: $secondary; text-style: bold; }
& > .TYPE--rule { color: $foreground 25%; }
& > .TYPE--focus { color: $text-primary; text-style: bold; }
& > .TYPE--band { color: $primary 50%; }
& > .TYPE--course-1 { color: $primary; }
& > .TYPE--course-2 { color: $success; }
& > .TYPE--course-3 { color: $foreground; }
& > .TYPE--course-4 { color: $text-muted; }

&:ansi > .TYPE--muted { text-style: dim; }
&:ansi > .TYPE--rule { color: $foreground; text-style: dim; }
&:ansi > .TYPE--band { text-style: dim; }
&:ansi > .TYPE--warn-badge { color: ansi_black; }
&:ansi > .TYPE--crit-badge { color: ansi_black; }
&:ansi > .TYPE--unknown-badge { color: ansi_black; }
"""


def tone_css(kind: str) -> str:
    """Return the style rules of all tones for a widget whose component classes begin with `kind--`."""
    return _TONES.replace("TYPE", kind)


def tone_parts(kind: str) -> set[str]:
    """Return the component classes that such a widget has."""
    return {f"{kind}--{tone}" for tone in Tone}


class Tones:
    """The styles of a widget's tones, looked up once for each theme."""

    def __init__(self, widget: Widget, kind: str) -> None:
        """Know none yet; the widget's component classes begin with `kind--`."""
        self._widget = widget
        self._kind = kind
        self._styles: dict[Tone, Style] = {}

    def forget(self) -> None:
        """Look them up anew: the theme is another."""
        self._styles.clear()

    def strip(self, line: Cell, width: int) -> Strip:
        """Return a line of `width` cells in its colours, neighbours of one colour merged."""
        segments = [Segment(piece.text, self._style(piece.tone)) for piece in line if piece.text]
        return Strip(segments).simplify().adjust_cell_length(width, self._widget.rich_style)

    def _style(self, tone: Tone) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self._styles[tone] = self._widget.get_component_rich_style(f"{self._kind}--{tone}")
        return style

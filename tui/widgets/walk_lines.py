"""Owns the parts of the walk's screen that only show: guards, output, what is asked, and headings."""

from __future__ import annotations

from checks.units import show
from tui.cell import Cell, Piece, Tone
from tui.lines import Lines, cut, wrap
from tui.walks.guards import Watch, one_line, panel
from tui.walks.words import lines_of
from tui.widgets.titled import titled

NO_WATCH = Watch()
MOST_ASKED = 4
"""Lines that what is asked may take."""


class TitleLine(Lines):
    """The heading of a part; shows whether the keys act on that part."""

    DEFAULT_CSS = "TitleLine { height: 1; }"

    def __init__(self, **names: str) -> None:
        """Show nothing yet."""
        super().__init__(**names)
        self._title = ""
        self._right: Cell = ()
        self._focused = False

    def show(self, name: str, right: Cell = (), *, focused: bool = False) -> None:
        """Show this heading."""
        self._title, self._right, self._focused = name, right, focused
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return the heading."""
        return (titled(self._title, width, self._right, focused=self._focused),)


class GuardPanel(Lines):
    """The guards with what they measure, beside the step."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(id="guards")
        self._watch = NO_WATCH

    def show(self, watch: Watch) -> None:
        """Show how the guards are."""
        self._watch = watch
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return a heading and the guards."""
        return (titled("Guards", width), *panel(self._watch, width))


class GuardLine(Lines):
    """The guards in one line, where there is no room beside the step."""

    DEFAULT_CSS = "GuardLine { height: 1; background: $surface; }"

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(id="guard-line")
        self._watch = NO_WATCH

    def show(self, watch: Watch) -> None:
        """Show how the guards are."""
        self._watch = watch
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return the line."""
        return (one_line(self._watch, width),)


class OutputTail(Lines):
    """The end of what runs now has said; never more than fits."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(id="output")
        self._text = ""
        self._bytes = 0
        self._muted = False

    def show(self, text: str, size: int, *, muted: bool) -> None:
        """Show the end of this text, of which there are `size` bytes; `muted` when nothing runs any more."""
        self._text, self._bytes, self._muted = text, size, muted
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return a heading and the last lines, wrapped."""
        right = (Piece(f" {show(self._bytes, 'B')} ", Tone.MUTED),) if self._bytes else ()
        room = height - 1
        tone = Tone.MUTED if self._muted else Tone.PLAIN
        rows: list[Cell] = []
        for line in reversed(lines_of(self._text[-width * room * 4 :])[-room:] if room > 0 else ()):
            rows[:0] = wrap((Piece(" "), Piece(line, tone)), width, exact=True, hang=1)
            if len(rows) >= room:
                break
        return (titled("Output", width, right), *rows[-room:]) if room > 0 else ()


class AskedBar(Lines):
    """What the walk waits for, above the keys; as high as what it says."""

    DEFAULT_CSS = "AskedBar { height: 1; background: $panel; }"

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(id="asked")
        self._asked: tuple[Cell, ...] = ()

    def show(self, asked: tuple[Cell, ...], width: int, most: int = MOST_ASKED) -> None:
        """Show this; its height changes only when the number of lines does."""
        rows = [row for line in asked for row in wrap(line, max(1, width - 1), hang=2)]
        if len(rows) > most:
            rows = [cut(line, width - 1) for line in asked][:most]
        self._asked = tuple(rows)
        height = max(1, len(rows))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return the lines."""
        return self._asked

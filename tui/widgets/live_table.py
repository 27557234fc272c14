"""Owns the table that every screen uses: rows that change several times a second, without flicker.

It works on Textual's line API and paints by difference: it knows the cells that it painted on each line, and
when it is told new rows it has only those cells painted again that differ. Cells are made for visible lines
only, so ten thousand rows cost as much as fifty. The cursor is on a row's key, not on a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.cell import Cell, Piece, Tone, text_of
from tui.widgets.table_columns import Column, Placed, place, widest
from tui.widgets.table_paint import heading_strip, row_strip, title_strip
from tui.widgets.table_rows import Heading, Line, Row, arrange, matcher

V = TypeVar("V")

WIDE = 100
"""Cells; from here on columns stand two cells apart, below it one."""


class Painted(NamedTuple):
    """What a line shows: whose it is, its cells as placed, and whether the cursor is on it."""

    key: str
    cells: tuple[Cell, ...] = ()
    cursor: bool = False


class LiveTable(ScrollView, Generic[V], can_focus=True):
    """A table of keyed rows with a cursor, sorting and a filter."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "live-table--title",
        "live-table--heading",
        "live-table--sorted",
        "live-table--rule",
        "live-table--cursor",
        *(f"live-table--{tone}" for tone in Tone),
    }
    DEFAULT_CSS = """
    LiveTable {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        color: $foreground;
        background: $background;

        & > .live-table--title { color: $text-muted; }
        & > .live-table--sorted { color: $text-primary; }
        & > .live-table--heading { color: $text-primary; }
        & > .live-table--rule { color: $surface-lighten-2; }
        & > .live-table--cursor { background: $surface; }
        &:focus > .live-table--cursor { background: $primary 30%; }
        & > .live-table--muted { color: $text-muted; }
        & > .live-table--strong { text-style: bold; }
        & > .live-table--ok { color: $text-success; }
        & > .live-table--warn { color: $text-warning; }
        & > .live-table--crit { color: $text-error; }
        & > .live-table--unknown { color: $text-secondary; }
        & > .live-table--warn-badge { color: $background; background: $warning; text-style: bold; }
        & > .live-table--crit-badge { color: $background; background: $error; text-style: bold; }
        & > .live-table--unknown-badge { color: $background; background: $secondary; text-style: bold; }

        &:ansi > .live-table--muted { text-style: dim; }
        &:ansi > .live-table--title { text-style: dim; }
        &:ansi > .live-table--rule { color: $foreground; text-style: dim; }
        &:ansi > .live-table--cursor { text-style: underline; }
        &:ansi:focus > .live-table--cursor { text-style: reverse; }
        &:ansi > .live-table--warn-badge { color: ansi_black; }
        &:ansi > .live-table--crit-badge { color: ansi_black; }
        &:ansi > .live-table--unknown-badge { color: ansi_black; }
        &:nocolor > .live-table--warn-badge { text-style: bold; }
        &:nocolor > .live-table--crit-badge { text-style: bold reverse; }
        &:nocolor > .live-table--unknown-badge { text-style: bold; }
    }
    """
    BINDINGS = [
        Binding("j,down", "move(1)", "Down", id="table.down", show=False, tooltip="One row down"),
        Binding("k,up", "move(-1)", "Up", id="table.up", show=False, tooltip="One row up"),
        Binding(
            "ctrl+d", "page(0.5)", "Half down", id="table.half-down", show=False, tooltip="Half a page down"
        ),
        Binding("ctrl+u", "page(-0.5)", "Half up", id="table.half-up", show=False, tooltip="Half a page up"),
        Binding(
            "pagedown,ctrl+f", "page(1)", "Page down", id="table.page-down", show=False, tooltip="A page down"
        ),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="table.page-up", show=False, tooltip="A page up"),
        Binding("g,home", "edge(False)", "First", id="table.first", show=False, tooltip="To the first row"),
        Binding("G,end", "edge(True)", "Last", id="table.last", show=False, tooltip="To the last row"),
        Binding("enter", "open", "Open", id="table.open", tooltip="Open the row under the cursor"),
        Binding(
            "s", "next_sort", "Sort", id="table.sort", tooltip="Sort by the next column, at last as at first"
        ),
    ]

    cursor: var[str] = var("")
    """Key of the row under the cursor; empty when there is none."""
    query: var[str] = var("")
    """Words that a row must hold to be shown; a word after `!` must not be in it."""
    sort: var[str] = var("")
    """Key of the column to sort by; empty: the order in which the rows are given, with headings."""
    muted: reactive[bool] = reactive(False)
    """True while what is shown is not live: no colour says that something is well or ill."""

    @dataclass
    class Opened(Message):
        """The operator wants to see the row of that key."""

        table: LiveTable[Any]
        key: str

        @property
        def control(self) -> LiveTable[Any]:
            """Return the table, for `@on` with a selector."""
            return self.table

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        table: LiveTable[Any]
        key: str

        @property
        def control(self) -> LiveTable[Any]:
            """Return the table, for `@on` with a selector."""
            return self.table

    def __init__(
        self,
        *columns: Column[V],
        empty: str = "nothing to show",
        search: Callable[[V], str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """Hold the columns; `search` gives the text that a filter looks in, by default all cells."""
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self._empty = empty
        self._search = search
        self._rows: Sequence[Row[V]] = ()
        self._keys: frozenset[str] = frozenset()
        self._lines: list[Line[V]] = []
        self._line_of: dict[str, int] = {}
        self._natural: dict[str, int] = {column.key: column.least for column in columns}
        self._placed: tuple[Placed[V], ...] = ()
        self._painted: dict[int, Painted] = {}
        self._styles: dict[tuple[Tone, bool], Style] = {}
        self.touched = False
        """Whether the operator has moved the cursor: only then is it kept in view."""

    # What is shown

    def show(self, rows: Sequence[Row[V]]) -> None:
        """Show these rows; only what differs from what is on screen is painted."""
        self._rows = rows
        keys = frozenset(row.key for row in rows)
        if keys != self._keys:
            self._keys = keys
            self._measure()
        self._arrange()

    def redraw(self) -> None:
        """Make the visible cells anew, for those that depend on more than their row, such as ages."""
        for y in range(self.size.height):
            self._refresh_line(y)

    @property
    def selected(self) -> Row[V] | None:
        """Return the row under the cursor; None when there is none."""
        index = self._line_of.get(self.cursor)
        line = None if index is None else self._lines[index]
        return line if isinstance(line, Row) else None

    @property
    def row_count(self) -> int:
        """Return how many rows pass the filter."""
        return len(self._line_of)

    def _measure(self) -> None:
        values = [row.value for row in self._rows]
        for column in self._columns:
            if not column.width and not column.flex:
                self._natural[column.key] = widest(column, values)
        self._place()

    def _place(self) -> None:
        width = self.scrollable_content_region.width
        placed = place(self._columns, self._natural, width, 2 if width >= WIDE else 1)
        if placed != self._placed:
            self._placed = placed
            self.refresh()

    def _arrange(self) -> None:
        column = next((column for column in self._columns if column.key == self.sort), None)
        keep = matcher(self.query, self._text)
        before = self._line_of.get(self.cursor, 0)
        was_visible = self._is_visible(before)
        sort = column.sort if column else None
        self._lines = arrange(self._rows, keep, sort, column.right if column else False)
        self._line_of = {line.key: at for at, line in enumerate(self._lines) if isinstance(line, Row)}
        size = Size(self.size.width, 1 + max(1, len(self._lines)))
        if size.height != self.virtual_size.height:
            self.virtual_size = size
            self.refresh(layout=self.styles.height is not None and self.styles.height.is_auto)
        self._keep_cursor(before)
        if self.touched and was_visible:
            self._scroll_to_cursor()
        self.redraw()

    def _text(self, row: Row[V]) -> str:
        if self._search is not None:
            return self._search(row.value)
        return " ".join(text_of(column.cell(row.value)) for column in self._columns)

    # How it is painted

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is visible, and remember what it shows."""
        width = self.size.width
        if y == 0:
            title, chosen = self._style("title"), self._style("sorted")
            return title_strip(self._placed, width, self.sort, title, chosen)
        line = self._line_at(y)
        self._painted[y] = painted = self._painting(line)
        if isinstance(line, Heading):
            return heading_strip(line.text, width, self._style("heading"), self._style("rule"))
        if line is not None:
            return row_strip(self._placed, painted.cells, width, partial(self._look, painted.cursor))
        text = f" {self._empty}" if y == 1 and not self._lines else ""
        return Strip([Segment(text, self._style(Tone.MUTED))]).adjust_cell_length(
            width, self._style(Tone.PLAIN)
        )

    def _line_at(self, y: int) -> Line[V] | None:
        index = y - 1 + self.scroll_offset.y
        return self._lines[index] if index < len(self._lines) else None

    def _painting(self, line: Line[V] | None) -> Painted:
        """Return what the line should show now."""
        if line is None:
            return Painted("", ((Piece(self._empty),),) if not self._lines else ())
        if isinstance(line, Heading):
            return Painted("", ((Piece(line.text),),))
        cells = tuple(placed.column.cell(line.value) for placed in self._placed)
        return Painted(line.key, cells, line.key == self.cursor)

    def _refresh_line(self, y: int) -> None:
        """Have painted again what differs on line `y`: nothing, some cells, or all of it."""
        shown = self._painted.get(y)
        wanted = self._painting(self._line_at(y))
        if shown == wanted:
            return
        same_row = shown is not None and wanted.key and wanted[::2] == shown[::2]
        if not same_row or shown is None or len(shown.cells) != len(self._placed):
            self.refresh(Region(0, y, self.size.width, 1))
            return
        for placed, before, after in zip(self._placed, shown.cells, wanted.cells, strict=True):
            if before != after:
                self.refresh(Region(placed.x, y, placed.width, 1))

    def _look(self, cursor: bool, tone: Tone) -> Style:
        known = self._styles.get((tone, cursor))
        if known is not None:
            return known
        style = self._style(Tone.MUTED if self.muted else tone)
        if cursor and (self.muted or not tone.is_badge):
            under = self._style("cursor")
            style += Style(bgcolor=under.bgcolor, reverse=under.reverse, underline=under.underline)
        self._styles[tone, cursor] = style
        return style

    def _style(self, name: str) -> Style:
        return self.get_visual_style(f"live-table--{name}").rich_style

    def notify_style_update(self) -> None:
        """Forget the styles: another theme, or the focus came or went."""
        self._styles.clear()
        super().notify_style_update()

    def watch_muted(self) -> None:
        """Paint all in other tones."""
        self._styles.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Share the new width among the columns."""
        self._painted.clear()
        self._place()
        if self.touched:
            self._scroll_to_cursor()

    # Where the cursor is

    def watch_cursor(self, before: str, after: str) -> None:
        """Paint the two lines that the cursor left and came to."""
        for key in (before, after):
            if key in self._line_of:
                self._refresh_line(self._line_of[key] + 1 - self.scroll_offset.y)
        self.post_message(self.Moved(self, after))

    def watch_query(self) -> None:
        """Show only what passes."""
        self._arrange()

    def watch_sort(self) -> None:
        """Show the rows in the new order, from the top."""
        self.refresh(Region(0, 0, self.size.width, 1))
        self.touched = True
        self._arrange()

    def _keep_cursor(self, before: int) -> None:
        """Leave the cursor on its row; when that is gone, put it on the row that took its place."""
        if not self.touched and self._line_of:
            self.cursor = next(iter(self._line_of))
        elif self.cursor not in self._line_of:
            self.cursor = self._row_near(before)

    def _row_near(self, index: int) -> str:
        """Return the key of the first row at or after that line, else of the last one before it."""
        after = [line for line in self._lines[index:] if isinstance(line, Row)]
        if after:
            return after[0].key
        return next(reversed(self._line_of), "")

    def _is_visible(self, index: int) -> bool:
        return 0 <= index - self.scroll_offset.y < max(1, self.size.height - 1)

    def _scroll_to_cursor(self) -> None:
        index = self._line_of.get(self.cursor)
        if index is None or self._is_visible(index):
            return
        top = self.scroll_offset.y
        page = max(1, self.size.height - 1)
        if index < top:
            top = index - 1 if index and isinstance(self._lines[index - 1], Heading) else index
        else:
            top = index - page + 1
        self.scroll_to(y=top, animate=False, immediate=True)

    def _move_to(self, place: int) -> None:
        """Put the cursor on the row that is the `place`-th of those shown, or the nearest there is."""
        keys = list(self._line_of)
        if keys:
            self.touched = True
            self.cursor = keys[max(0, min(len(keys) - 1, place))]
            self._scroll_to_cursor()

    def _place_of_cursor(self) -> int:
        return next((at for at, key in enumerate(self._line_of) if key == self.cursor), 0)

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self._move_to(self._place_of_cursor() + rows)

    def action_page(self, pages: float) -> None:
        """Move the cursor by a part of what is visible."""
        self._move_to(self._place_of_cursor() + round((self.size.height - 1) * pages))

    def action_edge(self, last: bool) -> None:
        """Move the cursor to the first or the last row."""
        self._move_to(len(self._line_of) if last else 0)
        if not last:
            self.scroll_to(y=0, animate=False, immediate=True)

    def action_open(self) -> None:
        """Say that the row under the cursor is to be opened."""
        if self.cursor in self._line_of:
            self.post_message(self.Opened(self, self.cursor))

    def action_next_sort(self) -> None:
        """Sort by the next of the columns that can be sorted by; after the last, as given."""
        ring = ["", *(placed.column.key for placed in self._placed if placed.column.sort)]
        self.sort = ring[(ring.index(self.sort) + 1) % len(ring)] if self.sort in ring else ""

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens. A title sorts."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if offset.y == 0:
            self._sort_at(offset.x)
            return
        line = self._line_at(offset.y)
        if not isinstance(line, Row):
            return
        self.touched = True
        if line.key == self.cursor and event.chain > 1:
            self.action_open()
        self.cursor = line.key

    def _sort_at(self, x: int) -> None:
        for placed in self._placed:
            if placed.column.sort and placed.x <= x < placed.x + placed.width:
                self.sort = "" if self.sort == placed.column.key else placed.column.key

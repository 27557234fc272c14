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
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.cell import Cell, Tone, text_of
from tui.widgets.table_columns import Column, Placed, place, widest
from tui.widgets.table_keys import KEYS
from tui.widgets.table_look import CSS, PARTS, Looks
from tui.widgets.table_paint import heading_strip, row_strip, title_strip
from tui.widgets.table_rows import Arrangement, Heading, Line, Row, arrange, matcher

V = TypeVar("V")

WIDE = 100
"""Cells; from here on columns stand two cells apart, below it one."""


class Painted(NamedTuple):
    """What a line shows: whose it is, its cells as placed or its text, and whether the cursor is on it."""

    key: str
    cells: tuple[Cell, ...] = ()
    text: str = ""
    cursor: bool = False


@dataclass
class RowMessage(Message):
    """Something about one row of a table."""

    table: LiveTable[Any]
    key: str

    @property
    def control(self) -> LiveTable[Any]:
        """Return the table, so that `@on` can select by it."""
        return self.table


class LiveTable(ScrollView, Generic[V], can_focus=True):
    """A table of keyed rows with a cursor, sorting and a filter."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {f"live-table--{part}" for part in PARTS}
    DEFAULT_CSS = CSS
    BINDINGS = [*KEYS]

    cursor: var[str] = var("")
    """Key of the row under the cursor; empty when there is none."""
    query_text: var[str] = var("")
    """Words that a row must hold to be shown; a word after `!` must not be in it."""
    sort: var[str] = var("")
    """Key of the column to sort by; empty: the order in which the rows are given, with headings."""
    empty: reactive[str] = reactive("nothing to show")
    """What is said when there are no rows."""
    muted: reactive[bool] = reactive(False)
    """True while what is shown is not live: no colour says that something is well or ill."""

    @dataclass
    class Opened(RowMessage):
        """The operator wants to see the row of that key."""

    @dataclass
    class Chosen(RowMessage):
        """The operator has put the cursor on the row of that key."""

    def __init__(
        self,
        *columns: Column[V],
        search: Callable[[V], str] | None = None,
        opens: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """Hold the columns; `search` gives the text that a filter looks in, by default all cells.

        `opens` says whether a row can be opened: where it cannot, the key for it is left out.
        """
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self._search = search
        self._opens = opens
        self._rows: Sequence[Row[V]] = ()
        self._keys: frozenset[str] = frozenset()
        self._shown: Arrangement[V] = Arrangement()
        self._natural: dict[str, int] = {column.key: column.least for column in columns}
        self._placed: tuple[Placed[V], ...] = ()
        self._painted: dict[int, Painted] = {}
        self._looks = Looks(self._part_style)
        self._touched = False
        """Whether the operator has moved the cursor: until then it stays on the first row."""

    # What is shown

    def show(self, rows: Sequence[Row[V]]) -> None:
        """Show these rows; only what differs from what is on screen is painted."""
        self._rows = rows
        keys = frozenset(row.key for row in rows)
        if keys != self._keys:
            self._keys = keys
            self._measure()
        self._arrange()

    @property
    def selected(self) -> Row[V] | None:
        """Return the row under the cursor; None when there is none."""
        return self._shown.row(self.cursor)

    @property
    def row_count(self) -> int:
        """Return how many rows pass the filter."""
        return len(self._shown.keys)

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
            self.refresh_bindings()

    def _arrange(self) -> None:
        column = next((column for column in self._columns if column.key == self.sort), None)
        before = self._shown.line_of.get(self.cursor, 0)
        followed = self._touched and self._is_visible(before)
        keep = matcher(self.query_text, self._text)
        sort, descending = (column.sort, column.right) if column else (None, False)
        had = min(2, len(self._shown.keys))
        self._shown = arrange(self._rows, keep, sort, descending)
        if had != min(2, len(self._shown.keys)):  # see check_action
            self.refresh_bindings()
        self._grow()
        self._keep_cursor(before)
        if followed:
            self._scroll_to_cursor()
        for y in range(1, self.size.height):
            self._refresh_line(y)

    def _grow(self) -> None:
        size = Size(self.size.width, 1 + max(1, len(self._shown.lines)))
        if size.height != self.virtual_size.height:
            self.virtual_size = size
            height = self.styles.height
            self.refresh(layout=height is not None and height.is_auto)

    def _text(self, row: Row[V]) -> str:
        if self._search is not None:
            return self._search(row.value)
        return " ".join(text_of(column.cell(row.value)) for column in self._columns)

    # How it is painted

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is visible, and remember what it shows."""
        width, part = self.size.width, self._looks.part
        if y == 0:
            return title_strip(self._placed, width, self.sort, part("title"), part("sorted"))
        line = self._line_at(y)
        self._painted[y] = painted = self._painting(line)
        if isinstance(line, Heading):
            return heading_strip(line.text, width, part("heading"), part("rule-line"))
        if line is not None:
            look = partial(self._looks.tone, cursor=painted.cursor, muted=self.muted)
            return row_strip(self._placed, painted.cells, width, look)
        text = f" {self.empty}" if y == 1 and not self._shown.lines else ""
        return Strip([Segment(text, part(Tone.MUTED))]).adjust_cell_length(width, part(Tone.PLAIN))

    def _line_at(self, y: int) -> Line[V] | None:
        return self._shown.at(y - 1 + self.scroll_offset.y)

    def _painting(self, line: Line[V] | None) -> Painted:
        """Return what the line should show now."""
        if line is None:
            return Painted("", text="" if self._shown.lines else self.empty)
        if isinstance(line, Heading):
            return Painted("", text=line.text)
        cells = tuple(placed.column.cell(line.value) for placed in self._placed)
        return Painted(line.key, cells, cursor=line.key == self.cursor)

    def _refresh_line(self, y: int) -> None:
        """Have painted again what differs on line `y`: nothing, some cells, or all of it."""
        shown, wanted = self._painted.get(y), self._painting(self._line_at(y))
        if shown == wanted:
            return
        if shown is None or (shown.key, shown.cursor) != (wanted.key, wanted.cursor) or not wanted.key:
            self.refresh(Region(0, y, self.size.width, 1))
            return
        for placed, before, after in zip(self._placed, shown.cells, wanted.cells, strict=False):
            if before != after:
                self.refresh(Region(placed.x, y, placed.width, 1))

    def _part_style(self, name: str) -> Style:
        return self.get_visual_style(f"live-table--{name}").rich_style

    def notify_style_update(self) -> None:
        """Forget the styles: another theme, or the focus came or went."""
        self._looks.forget()
        super().notify_style_update()

    def on_resize(self, event: events.Resize) -> None:
        """Share the new width among the columns."""
        self._painted.clear()
        self._place()
        if self._touched:
            self._scroll_to_cursor()

    # Where the cursor is

    def watch_cursor(self, before: str, after: str) -> None:
        """Paint the two lines that the cursor left and came to."""
        for key in (before, after):
            index = self._shown.line_of.get(key, -1)
            if self._is_visible(index):
                self._refresh_line(index + 1 - self.scroll_offset.y)

    def watch_query_text(self) -> None:
        """Show only what passes."""
        self._arrange()

    def watch_sort(self) -> None:
        """Show the rows in the new order."""
        self.refresh(Region(0, 0, self.size.width, 1))
        self._arrange()

    def _keep_cursor(self, before: int) -> None:
        """Leave the cursor on its row; when that is gone, put it on the row that took its place."""
        if not self._touched:
            self.cursor = self._shown.near(0)
        elif self.cursor not in self._shown.line_of:
            self.cursor = self._shown.near(before)

    def choose(self, key: str) -> None:
        """Put the cursor on the row of this key, as somebody's keys do: from now on it stays with its row."""
        self._touched = True
        if key and key != self.cursor:
            self.cursor = key
            self.post_message(self.Chosen(self, key))
        self._scroll_to_cursor()

    def _is_visible(self, index: int) -> bool:
        return 0 <= index - self.scroll_offset.y < max(1, self.size.height - 1)

    def _scroll_to_cursor(self) -> None:
        index = self._shown.line_of.get(self.cursor, -1)
        if index < 0 or self._is_visible(index):
            return
        top = index - max(1, self.size.height - 1) + 1
        if index < self.scroll_offset.y:
            top = index - isinstance(self._shown.at(index - 1), Heading)
        self.scroll_to(y=top, animate=False, immediate=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out the keys that do nothing: no row is there, none opens, or nothing can be sorted."""
        if action == "open":
            return self._opens and bool(self._shown.keys)
        if action == "next_sort":
            return len(self._shown.keys) > 1 and any(placed.column.sort for placed in self._placed)
        return True

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.choose(self._shown.stepped(self.cursor, rows))

    def action_page(self, pages: float) -> None:
        """Move the cursor by a part of what is visible."""
        self.choose(self._shown.stepped(self.cursor, round((self.size.height - 1) * pages)))

    def action_edge(self, last: bool) -> None:
        """Move the cursor to the first or the last row."""
        self.choose(self._shown.stepped("", self.row_count if last else 0))
        if not last:
            self.scroll_to(y=0, animate=False, immediate=True)

    def action_open(self) -> None:
        """Say that the row under the cursor is to be opened."""
        if self.selected is not None:
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
        line = self._line_at(offset.y) if offset.y else None
        if offset.y == 0:
            self._sort_at(offset.x)
        elif isinstance(line, Row):
            self.choose(line.key)
            if event.chain > 1:
                self.action_open()

    def _sort_at(self, x: int) -> None:
        for placed in self._placed:
            if placed.column.sort and placed.x <= x < placed.x + placed.width:
                self.sort = "" if self.sort == placed.column.key else placed.column.key

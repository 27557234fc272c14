"""Owns what all screens with one table do alike: they show rows, filter them, and ask the agent for them.

A screen says what its columns and rows are, what Enter opens, and what its own keys do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from textual import events, on
from textual.binding import Binding

from checks.moments import brief, zone_of
from tui.cell import Cell, Tone, cell
from tui.messages import Question
from tui.screen import ConsoleScreen
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row

V = TypeVar("V")

WAITING = "waiting for the agent"
FILTER = Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words")
CLEAR = Binding("escape", "clear", "Clear", id="table.clear", show=False, tooltip="Clear filter and sorting")


class TableScreen(ConsoleScreen, Generic[V]):
    """A screen with one table and a filter bar, which it composes. A `V` is what stands in a row."""

    NONE_FITS = ""
    """What is said when no row passes the filter."""

    @property
    def table(self) -> LiveTable[V]:
        """Return the table."""
        return self.query_one(LiveTable)

    @property
    def chosen(self) -> V | None:
        """Return what is under the cursor; None when there is no row."""
        row = self.table.selected
        return row.value if row is not None else None

    def rows(self) -> Sequence[Row[V]]:
        """Return the rows as they are now."""
        raise NotImplementedError

    def nothing(self) -> str:
        """Return what is said when there is no row to filter."""
        return WAITING

    def draw(self) -> None:
        """Show the rows as they are now."""
        table, rows = self.table, self.rows()
        table.muted = bool(self.detached)
        table.empty = self.NONE_FITS if rows else self.nothing()
        table.show(rows)

    def moments(self, key: str, title: str, at: Callable[[V], float]) -> Column[V]:
        """Return the column of a moment, in the time of the system; rows can be sorted by it."""

        def shown(value: V) -> Cell:
            return cell(brief(at(value), self.now, zone_of(self.system.timezone)), Tone.MUTED)

        return Column(key, title, shown, width=12, right=True, sort=at)

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self.table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self.table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_clear(self) -> None:
        """Show all rows again, in their own order."""
        self.query_one(FilterBar).action_clear()
        self.table.sort = ""

    def action_back(self) -> None:
        """Show all rows again; when all are shown, go back."""
        if self.table.query_text:
            self.query_one(FilterBar).action_clear()
        else:
            self.dismiss()


class AskedTableScreen(TableScreen[V]):
    """A table of what the agent is asked for.

    It is asked once whenever one comes here, once an agent answers again, and whenever the basis has moved.
    """

    NONE = ""
    """What is said when the agent has answered, and there is no row."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self._asked: object = None
        """What the answer rested on when it was last asked for; None: it is to be asked for."""
        self._known = False
        self._problem = ""

    def question(self) -> Question:
        """Return what the agent is asked."""
        raise NotImplementedError

    def basis(self) -> object:
        """Return what the answer rests on, as far as is known here; when that differs, it is asked anew."""
        return ()

    def answered(self, problem: str) -> bool:
        """Take note that the agent has answered; return whether with what it was asked for."""
        self._problem = problem
        self._known = self._known or not problem
        self.ask_draw()
        return not problem

    def nothing(self) -> str:
        """Return why there is no row."""
        return said(self._problem) or (self.NONE if self._known else WAITING)

    def draw(self) -> None:
        """Ask if it is time to, and show what has come."""
        basis = self.basis()
        if basis != self._asked and not self.detached and self.snapshot.at:
            self._asked = basis
            self.post_message(self.question())
        super().draw()

    def ask_anew(self) -> None:
        """Have the agent asked when this is drawn next."""
        self._asked = None

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self.ask_anew()

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self.ask_anew()
        super().watch_detached()

    def action_reload(self) -> None:
        """Ask anew now."""
        self.ask_anew()
        self.ask_draw()

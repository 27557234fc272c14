"""Owns the screen of checklists: what is open, what opens by itself, what can be opened, and what was."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tui.cell import Cell, Tone
from tui.checklist_messages import NO_LISTS, ListsArrived, ListsRequested
from tui.checklists import overview
from tui.checklists.overview import ListLine
from tui.dialogs.checklist import OpenListDialog
from tui.dialogs.text import TextDialog
from tui.format import zone
from tui.messages import DetailOpened
from tui.paragraph import prose
from tui.screen import ConsoleScreen
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column


class ChecklistsScreen(ConsoleScreen):
    """All checklists of the system."""

    NAME = "checklists"
    TITLE = "Checklists"
    HELP = """\
Lists that are open stand on top: enter goes into one. Those beneath open by themselves, with a window or a
while before it; enter opens one now, as it does with lists that belong to no window. Past ones can be looked
at: every item with who ticked it, when, and on what evidence.

Items are ticked by what checks see and by what is written down, or by a person, never by wishing."""
    DEFAULT_CSS = """
    ChecklistsScreen #trouble {
        display: none;
        height: auto;
        max-height: 3;
        background: $surface;
        &.-shown { display: block; }
    }
    """
    CHANGES = frozenset({"open_list"})
    BINDINGS = [
        Binding("r", "reload", "Reload", id="checklists.reload", tooltip="Ask the agent for the lists again"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "clear", "Clear", id="table.clear", show=False, tooltip="Clear filter and sorting"),
    ]

    def __init__(self) -> None:
        """Know of no list yet."""
        super().__init__()
        self._lists = NO_LISTS
        self._problem = ""
        self._known = False
        self._open: tuple[str, ...] = ()
        """Ids of the lists that were open when they were asked for."""

    def compose_body(self) -> ComposeResult:
        yield Static(id="trouble", markup=False)
        yield LiveTable[ListLine](
            Column("title", "CHECKLIST", overview.title, flex=1, least=26),
            Column("stands", "STANDS", overview.stands, most=22, least=12),
            Column("window", "WINDOW", overview.window, most=16, drop=2),
            Column("when", "WHEN", self._when, width=12, right=True, drop=1),
            Column("by", "BY", overview.by, most=12, drop=3),
            search=overview.searched,
            id="checklists",
        )
        yield FilterBar()

    def draw(self) -> None:
        """Show the lists as they stand."""
        going = tuple(each.id for each in self.checklists.open)
        if going != self._open or not self._known:
            self._open = going
            self._ask()
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        table.show(overview.rows(self._lists, self.checklists))
        trouble = said(self._problem or self.checklists.trouble or self._lists.trouble)
        note = self.query_one("#trouble", Static)
        note.set_class(bool(trouble), "-shown")
        if trouble:
            badge = Content.styled(" NOTHING CAN BE WRITTEN ", "$background on $warning bold")
            note.update(badge + Content(f" {trouble}"))

    def _ask(self) -> None:
        if not self.detached and self.snapshot.at:
            self._known = True
            self.post_message(ListsRequested(self))

    def _empty(self) -> str:
        if self._table.query_text:
            return "no list fits the filter"
        return "this system has no checklists" if self._known else "waiting for the agent"

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#checklists", LiveTable)

    def _when(self, line: ListLine) -> Cell:
        return overview.when(line, self.now, zone(self.system.timezone))

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._known = False

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._known = False
        super().watch_detached()

    def on_lists_arrived(self, answer: ListsArrived) -> None:
        """Show the lists."""
        self._problem = answer.problem
        if not answer.problem:
            self._lists = answer.lists
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        line: ListLine | None = event.table.selected.value if event.table.selected else None
        if line is None:
            return
        if line.opened is not None or line.past is not None:
            self.post_message(DetailOpened("checklist", (event.key.removeprefix("list "),)))
        elif line.plan is not None:
            if not self.detached and not self.only_looks():
                self.action_open_list(OpenListDialog(line.plan))
        elif line.broken is not None:
            problems = tuple(prose(said(problem), Tone.WARN) for problem in line.broken.problems)
            self.app.push_screen(TextDialog(line.broken.file, problems))

    def action_open_list(self, dialog: OpenListDialog) -> None:
        """Ask why a list is opened, and show it."""

        def opened(result: str | None) -> None:
            if result:
                self.post_message(DetailOpened("checklist", (result,)))

        self.app.push_screen(dialog, opened)

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_clear(self) -> None:
        """Show all again."""
        self.query_one(FilterBar).action_clear()
        self._table.sort = ""

    def action_reload(self) -> None:
        """Ask for the lists again."""
        self._known = False
        self.ask_draw()

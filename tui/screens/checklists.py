"""Owns the screen of checklists: what is open, what opens by itself, what can be opened, and what was."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import zone_of
from tui.cell import Cell, Tone
from tui.checklist_messages import NO_LISTS, ListsArrived, ListsRequested
from tui.checklists import overview
from tui.checklists.overview import ListLine
from tui.dialogs.checklist import OpenListDialog
from tui.dialogs.text import TextDialog
from tui.messages import DetailOpened
from tui.paragraph import prose
from tui.table_screen import CLEAR, FILTER, AskedTableScreen
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row
from tui.widgets.trouble_bar import TroubleBar


class ChecklistsScreen(AskedTableScreen[ListLine]):
    """All checklists of the system."""

    NAME = "checklists"
    TITLE = "Checklists"
    HELP = """\
Lists that are open stand on top: enter goes into one. Those beneath open by themselves, with a window or a
while before it; enter opens one now, as it does with lists that belong to no window. Past ones can be looked
at: every item with who ticked it, when, and on what evidence.

Items are ticked by what checks see and by what is written down, or by a person, never by wishing."""
    NONE_FITS = "no list fits the filter"
    NONE = "this system has no checklists"
    CHANGES = frozenset({"open_list"})
    BINDINGS = [
        Binding("r", "reload", "Reload", id="checklists.reload", tooltip="Ask the agent for the lists again"),
        FILTER,
        CLEAR,
    ]

    def __init__(self) -> None:
        """Know of no list yet."""
        super().__init__()
        self._lists = NO_LISTS

    def compose_body(self) -> ComposeResult:
        yield TroubleBar("NOTHING CAN BE WRITTEN")
        yield LiveTable[ListLine](
            Column("title", "CHECKLIST", overview.title, flex=1, least=26),
            Column("stands", "STANDS", overview.stands, most=22, least=12),
            Column("window", "WINDOW", overview.window, most=16, drop=2),
            Column("when", "WHEN", self._moment, width=12, right=True, drop=1),
            Column("by", "BY", overview.by, most=12, drop=3),
            search=overview.searched,
            id="checklists",
        )
        yield FilterBar()

    def question(self) -> ListsRequested:
        """Return the wish for the lists."""
        return ListsRequested(self)

    def basis(self) -> tuple[str, ...]:
        """Return the ids of the lists that are open."""
        return tuple(each.id for each in self.checklists.open)

    def rows(self) -> list[Row[ListLine]]:
        """Return the lists as they stand."""
        return overview.rows(self._lists, self.checklists)

    def draw(self) -> None:
        """Show the lists, and why nothing can be written."""
        super().draw()
        trouble = self._problem or self.checklists.trouble or self._lists.trouble
        self.query_one(TroubleBar).show(said(trouble))

    def _moment(self, line: ListLine) -> Cell:
        return overview.when(line, self.now, zone_of(self.system.timezone))

    def on_lists_arrived(self, answer: ListsArrived) -> None:
        """Show the lists."""
        if self.answered(answer.problem):
            self._lists = answer.lists

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        line = self.chosen
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

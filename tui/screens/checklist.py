"""Owns the screen of one checklist: its items by phase, and beside them all of the one under the cursor."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container

from checks.moments import zone_of
from runbooks.checklists import ruling
from runbooks.checklists.state import ListState, Mark
from tui.cell import Cell, Piece, Tone
from tui.checklist_messages import NO_LIST, ListArrived, ListRequested
from tui.checklists import items
from tui.checklists.items import ItemLine, View
from tui.dialogs import checklist_word as words
from tui.dialogs.checklist import TickDialog
from tui.list_dialog import ListDialog
from tui.paragraph import prose
from tui.screen import ConsoleScreen
from tui.walks.words import said
from tui.widgets.live_table import LiveTable
from tui.widgets.page import Page
from tui.widgets.table_columns import Column
from tui.widgets.walk_lines import AskedBar


class ChecklistScreen(ConsoleScreen):
    """One checklist, open or closed."""

    DETAIL = "checklist"
    TITLE = "A checklist"
    STAYS = True
    HELP = """\
The items of a list by phase. A mark says how each stands: ticked, open, n/a, or lost, which is open again
after it had been ticked. Beside it stands who ticked it and when, or what keeps it from being ticked: the
level of the check and how old that is.

Space ticks an item that is yours to tick; where there is evidence, it is shown first, and exactly what was
shown is written down. What follows checks or the journal is ticked by itself and by nobody's word. An item
that is not finished keeps the next phase from beginning; advisory ones do not. tab goes to the text."""
    CSS_PATH = "checklist.tcss"
    CHANGES = frozenset({"tick", "leave_out", "untick", "note", "next_phase", "close_list"})
    BINDINGS = [
        Binding(
            "space", "tick", "Tick", id="checklist.tick", tooltip="Tick the item; evidence is shown first"
        ),
        Binding(
            "a", "leave_out", "n/a", id="checklist.leave-out", tooltip="Say that the item does not apply"
        ),
        Binding("u", "untick", "Untick", id="checklist.untick", tooltip="Open the item again"),
        Binding("n", "note", "Note", id="checklist.note", tooltip="Write something down beside the item"),
        Binding("p", "next_phase", "Phase", id="checklist.phase", tooltip="Begin the next phase"),
        Binding("C", "close_list", "Close", id="checklist.close", tooltip="Close the list, or give it up"),
        Binding("escape", "back", "Back", id="checklist.back", tooltip="Back to where you came from"),
    ]

    def __init__(self, name: str) -> None:
        """Show the list of that id."""
        super().__init__()
        self._list = name
        self._past: ListState = NO_LIST
        """As it was told when it was asked for."""
        self._problem = ""
        self._asked = False
        self._dialog: ListDialog | None = None

    def compose_body(self) -> ComposeResult:
        yield AskedBar()
        with Container(id="list"):
            yield LiveTable[ItemLine](
                Column("mark", "", items.mark, width=2),
                Column("item", "ITEM", items.title, flex=3, least=24),
                Column("stands", "STANDS", items.stands, flex=2, least=22),
                search=items.searched,
                id="items",
            )
            yield Page(id="told")

    @property
    def state(self) -> ListState:
        """Return how the list stands, as far as that is known here."""
        going = (each for each in self.checklists.open if each.id == self._list)
        return next(going, self._past)

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#items", LiveTable)

    @property
    def _line(self) -> ItemLine | None:
        return self._table.selected.value if self.is_mounted and self._table.selected else None

    def draw(self) -> None:
        """Show the list as it stands."""
        state = self.state
        is_open = any(each.id == self._list for each in self.checklists.open)
        if is_open:
            self._past, self._asked = state, False
        elif not self._asked and not self.detached and not state.over:
            self._asked = True
            self.post_message(ListRequested(self, self._list))
        if not state.id:
            self.query_one("#told", Page).show((prose(said(self._problem) or "waiting for the agent"),))
            return
        self._follow_dialog(state)
        waits = self.checklists.waits.get(self._list, {})
        view = View(state, self.snapshot, self.system, waits, self.now, zone_of(self.system.timezone))
        self._table.muted = bool(self.detached)
        self._table.show(items.rows(view))
        self._draw_bar(view)
        self._tell()

    def _draw_bar(self, view: View) -> None:
        lines: tuple[Cell, ...] = items.head(view)
        if self.detached:
            lines = (lines[0], (Piece(" NO AGENT ", Tone.CRIT_BADGE), Piece(" nothing is ticked meanwhile")))
        self.query_one(AskedBar).show(lines, self.size.width, most=3)

    def _tell(self) -> None:
        line = self._line
        if line is not None:
            self.query_one("#told", Page).show(items.told(line))

    def on_list_arrived(self, answer: ListArrived) -> None:
        """Show the list."""
        self._problem = answer.problem
        if not answer.problem:
            self._past = answer.state
        self.ask_draw()

    @on(LiveTable.Chosen)
    def _chosen(self) -> None:
        self.query_one("#told", Page).begin()
        self._tell()
        self.refresh_bindings()

    @on(LiveTable.Opened)
    def _entered(self) -> None:
        self.action_tick()

    # What is decided

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys that lead nowhere."""
        if action not in self.CHANGES:
            return True
        state, line = self.state, self._line
        if not state.id or state.over or self.detached:
            return False
        if action == "next_phase":
            return state.next_phase is not None
        if action == "close_list":
            return True
        if line is None:
            return False
        if action == "untick":
            return line.in_phase and line.stands.settled and not _follows(line)
        if action == "leave_out":
            return line.in_phase and line.stands.mark is not Mark.LEFT_OUT
        return True

    def action_tick(self) -> None:
        """Ask whether the item is done, or say why it is not for anybody to tick."""
        line, state = self._line, self.state
        if line is None or state.over:
            return
        if why := ruling.why_not(state, line.item.id):
            self.notify(said(why), severity="warning", markup=False)
        elif not self.detached and not self.only_looks():
            self._ask(TickDialog(state, line.item, zone_of(self.system.timezone)))

    def action_leave_out(self) -> None:
        """Ask why the item does not apply."""
        if (line := self._line) is not None:
            self._ask(words.leave_out(self.state, line.item))

    def action_untick(self) -> None:
        """Ask why the item is open again."""
        if (line := self._line) is not None:
            self._ask(words.untick(self.state, line.item))

    def action_note(self) -> None:
        """Ask what is to be written down."""
        if (line := self._line) is not None:
            self._ask(words.note(self.state, line.item))

    def action_next_phase(self) -> None:
        """Ask whether the next phase begins, or say what keeps it."""
        if why := ruling.blocked(self.state):
            self.notify(said(why), severity="warning", markup=False)
        else:
            self._ask(words.next_phase(self.state))

    def action_close_list(self) -> None:
        """Ask whether the list is closed."""
        self._ask(words.close(self.state))

    def _ask(self, dialog: ListDialog) -> None:
        self._dialog = dialog
        self.app.push_screen(dialog)

    def _follow_dialog(self, state: ListState) -> None:
        """Let the dialog above know how the list stands."""
        if self._dialog is not None and self._dialog.is_current and self._dialog.is_mounted:
            self._dialog.follow(state)

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()


def _follows(line: ItemLine) -> bool:
    """Return whether an item is ticked by itself and so cannot be unticked by a word."""
    return line.item.by_itself and line.stands.mark is Mark.DONE

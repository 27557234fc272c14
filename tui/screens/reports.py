"""Owns the screen of the reports that are kept, newest first, and of those to come."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from checks.units import show
from runbooks.kept_reports import KeptReport
from tui.cell import Cell, Piece, Tone, cell
from tui.dialogs.new_report import NewReportDialog
from tui.format import moment, zone
from tui.messages import CopyRequested, DetailOpened
from tui.report_messages import Coming, ReportsArrived, ReportsRequested
from tui.screen import ConsoleScreen
from tui.walks.words import DOT, said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row


class ReportsScreen(ConsoleScreen):
    """All reports of the system."""

    DETAIL = "reports"
    TITLE = "Reports"
    HELP = """\
The reports that the agent has made and kept, newest first: those that are due again and again, one for each
window once it has closed, and those that somebody wanted. Enter reads one; n makes one now; y copies where
its files lie, which are Markdown, HTML, JSON, CSV, plain text and the text for a change ticket.

The line at the bottom says which report comes next. They are set up under reports: in the files of the
system. The command line has them as well: walkdown report daily, walkdown report list."""
    DEFAULT_CSS = """
    ReportsScreen #coming { height: 1; color: $text-muted; background: $surface; text-wrap: nowrap; }
    """
    CHANGES = frozenset({"new"})
    BINDINGS = [
        Binding("n", "new", "New", id="reports.new", tooltip="Have a report made now, and kept"),
        Binding("y", "copy", "Copy path", id="reports.copy", tooltip="Copy where the files of it lie"),
        Binding("r", "reload", "Reload", id="reports.reload", tooltip="Ask the agent for the reports again"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "back", "Back", id="reports.back", tooltip="Back to where you came from"),
    ]

    def __init__(self) -> None:
        """Know of no report yet."""
        super().__init__()
        self._kept: tuple[KeptReport, ...] = ()
        self._coming: tuple[Coming, ...] = ()
        self._folder = ""
        self._problem = ""
        self._asked = self._known = False

    def compose_body(self) -> ComposeResult:
        yield LiveTable[KeptReport](
            Column("made", "MADE", self._when, width=12, sort=lambda kept: kept.made_at, right=True),
            Column("name", "REPORT", _name, flex=1, least=16, sort=lambda kept: kept.name),
            Column("formats", "AS", _formats, most=34, drop=1),
            Column("size", "SIZE", _size, width=10, right=True, drop=2),
            search=lambda kept: f"{kept.name} {kept.file}",
            id="reports",
        )
        yield FilterBar()
        yield Static(id="coming", markup=False)

    def draw(self) -> None:
        """Show the reports."""
        if not self._asked and not self.detached and self.snapshot.at:
            self._asked = True
            self.post_message(ReportsRequested(self))
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        table.show([Row(kept.file, kept) for kept in self._kept])
        self.query_one("#coming", Static).update(Content(f" {self._next()}"))

    def _empty(self) -> str:
        if self._table.query_text:
            return "no report fits the filter"
        if self._problem:
            return said(self._problem)
        return "no report is kept yet; n makes one" if self._known else "waiting for the agent"

    def _next(self) -> str:
        where = zone(self.system.timezone)
        timed = sorted((one for one in self._coming if one.next_at), key=lambda one: one.next_at)
        told = [f"{said(one.name)} {moment(one.next_at, self.now, where)}" for one in timed]
        return f"next: {DOT.join(told)}" if told else "no report is made by itself, but for windows"

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#reports", LiveTable)

    def _when(self, kept: KeptReport) -> Cell:
        return cell(moment(kept.made_at, self.now, zone(self.system.timezone)), Tone.MUTED)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._asked = False
        super().on_screen_resume(event)

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._asked = False
        super().watch_detached()

    def on_reports_arrived(self, answer: ReportsArrived) -> None:
        """Show the reports."""
        self._problem = answer.problem
        if not answer.problem:
            self._known = True
            self._kept, self._coming, self._folder = answer.kept, answer.coming, answer.folder
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self._open(event.key)

    def _open(self, file: str) -> None:
        self.post_message(DetailOpened("report", (file, self._folder)))

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out what nobody would answer."""
        return not self.detached if action == "new" else True

    def action_new(self) -> None:
        """Ask which report, and read it once it is made."""
        dialog = NewReportDialog()

        def made(result: str | None) -> None:
            if result == "made":
                self._asked = False
                self._open(dialog.file)

        self.app.push_screen(dialog, made)

    def action_copy(self) -> None:
        """Copy where the files of the report under the cursor lie."""
        row = self._table.selected
        if row is not None and self._folder:
            self.post_message(CopyRequested(f"{self._folder}/{row.value.file}"))

    def action_reload(self) -> None:
        """Ask for the reports again."""
        self._asked = False
        self.ask_draw()

    def action_back(self) -> None:
        """Clear the filter, or go back."""
        if self._table.query_text:
            self.query_one(FilterBar).action_clear()
        else:
            self.dismiss()


def _name(kept: KeptReport) -> Cell:
    return (Piece(said(kept.name)),)


def _formats(kept: KeptReport) -> Cell:
    return cell(" ".join(map(said, kept.formats)), Tone.MUTED)


def _size(kept: KeptReport) -> Cell:
    return cell(show(kept.size, "B"), Tone.MUTED)

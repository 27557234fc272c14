"""Owns the screen of the reports that are kept, newest first, and of those to come."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from checks.moments import named, zone_of
from checks.units import show
from runbooks.kept_reports import KeptReport
from tui.cell import Cell, Piece, Tone, cell
from tui.dialogs.new_report import NewReportDialog
from tui.messages import CopyRequested, DetailOpened
from tui.report_messages import Coming, ReportsArrived, ReportsRequested
from tui.table_screen import FILTER, AskedTableScreen
from tui.walks.words import DOT, said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row


class ReportsScreen(AskedTableScreen[KeptReport]):
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
    NONE_FITS = "no report fits the filter"
    NONE = "no report is kept yet; n makes one"
    CHANGES = frozenset({"new"})
    BINDINGS = [
        Binding("n", "new", "New", id="reports.new", tooltip="Have a report made now, and kept"),
        Binding("y", "copy", "Copy path", id="reports.copy", tooltip="Copy where the files of it lie"),
        Binding("r", "reload", "Reload", id="reports.reload", tooltip="Ask the agent for the reports again"),
        FILTER,
        Binding("escape", "back", "Back", id="reports.back", tooltip="Back to where you came from"),
    ]

    def __init__(self) -> None:
        """Know of no report yet."""
        super().__init__()
        self._kept: tuple[KeptReport, ...] = ()
        self._coming: tuple[Coming, ...] = ()
        self._folder = ""

    def compose_body(self) -> ComposeResult:
        yield LiveTable[KeptReport](
            self.moments("made", "MADE", lambda kept: kept.made_at),
            Column("name", "REPORT", _name, flex=1, least=16, sort=lambda kept: kept.name),
            Column("formats", "AS", _formats, most=34, drop=1),
            Column("size", "SIZE", _size, width=10, right=True, drop=2),
            search=lambda kept: f"{kept.name} {kept.file}",
            id="reports",
        )
        yield FilterBar()
        yield Static(id="coming", markup=False)

    def question(self) -> ReportsRequested:
        """Return the wish for the reports."""
        return ReportsRequested(self)

    def rows(self) -> list[Row[KeptReport]]:
        """Return the reports."""
        return [Row(kept.file, kept) for kept in self._kept]

    def draw(self) -> None:
        """Show the reports, and which comes next."""
        super().draw()
        self.query_one("#coming", Static).update(Content(f" {self._next()}"))

    def _next(self) -> str:
        where = zone_of(self.system.timezone)
        timed = sorted((one for one in self._coming if one.next_at), key=lambda one: one.next_at)
        told = [f"{said(one.name)} {named(one.next_at, self.now, where)}" for one in timed]
        return f"next: {DOT.join(told)}" if told else "no report is made by itself, but for windows"

    def on_reports_arrived(self, answer: ReportsArrived) -> None:
        """Show the reports."""
        if self.answered(answer.problem):
            self._kept, self._coming, self._folder = answer.kept, answer.coming, answer.folder

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self._open(event.key)

    def _open(self, file: str) -> None:
        self.post_message(DetailOpened("report", (file, self._folder)))

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out what nobody would answer."""
        return not self.detached if action == "new" else True

    def action_new(self) -> None:
        """Ask which report, and read it once it is made."""
        dialog = NewReportDialog()

        def made(result: str | None) -> None:
            if result == "made":
                self.ask_anew()
                self._open(dialog.file)

        self.app.push_screen(dialog, made)

    def action_copy(self) -> None:
        """Copy where the files of the report under the cursor lie."""
        if (kept := self.chosen) is not None and self._folder:
            self.post_message(CopyRequested(f"{self._folder}/{kept.file}"))


def _name(kept: KeptReport) -> Cell:
    return (Piece(said(kept.name)),)


def _formats(kept: KeptReport) -> Cell:
    return cell(" ".join(map(said, kept.formats)), Tone.MUTED)


def _size(kept: KeptReport) -> Cell:
    return cell(show(kept.size, "B"), Tone.MUTED)

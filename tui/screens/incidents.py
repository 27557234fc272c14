"""Owns the screen of incidents: open ones first, then the newest."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from runbooks.incidents.state import IncidentHead
from tui import incident_lines as lines
from tui.cell import Cell, Tone, cell
from tui.dialogs.incident import OpenIncidentDialog
from tui.format import moment, zone
from tui.messages import DetailOpened
from tui.screen import ConsoleScreen
from tui.walks.words import said, span
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row


class IncidentsScreen(ConsoleScreen):
    """All incidents of the system."""

    DETAIL = "incidents"
    TITLE = "Incidents"
    HELP = """\
What went wrong, open incidents first, then the newest. TOOK is the time from when it was detected until it
was restored; of one that is not, until now. Enter shows one with all that happened meanwhile.

An incident is opened by hand: here, or on the screen of a check. incidents: {open: mandatory-crit} in the
files of the system has one opened whenever a mandatory check is CRIT for certain."""
    CHANGES = frozenset({"open_incident"})
    BINDINGS = [
        Binding("o", "open_incident", "New one", id="incidents.open", tooltip="Open an incident"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "back", "Back", id="incidents.back", tooltip="Clear the filter, or go back"),
    ]

    def compose_body(self) -> ComposeResult:
        yield LiveTable[IncidentHead](
            Column("when", "WHEN", self._when, width=12, sort=lambda head: head.detected, right=True),
            Column("title", "WHAT", lines.title, flex=1, least=36),
            Column("severity", "BAD", lines.severity, width=8, drop=2),
            Column("stage", "STAGE", lines.stage, width=8),
            Column("took", "TOOK", self._took, width=8, right=True, drop=1),
            Column("id", "ID", lambda head: cell(head.id, Tone.MUTED), width=13, drop=3),
            search=lines.searched,
            id="incidents",
        )
        yield FilterBar()

    def draw(self) -> None:
        """Show the incidents."""
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        table.show([Row(head.id, head) for head in self.incidents.heads])

    def _empty(self) -> str:
        if self._table.query_text:
            return "no incident fits the filter"
        return said(self.incidents.trouble) or "there has been no incident"

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#incidents", LiveTable)

    def _when(self, head: IncidentHead) -> Cell:
        return cell(moment(head.detected, self.now, zone(self.system.timezone)), Tone.MUTED)

    def _took(self, head: IncidentHead) -> Cell:
        return cell(span((head.restored or self.now) - head.detected), Tone.MUTED)

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self.post_message(DetailOpened("incident", (event.key,)))

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_open_incident(self) -> None:
        """Ask what is wrong, and show the incident."""
        dialog = OpenIncidentDialog()

        def opened(result: str | None) -> None:
            if result == "written":
                self.post_message(DetailOpened("incident", (dialog.incident,)))

        self.app.push_screen(dialog, opened)

    def action_back(self) -> None:
        """Clear the filter; without one, go back."""
        if self._table.query_text:
            self.query_one(FilterBar).action_clear()
        else:
            self.dismiss()

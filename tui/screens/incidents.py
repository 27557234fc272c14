"""Owns the screen of incidents: open ones first, then the newest."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from runbooks.incidents.state import IncidentHead
from tui import incident_lines as lines
from tui.cell import Cell, Tone, cell
from tui.dialogs.incident import OpenIncidentDialog
from tui.messages import DetailOpened
from tui.table_screen import FILTER, TableScreen
from tui.walks.words import said, span
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row


class IncidentsScreen(TableScreen[IncidentHead]):
    """All incidents of the system."""

    DETAIL = "incidents"
    TITLE = "Incidents"
    HELP = """\
What went wrong, open incidents first, then the newest. TOOK is the time from when it was detected until it
was restored; of one that is not, until now. Enter shows one with all that happened meanwhile.

An incident is opened by hand: here, or on the screen of a check. incidents: {open: mandatory-crit} in the
files of the system has one opened whenever a mandatory check is CRIT for certain."""
    NONE_FITS = "no incident fits the filter"
    CHANGES = frozenset({"open_incident"})
    BINDINGS = [
        Binding("o", "open_incident", "New one", id="incidents.open", tooltip="Open an incident"),
        FILTER,
        Binding("escape", "back", "Back", id="incidents.back", tooltip="Clear the filter, or go back"),
    ]

    def compose_body(self) -> ComposeResult:
        yield LiveTable[IncidentHead](
            self.moments("when", "WHEN", lambda head: head.detected),
            Column("title", "WHAT", lines.title, flex=1, least=36),
            Column("severity", "BAD", lines.severity, width=8, drop=2),
            Column("stage", "STAGE", lines.stage, width=8),
            Column("took", "TOOK", self._took, width=8, right=True, drop=1),
            Column("id", "ID", lambda head: cell(head.id, Tone.MUTED), width=13, drop=3),
            search=lines.searched,
            id="incidents",
        )
        yield FilterBar()

    def rows(self) -> list[Row[IncidentHead]]:
        """Return the incidents."""
        return [Row(head.id, head) for head in self.incidents.heads]

    def nothing(self) -> str:
        """Return why no incident is shown."""
        return said(self.incidents.trouble) or "there has been no incident"

    def _took(self, head: IncidentHead) -> Cell:
        return cell(span((head.restored or self.now) - head.detected), Tone.MUTED)

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self.post_message(DetailOpened("incident", (event.key,)))

    def action_open_incident(self) -> None:
        """Ask what is wrong, and show the incident."""
        dialog = OpenIncidentDialog()

        def opened(result: str | None) -> None:
            if result == "written":
                self.post_message(DetailOpened("incident", (dialog.incident,)))

        self.app.push_screen(dialog, opened)

"""Owns the screen of runbooks: what can be walked, when it was last and how that ended, and what is open."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import zone_of
from tui.cell import Cell, Tone
from tui.dialogs.text import TextDialog
from tui.messages import DetailOpened
from tui.paragraph import prose
from tui.table_screen import CLEAR, FILTER, AskedTableScreen
from tui.walk_messages import NO_RUNBOOKS, RunbooksArrived, RunbooksRequested
from tui.walks import library
from tui.walks.library import LibraryLine
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row
from tui.widgets.trouble_bar import TroubleBar


class RunbooksScreen(AskedTableScreen[LibraryLine]):
    """The library of runbooks, and the walks that are open."""

    NAME = "runbooks"
    TITLE = "Runbooks"
    HELP = """\
What can be walked in this system. Walks that are open stand on top: enter goes to where they are. Enter on a
runbook shows its plan, from where it is walked. Files that hold no usable runbook stand at the end with their
first problem; enter shows all of them.

Usual is the median of the walks that were done, or else what the runbook itself says."""
    NONE_FITS = "no runbook fits the filter"
    NONE = "this system has no runbooks"
    BINDINGS = [
        Binding("r", "reload", "Reload", id="runbooks.reload", tooltip="Ask the agent for the library again"),
        FILTER,
        CLEAR,
    ]

    def __init__(self) -> None:
        """Know of no runbook yet."""
        super().__init__()
        self._library = NO_RUNBOOKS

    def compose_body(self) -> ComposeResult:
        yield TroubleBar("NOTHING CAN BE WALKED")
        yield LiveTable[LibraryLine](
            Column("title", "RUNBOOK", library.title, flex=1, least=30),
            Column("risk", "RISK", library.risk, width=6),
            Column("steps", "STEPS", library.steps, width=5, right=True, drop=2),
            Column("last", "LAST WALK", self._last, most=26, least=20, drop=1),
            Column("usual", "USUAL", library.usual, width=9, right=True, drop=3),
            Column("covers", "COVERS", library.covers, most=24, drop=4),
            search=library.searched,
            id="library",
        )
        yield FilterBar()

    def question(self) -> RunbooksRequested:
        """Return the wish for the library."""
        return RunbooksRequested(self)

    def basis(self) -> frozenset[str]:
        """Return the walks that are open: the last walk of a runbook is another when one ends."""
        return frozenset(name for name, opened in self.walks.items() if not opened.walk.over)

    def rows(self) -> list[Row[LibraryLine]]:
        """Return the library, and how the open walks stand."""
        return library.rows(self._library, self.walks)

    def draw(self) -> None:
        """Show the library, and why nothing can be walked."""
        super().draw()
        self.query_one(TroubleBar).show(self._problem or said(self._library.trouble))

    def _last(self, line: LibraryLine) -> Cell:
        return library.last(line, self.now, zone_of(self.system.timezone))

    def on_runbooks_arrived(self, answer: RunbooksArrived) -> None:
        """Show the library."""
        if self.answered(answer.problem):
            self._library = answer.runbooks

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        line = self.chosen
        if line is None:
            return
        if line.opened is not None:
            self.post_message(DetailOpened("walk", (line.opened.walk.id,)))
        elif line.plan is not None:
            self.post_message(DetailOpened("plan", (line.plan.name,)))
        elif line.broken is not None:
            problems = tuple(prose(said(problem), Tone.WARN) for problem in line.broken.problems)
            self.app.push_screen(TextDialog(line.broken.file, problems))

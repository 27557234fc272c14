"""Owns the screen of runbooks: what can be walked, when it was last and how that ended, and what is open."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from tui.cell import Cell, Tone
from tui.dialogs.text import TextDialog
from tui.format import zone
from tui.paragraph import prose
from tui.screen import ConsoleScreen
from tui.walk_messages import NO_RUNBOOKS, PlanOpened, RunbooksArrived, RunbooksRequested, WalkEntered
from tui.walks import library
from tui.walks.library import LibraryLine
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column


class RunbooksScreen(ConsoleScreen):
    """The library of runbooks, and the walks that are open."""

    NAME = "runbooks"
    TITLE = "Runbooks"
    HELP = """\
What can be walked in this system. Walks that are open stand on top: enter goes to where they are. Enter on a
runbook shows its plan, from where it is walked. Files that hold no usable runbook stand at the end with their
first problem; enter shows all of them.

Usual is the median of the walks that were done, or else what the runbook itself says."""
    DEFAULT_CSS = """
    RunbooksScreen #trouble {
        display: none;
        height: auto;
        max-height: 3;
        background: $surface;
        &.-shown { display: block; }
    }
    """
    BINDINGS = [
        Binding("r", "reload", "Reload", id="runbooks.reload", tooltip="Ask the agent for the library again"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "clear", "Clear", id="table.clear", show=False, tooltip="Clear filter and sorting"),
    ]

    def __init__(self) -> None:
        """Know of no runbook yet."""
        super().__init__()
        self._library = NO_RUNBOOKS
        self._problem = ""
        self._known = False
        self._open: frozenset[str] = frozenset()
        """The walks that were open when the library was asked for."""

    def compose_body(self) -> ComposeResult:
        yield Static(id="trouble", markup=False)
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

    def draw(self) -> None:
        """Show the library, and how the open walks stand."""
        going = frozenset(name for name, opened in self.walks.items() if not opened.walk.over)
        if going != self._open or not self._known:
            self._open = going
            self._ask()
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        table.show(library.rows(self._library, self.walks))
        trouble = self._problem or said(self._library.trouble)
        note = self.query_one("#trouble", Static)
        note.set_class(bool(trouble), "-shown")
        if trouble:
            badge = Content.styled(" NOTHING CAN BE WALKED ", "$background on $warning bold")
            note.update(badge + Content(f" {trouble}"))

    def _ask(self) -> None:
        if not self.detached and self.snapshot.at:
            self._known = True
            self.post_message(RunbooksRequested(self))

    def _empty(self) -> str:
        if self._table.query_text:
            return "no runbook fits the filter"
        return "this system has no runbooks" if self._known else "waiting for the agent"

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#library", LiveTable)

    def _last(self, line: LibraryLine) -> Cell:
        return library.last(line, self.now, zone(self.system.timezone))

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._known = False

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._known = False
        super().watch_detached()

    def on_runbooks_arrived(self, answer: RunbooksArrived) -> None:
        """Show the library."""
        self._problem = answer.problem
        if not answer.problem:
            self._library = answer.runbooks
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        line: LibraryLine | None = event.table.selected.value if event.table.selected else None
        if line is None:
            return
        if line.opened is not None:
            self.post_message(WalkEntered(line.opened.walk.id))
        elif line.plan is not None:
            self.post_message(PlanOpened(line.plan.name))
        elif line.broken is not None:
            problems = tuple(prose(said(problem), Tone.WARN) for problem in line.broken.problems)
            self.app.push_screen(TextDialog(line.broken.file, problems))

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
        """Ask for the library again."""
        self._known = False
        self.ask_draw()

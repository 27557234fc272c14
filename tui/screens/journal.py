"""Owns the screen of the journal: the walks there were, newest first."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from runbooks.live import WalkHead
from tui.cell import Cell, Piece, Tone, cell
from tui.format import moment, zone
from tui.messages import DetailOpened
from tui.screen import ConsoleScreen
from tui.walk_messages import PastWalkOpened, WalksArrived, WalksRequested
from tui.walks.library import ending
from tui.walks.words import said, short_who, span
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row

LIMIT = 200
HINT = " walkdown audit verify proves that nothing here was changed"


class JournalScreen(ConsoleScreen):
    """All walks of the system."""

    NAME = "journal"
    TITLE = "Journal"
    HELP = """\
The walks there were, newest first, open ones included. Enter shows a walk as it was: every step with what it
did and how it ended, who decided what and why, and the evidence that was left.

i, n, c and p lead to incidents, to notices, to contacts and to reports.

The journal is a chain of hashes. The command line checks it: walkdown audit verify."""
    DEFAULT_CSS = """
    JournalScreen #hint { height: 1; color: $text-muted; background: $surface; text-wrap: nowrap; }
    """
    BINDINGS = [
        Binding("i", "go('incidents')", "Incidents", id="journal.incidents", tooltip="What went wrong"),
        Binding("n", "go('notices')", "Notices", id="journal.notices", tooltip="What people are told"),
        Binding("p", "go('reports')", "Reports", id="journal.reports", tooltip="Read and make reports"),
        Binding("c", "go('contacts')", "Contacts", id="journal.contacts", tooltip="Whom to call"),
        Binding("r", "reload", "Reload", id="journal.reload", tooltip="Ask the agent for the walks again"),
        Binding("A", "alerts", "Alerts", id="alerts.open", tooltip="What people were told, and what not"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "clear", "Clear", id="table.clear", show=False, tooltip="Clear filter and sorting"),
    ]

    def __init__(self) -> None:
        """Know of no walk yet."""
        super().__init__()
        self._heads: tuple[WalkHead, ...] = ()
        self._problem = ""
        self._known = False
        self._seen: frozenset[tuple[str, bool]] = frozenset()
        """The walks that this console knows of, and whether they are over, when the list was asked for."""

    def compose_body(self) -> ComposeResult:
        yield LiveTable[WalkHead](
            Column("when", "WHEN", self._when, width=12, sort=lambda head: head.opened_at, right=True),
            Column("runbook", "RUNBOOK", _runbook, flex=1, least=20, sort=_title),
            Column("who", "WHO", _who, most=16, drop=2, sort=lambda head: short_who(head.opened_by)),
            Column("ending", "ENDED", ending, width=11),
            Column("took", "TOOK", self._took, width=8, right=True, drop=1),
            search=_searched,
            id="walks",
        )
        yield FilterBar()
        yield Static(Content(HINT), id="hint", markup=False)

    def draw(self) -> None:
        """Show the walks."""
        seen = frozenset((name, opened.walk.over) for name, opened in self.walks.items())
        if seen != self._seen or not self._known:
            self._seen = seen
            self._ask()
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        table.show([Row(head.id, head) for head in self._heads])

    def _ask(self) -> None:
        if not self.detached and self.snapshot.at:
            self._known = True
            self.post_message(WalksRequested(self, LIMIT))

    def _empty(self) -> str:
        if self._table.query_text:
            return "no walk fits the filter"
        if self._problem:
            return said(self._problem)
        return "nothing was walked yet" if self._known else "waiting for the agent"

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#walks", LiveTable)

    def _when(self, head: WalkHead) -> Cell:
        return cell(moment(head.opened_at, self.now, zone(self.system.timezone)), Tone.MUTED)

    def _took(self, head: WalkHead) -> Cell:
        return cell(span((head.ended_at or self.now) - head.opened_at), Tone.MUTED)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._known = False

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._known = False
        super().watch_detached()

    def on_walks_arrived(self, answer: WalksArrived) -> None:
        """Show the walks."""
        self._problem = answer.problem
        if not answer.problem:
            self._heads = answer.heads
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self.post_message(PastWalkOpened(event.key))

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    def action_go(self, where: str) -> None:
        """Show incidents, notices, contacts or reports."""
        self.post_message(DetailOpened(where))

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_clear(self) -> None:
        """Show all, newest first again."""
        self.query_one(FilterBar).action_clear()
        self._table.sort = ""

    def action_alerts(self) -> None:
        """Show what people were told, and what not."""
        self.post_message(DetailOpened("alerts"))

    def action_reload(self) -> None:
        """Ask for the walks again."""
        self._known = False
        self.ask_draw()


def _title(head: WalkHead) -> str:
    return (head.title or head.runbook).casefold()


def _runbook(head: WalkHead) -> Cell:
    return (Piece(said(head.title or head.runbook)),)


def _who(head: WalkHead) -> Cell:
    return cell(short_who(head.opened_by), Tone.MUTED)


def _searched(head: WalkHead) -> str:
    ended = head.ending.value if head.ending else "open"
    return " ".join((head.runbook, head.title, short_who(head.opened_by), ended, head.id))

"""Owns the screen of the journal: the walks there were, newest first."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from runbooks.live import WalkHead
from tui.cell import Cell, Piece, Tone, cell
from tui.messages import DetailOpened
from tui.table_screen import CLEAR, FILTER, AskedTableScreen
from tui.walk_messages import WalksArrived, WalksRequested
from tui.walks.library import ending
from tui.walks.words import said, short_who, span
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row

LIMIT = 200
HINT = " walkdown audit verify proves that nothing here was changed"


class JournalScreen(AskedTableScreen[WalkHead]):
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
    NONE_FITS = "no walk fits the filter"
    NONE = "nothing was walked yet"
    BINDINGS = [
        Binding("i", "go('incidents')", "Incidents", id="journal.incidents", tooltip="What went wrong"),
        Binding("n", "go('notices')", "Notices", id="journal.notices", tooltip="What people are told"),
        Binding("p", "go('reports')", "Reports", id="journal.reports", tooltip="Read and make reports"),
        Binding("c", "go('contacts')", "Contacts", id="journal.contacts", tooltip="Whom to call"),
        Binding("r", "reload", "Reload", id="journal.reload", tooltip="Ask the agent for the walks again"),
        Binding("A", "alerts", "Alerts", id="alerts.open", tooltip="What people were told, and what not"),
        FILTER,
        CLEAR,
    ]

    def __init__(self) -> None:
        """Know of no walk yet."""
        super().__init__()
        self._heads: tuple[WalkHead, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield LiveTable[WalkHead](
            self.moments("when", "WHEN", lambda head: head.opened_at),
            Column("runbook", "RUNBOOK", _runbook, flex=1, least=20, sort=_title),
            Column("who", "WHO", _who, most=16, drop=2, sort=lambda head: short_who(head.opened_by)),
            Column("ending", "ENDED", ending, width=11),
            Column("took", "TOOK", self._took, width=8, right=True, drop=1),
            search=_searched,
            id="walks",
        )
        yield FilterBar()
        yield Static(Content(HINT), id="hint", markup=False)

    def question(self) -> WalksRequested:
        """Return the wish for the walks."""
        return WalksRequested(self, LIMIT)

    def basis(self) -> frozenset[tuple[str, bool]]:
        """Return the walks that this console knows of, and whether they are over."""
        return frozenset((name, opened.walk.over) for name, opened in self.walks.items())

    def rows(self) -> list[Row[WalkHead]]:
        """Return the walks."""
        return [Row(head.id, head) for head in self._heads]

    def _took(self, head: WalkHead) -> Cell:
        return cell(span((head.ended_at or self.now) - head.opened_at), Tone.MUTED)

    def on_walks_arrived(self, answer: WalksArrived) -> None:
        """Show the walks."""
        if self.answered(answer.problem):
            self._heads = answer.heads

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self.post_message(DetailOpened("past_walk", (event.key,)))

    def action_go(self, where: str) -> None:
        """Show incidents, notices, contacts or reports."""
        self.post_message(DetailOpened(where))

    def action_alerts(self) -> None:
        """Show what people were told, and what not."""
        self.post_message(DetailOpened("alerts"))


def _title(head: WalkHead) -> str:
    return (head.title or head.runbook).casefold()


def _runbook(head: WalkHead) -> Cell:
    return (Piece(said(head.title or head.runbook)),)


def _who(head: WalkHead) -> Cell:
    return cell(short_who(head.opened_by), Tone.MUTED)


def _searched(head: WalkHead) -> str:
    ended = head.ending.value if head.ending else "open"
    return " ".join((head.runbook, head.title, short_who(head.opened_by), ended, head.id))

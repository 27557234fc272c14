"""Owns the screen of the baselines: when everything was written down, to be compared with now."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.model import Level
from runbooks.baseline import BaselineHead
from runbooks.window_events import AFTER, HAND, WALK, WINDOW
from tui.cell import LEVEL_TONE, Cell, Piece, Tone, cell
from tui.dialogs.baseline import BaselineDialog
from tui.format import moment, zone
from tui.messages import DetailOpened
from tui.screen import ConsoleScreen
from tui.walks.words import said, short_who
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row
from tui.window_messages import BaselinesArrived, BaselinesRequested

OCCASION = {
    WINDOW: "a window opened",
    WALK: "a walk began",
    HAND: "by hand",
    AFTER: "after a window",
}
"""Why it was taken, in words."""


class BaselinesScreen(ConsoleScreen):
    """All baselines, newest first."""

    DETAIL = "baselines"
    TITLE = "Baselines"
    HELP = """\
How everything was at one time or another: levels and key readings of every check. One is taken by itself
when a window or a walk opens and after a window has closed, and whenever somebody wants it. Enter compares it
with now.

The command line does the same: walkdown baseline NAME, and walkdown diff NAME."""
    CHANGES = frozenset({"take"})
    BINDINGS = [
        Binding("t", "take", "Take one", id="baselines.take", tooltip="Keep how everything is now"),
        Binding("r", "reload", "Reload", id="baselines.reload", tooltip="Ask the agent for the list again"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "back", "Back", id="baselines.back", tooltip="Back to where you came from"),
    ]

    def __init__(self) -> None:
        """Know of none yet."""
        super().__init__()
        self._heads: tuple[BaselineHead, ...] = ()
        self._problem = ""
        self._asked = False
        self._known = False
        """Whether the agent has answered."""

    def compose_body(self) -> ComposeResult:
        yield LiveTable[BaselineHead](
            Column("when", "WHEN", self._when, width=12, right=True, sort=lambda head: head.at),
            Column("name", "NAME", _name, flex=1, least=16, sort=lambda head: head.name),
            Column("why", "TAKEN", _why, width=16, drop=2),
            Column("who", "BY", _who, most=16, drop=3),
            Column("levels", "LEVELS", _levels, most=30, drop=1),
            search=lambda head: f"{head.name} {OCCASION.get(head.occasion, '')} {short_who(head.by)}",
            id="baselines",
        )
        yield FilterBar()

    def draw(self) -> None:
        """Show the baselines."""
        if not self._asked and not self.detached:
            self._asked = True
            self.post_message(BaselinesRequested(self))
        table = self._table
        table.muted = bool(self.detached)
        table.empty = said(self._problem) or (
            "none was taken yet" if self._known else "waiting for the agent"
        )
        table.show([Row(str(head.seq), head) for head in self._heads])

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#baselines", LiveTable)

    def _when(self, head: BaselineHead) -> Cell:
        return cell(moment(head.at, self.now, zone(self.system.timezone)), Tone.MUTED)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._asked = False
        self.ask_draw()

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._asked = False
        super().watch_detached()

    def on_baselines_arrived(self, answer: BaselinesArrived) -> None:
        """Show them."""
        self._problem = answer.problem
        if not answer.problem:
            self._heads, self._known = answer.heads, True
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        head = next((head for head in self._heads if str(head.seq) == event.key), None)
        if head is not None:
            self.post_message(DetailOpened("difference", (head,)))

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_take(self) -> None:
        """Have a name typed, and take one."""
        self.app.push_screen(BaselineDialog())

    def action_reload(self) -> None:
        """Ask for the list again."""
        self._asked = False
        self.ask_draw()

    def action_back(self) -> None:
        """Show all rows again; when all are shown, go back."""
        if self._table.query_text:
            self.query_one(FilterBar).action_clear()
        else:
            self.dismiss()


def _name(head: BaselineHead) -> Cell:
    return cell(said(head.name))


def _why(head: BaselineHead) -> Cell:
    return cell(OCCASION.get(head.occasion, said(head.occasion)), Tone.MUTED)


def _who(head: BaselineHead) -> Cell:
    return cell(short_who(head.by), Tone.MUTED)


def _levels(head: BaselineHead) -> Cell:
    """Return how many checks had each level, the worst first."""
    levels = (Level.CRIT, Level.WARN, Level.UNKNOWN, Level.OK)
    counts = ((level, head.levels.get(level.value, 0)) for level in levels)
    return tuple(Piece(f"{number} {level.value}  ", LEVEL_TONE[level]) for level, number in counts if number)

"""Owns the screen of the baselines: when everything was written down, to be compared with now."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.model import Level
from runbooks.baseline import BaselineHead
from runbooks.window_events import AFTER, HAND, WALK, WINDOW
from tui.cell import LEVEL_TONE, Cell, Piece, Tone, cell
from tui.dialogs.baseline import BaselineDialog
from tui.messages import DetailOpened
from tui.table_screen import FILTER, AskedTableScreen
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


class BaselinesScreen(AskedTableScreen[BaselineHead]):
    """All baselines, newest first."""

    DETAIL = "baselines"
    TITLE = "Baselines"
    HELP = """\
How everything was at one time or another: levels and key readings of every check. One is taken by itself
when a window or a walk opens and after a window has closed, and whenever somebody wants it. Enter compares it
with now.

The command line does the same: walkdown baseline NAME, and walkdown diff NAME."""
    NONE_FITS = "no baseline fits the filter"
    NONE = "none was taken yet"
    CHANGES = frozenset({"take"})
    BINDINGS = [
        Binding("t", "take", "Take one", id="baselines.take", tooltip="Keep how everything is now"),
        Binding("r", "reload", "Reload", id="baselines.reload", tooltip="Ask the agent for the list again"),
        FILTER,
        Binding("escape", "back", "Back", id="baselines.back", tooltip="Back to where you came from"),
    ]

    def __init__(self) -> None:
        """Know of none yet."""
        super().__init__()
        self._heads: tuple[BaselineHead, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield LiveTable[BaselineHead](
            self.moments("when", "WHEN", lambda head: head.at),
            Column("name", "NAME", _name, flex=1, least=16, sort=lambda head: head.name),
            Column("why", "TAKEN", _why, width=16, drop=2),
            Column("who", "BY", _who, most=16, drop=3),
            Column("levels", "LEVELS", _levels, most=30, drop=1),
            search=lambda head: f"{head.name} {OCCASION.get(head.occasion, '')} {short_who(head.by)}",
            id="baselines",
        )
        yield FilterBar()

    def question(self) -> BaselinesRequested:
        """Return the wish for the baselines."""
        return BaselinesRequested(self)

    def rows(self) -> list[Row[BaselineHead]]:
        """Return the baselines."""
        return [Row(str(head.seq), head) for head in self._heads]

    def on_baselines_arrived(self, answer: BaselinesArrived) -> None:
        """Show them."""
        if self.answered(answer.problem):
            self._heads = answer.heads

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        head = next((head for head in self._heads if str(head.seq) == event.key), None)
        if head is not None:
            self.post_message(DetailOpened("difference", (head,)))

    def action_take(self) -> None:
        """Have a name typed, and take one."""
        self.app.push_screen(BaselineDialog())


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

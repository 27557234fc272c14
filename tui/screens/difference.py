"""Owns the screen of the difference between a baseline and now."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.board import EMPTY, Snapshot
from checks.moments import named, zone_of
from runbooks.baseline import BaselineHead, difference
from runbooks.comparison import Comparison
from runbooks.window_events import BaselineTaken
from tui.cell import Cell, Piece, Tone
from tui.messages import CheckRequested, DetailOpened
from tui.table_screen import FILTER, WAITING, TableScreen
from tui.walks.words import said
from tui.widgets.difference_table import DifferenceTable
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_rows import Row
from tui.widgets.walk_lines import AskedBar
from tui.window_messages import BaselineArrived, BaselineRequested
from tui.windows.difference import DifferenceLine, rows, summary


class DifferenceScreen(TableScreen[DifferenceLine]):
    """What is different now from one baseline."""

    DETAIL = "difference"
    TITLE = "Difference"
    HELP = """\
What is different now from how things were: newly bad first, then what is slower or fuller by how much, what
was bad before already, and what was fixed. It moves as checks are probed; r probes all of them now. Small
changes of readings are left out, as noise. Enter opens the check."""
    NONE_FITS = "no row fits the filter"
    BINDINGS = [
        Binding("r", "rerun", "Look again", id="difference.run", tooltip="Probe every check now"),
        FILTER,
        Binding("escape", "back", "Back", id="difference.back", tooltip="Back to where you came from"),
    ]

    def __init__(self, head: BaselineHead) -> None:
        """Compare with this baseline."""
        super().__init__()
        self._head = head
        self._asked = False
        self._baseline: tuple[BaselineTaken, float] | None = None
        self._problem = ""
        self._seen: Snapshot = EMPTY
        self._found: Comparison | None = None

    def compose_body(self) -> ComposeResult:
        yield AskedBar()
        yield DifferenceTable(id="difference")
        yield FilterBar()

    def rows(self) -> list[Row[DifferenceLine]]:
        """Return what is different now."""
        return rows(self._found) if self._found is not None else []

    def nothing(self) -> str:
        """Return why nothing is shown as different."""
        return "nothing is different" if self._found is not None else said(self._problem) or WAITING

    def draw(self) -> None:
        """Show what is different now."""
        if not self._asked and not self.detached:
            self._asked = True
            self.post_message(BaselineRequested(self, self._head.seq))
        if self._baseline is not None and self.snapshot is not self._seen:
            self._seen = self.snapshot
            self._found = difference(*self._baseline, self.snapshot)
        super().draw()
        self.query_one(AskedBar).show((self._line(),), self.size.width)

    def _line(self) -> Cell:
        taken = named(self._head.at, self.now, zone_of(self.system.timezone))
        head = (Piece(f" {said(self._head.name)}", Tone.STRONG), Piece(f"  as of {taken}, now: ", Tone.MUTED))
        return (*head, *summary(self._found)) if self._found is not None else head

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again, if there was no answer."""
        if self._baseline is None:
            self._asked = False
        super().watch_detached()

    def on_baseline_arrived(self, answer: BaselineArrived) -> None:
        """Compare with it from now on."""
        self._problem = answer.problem
        if not answer.problem:
            self._baseline = (answer.baseline, answer.at)
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        if (line := self.chosen) is not None:
            self.post_message(DetailOpened("check", (line.check,)))

    def action_rerun(self) -> None:
        """Have every check probed."""
        self.post_message(CheckRequested())

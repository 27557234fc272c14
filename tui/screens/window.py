"""Owns the page of the window: since when, until when, what runs in it, what is different since it opened."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container

from checks.board import EMPTY, Snapshot
from checks.moments import zone_of
from runbooks.baseline import difference
from runbooks.comparison import Comparison
from runbooks.window_events import BaselineTaken
from tui.messages import CheckRequested, DetailOpened
from tui.screen import ConsoleScreen
from tui.walks.open_walk import foremost
from tui.walks.words import said
from tui.widgets.difference_table import DifferenceTable
from tui.widgets.live_table import LiveTable
from tui.widgets.page import Page
from tui.window_messages import BaselineArrived, BaselineRequested, WindowAsked
from tui.windows.facts import Told, window_text


class WindowScreen(ConsoleScreen):
    """The window that is open, or was last."""

    DETAIL = "window"
    TITLE = "Window"
    HELP = """\
The window: when changes may be made. The text says since when it is open and until when, who opened or
extended it and why, which walks run in it with their last safe points, when everything is looked at again.

The table says what is different now from the baseline that was taken when it opened: what is newly bad,
slower or fuller comes first; what was bad before is not of this window. Enter opens the check.

The last safe point is the latest moment at which the next changing step may be started so that a way back
still fits into the window. After it that step needs a reason, which stands in the journal."""
    CSS_PATH = "window.tcss"
    AUTO_FOCUS = "#difference"
    CHANGES = frozenset({"ask"})
    BINDINGS = [
        Binding("o", "ask('open')", "Open", id="window.open", tooltip="Open one that is not planned now"),
        Binding("e", "ask('extend')", "Extend", id="window.extend", tooltip="Have the window close later"),
        Binding("c", "ask('close')", "Close", id="window.close", tooltip="Close the window before its time"),
        Binding("w", "walk", "To the walk", id="window.walk", tooltip="Go to the open walk"),
        Binding("b", "baselines", "Baselines", id="window.baselines", tooltip="Compare with any baseline"),
        Binding("r", "rerun", "Look again", id="window.run", tooltip="Probe every check now"),
        Binding("tab", "part", "Part", id="window.part", show=False, tooltip="Go to the text, or the table"),
        Binding("escape", "back", "Back", id="window.back", tooltip="Back to where you came from"),
    ]

    def __init__(self) -> None:
        """Know of no baseline yet."""
        super().__init__()
        self._asked = 0
        """The row of the journal whose baseline was asked for."""
        self._baseline: tuple[BaselineTaken, float] | None = None
        self._problem = ""
        self._seen: Snapshot = EMPTY
        self._found: Comparison | None = None

    def compose_body(self) -> ComposeResult:
        with Container(id="window"):
            yield Page(id="facts")
            yield DifferenceTable(id="difference")

    def draw(self) -> None:
        """Show how the window stands, and what is different since it opened."""
        self._ask()
        self._compare()
        told = Told(self.windows, self.now, zone_of(self.system.timezone), self._found, self._problem)
        self.query_one(Page).show(window_text(told))
        table = self.query_one(DifferenceTable)
        table.muted = bool(self.detached)
        table.empty = self._empty()
        if self._found is not None:
            table.compare(self._found)

    def _ask(self) -> None:
        """Ask for the baseline of the window, once for each."""
        seq = self.windows.state.baseline
        if seq != self._asked and not self.detached:
            self._asked = seq
            self._baseline, self._found, self._problem = None, None, ""
            self.query_one(DifferenceTable).show(())
            if seq:
                self.post_message(BaselineRequested(self, seq))

    def _compare(self) -> None:
        if self._baseline is not None and self.snapshot is not self._seen:
            self._seen = self.snapshot
            self._found = difference(*self._baseline, self.snapshot)

    def _empty(self) -> str:
        if self._found is not None:
            return "nothing is different from when the window opened"
        if self._problem:
            return said(self._problem)
        return "waiting for the agent" if self._asked else "no baseline to compare with"

    def on_baseline_arrived(self, answer: BaselineArrived) -> None:
        """Compare with it from now on."""
        if answer.seq != self._asked:
            return
        self._problem = answer.problem
        if not answer.problem:
            self._baseline, self._seen = (answer.baseline, answer.at), EMPTY
        self.ask_draw()

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again, if there was no answer."""
        if self._baseline is None:
            self._asked = 0
        super().watch_detached()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew what could not be answered."""
        if self._problem:
            self._asked = 0

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        line = self.query_one(DifferenceTable).selected
        if line is not None:
            self.post_message(DetailOpened("check", (line.value.check,)))

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys of what cannot be done now."""
        if action == "ask":
            opened = self.windows.state.is_open(self.now)
            return not self.detached and opened is (parameters != ("open",))
        return foremost(self.walks) is not None if action == "walk" else True

    def action_ask(self, what: str) -> None:
        """Have the dialog opened."""
        self.post_message(WindowAsked(what))

    def action_walk(self) -> None:
        """Go to the walk that matters most."""
        if (opened := foremost(self.walks)) is not None:
            self.post_message(DetailOpened("walk", (opened.walk.id,)))

    def action_baselines(self) -> None:
        """Show all baselines."""
        self.post_message(DetailOpened("baselines"))

    def action_rerun(self) -> None:
        """Have every check probed."""
        self.post_message(CheckRequested())

    def action_part(self) -> None:
        """Go to the other part."""
        page, table = self.query_one(Page), self.query_one(DifferenceTable)
        (page if table.has_focus else table).focus()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

"""Owns the box of a dialog: how it looks, and how it fits the terminal, 60x15 included.

Where the terminal is too small to show what is asked, the box makes way for a line that says so; nothing in
it is lost.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from checks.text import clean
from tui.widgets.menu import Menu
from tui.widgets.page import Page

LEAST_WIDTH, LEAST_HEIGHT = 60, 15
LEAST_PAGE = 3
"""Lines that a page in a dialog has at least."""


class DialogBox(ModalScreen[str]):
    """A box with a heading, something to be read or answered, a problem, and what enter does."""

    HEADING = ""
    DEFAULT_CSS = """
    DialogBox {
        align: center middle;
        & > #box {
            width: 92;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            background: $surface;
            border: round $primary;
            border-title-color: $text-primary;
            border-title-style: bold;
            padding: 0 1;
        }
        & #box > Static { width: 1fr; height: auto; }
        & Page { height: auto; background: $surface; margin-bottom: 1; }
        & Menu { margin-bottom: 1; }
        & Labelled { margin-bottom: 1; }
        & #problem { color: $text-error; text-style: bold; display: none; margin-bottom: 1; }
        & #problem.-shown { display: block; }
        & #too-small { display: none; width: auto; text-align: center; }
        &.-small > #too-small { display: block; }
        &.-small > #box { display: none; }
        &.-danger > #box { border: round $error; border-title-color: $text-error; }
        &.-tight Page, &.-tight Menu, &.-tight Labelled, &.-tight #problem { margin-bottom: 0; }
    }
    """
    BINDINGS = [
        Binding("down", "scroll(1)", "Down", id="dialog.down", show=False, tooltip="Scroll the text down"),
        Binding("up", "scroll(-1)", "Up", id="dialog.up", show=False, tooltip="Scroll the text up"),
        Binding(
            "pagedown", "turn(1)", "Page down", id="dialog.page-down", show=False, tooltip="Turn the page"
        ),
        Binding(
            "pageup", "turn(-1)", "Page up", id="dialog.page-up", show=False, tooltip="Turn the page back"
        ),
    ]
    AUTO_FOCUS = ""  # which would take the first in the dialog, whether it is to be answered or only read

    def __init__(self, heading: str = "") -> None:
        """Hold the heading; text from outside in it is made safe."""
        super().__init__()
        self._heading = clean(heading or self.HEADING)

    def compose(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)
        with Vertical(id="box") as box:
            box.border_title = Content(self._heading)
            yield from self.compose_body()
            yield Static(id="problem", markup=False)
            yield Static(id="hint", markup=False)

    def compose_body(self) -> ComposeResult:
        """Yield what is asked."""
        yield from ()

    @property
    def stands(self) -> bool:
        """Return whether it is composed, and not on its way out."""
        return self.is_mounted and bool(self.query("#hint"))

    @property
    def is_small(self) -> bool:
        """Return whether there is not the room to show what is asked."""
        return self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new size, or say that it is too small."""
        small = self.is_small
        self.set_class(small, "-small")
        self.set_class(event.size.height < 22, "-tight")
        if small:
            self.query_one("#too-small", Static).update(
                Content(
                    f"{self.size.width}x{self.size.height} is too small to show\nwhat is asked: "
                    f"make it {LEAST_WIDTH}x{LEAST_HEIGHT}.\nNothing is lost. esc goes back."
                )
            )
        self.call_after_refresh(self.fit)

    def action_scroll(self, lines: int) -> None:
        """Scroll the text while something is typed."""
        for page in self.query(Page):
            page.action_move(lines)

    def action_turn(self, pages: int) -> None:
        """Turn the page while something is typed."""
        for page in self.query(Page):
            page.action_page(pages)

    def fit(self) -> None:
        """Share the height between what is read and what is chosen from, so that all of the rest is seen."""
        if self.is_small or not self.stands:
            return
        pages, menus = self.query(Page), self.query(Menu)
        scrolled: list[Page | Menu] = [*pages, *menus]
        others = sum(_height(child) for child in self.query_one("#box").children if child not in scrolled)
        room = self.size.height - 2 - others - sum(widget.styles.margin.height for widget in scrolled)
        for menu in menus:
            read = sum(page.virtual_size.height for page in pages)
            share = max(1, room - read, room // 2 if pages else room)
            menu.styles.max_height = share
            room -= min(share, menu.count)
        for page in pages:
            page.styles.max_height = max(LEAST_PAGE, room)


def _height(widget: Widget) -> int:
    return widget.outer_size.height + widget.styles.margin.height if widget.display else 0

"""Owns the ways through the console: its screens, what opens on top of them, its dialogs and its keys.

What is bound to every screen is `tui/bound.py`'s, what leads to the window `tui/window_ways.py`'s. No link is
known.
"""

from __future__ import annotations

from functools import partial

from textual import on
from textual.actions import SkipAction
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.theme import Theme

from checks.clock import Clock
from checks.text import clean
from tui.bound import bound
from tui.dialogs.help import HelpDialog, keys_of
from tui.keymap import unknown_ids
from tui.messages import CopyRequested, DetailOpened
from tui.palette import ConsoleCommands
from tui.screen import ConsoleScreen
from tui.screen_registry import SCREENS, find_detail, find_dialog, find_screen
from tui.themes import THEMES
from tui.walk_messages import WalkLeft
from tui.walks.open_walk import foremost
from tui.window_ways import WindowWays

ENTER = "\u23ce"
"""How Textual writes the key."""
COPY_LIMIT = 8192
"""Characters; terminals cut or refuse longer clipboard writes."""


def _new_screen(name: str) -> ConsoleScreen:
    """Return a new screen of that name, imported now if it was never shown."""
    return bound(find_screen(name))


class NavigatedApp(WindowWays):
    """A console without an agent."""

    TITLE = "walkdown"
    CSS_PATH = "console.tcss"
    COMMANDS = {ConsoleCommands}
    MODES = {name: partial(_new_screen, name) for name in SCREENS}
    DEFAULT_MODE = next(iter(SCREENS))
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-tall")]
    BINDINGS = [
        *(
            Binding(
                str(place),
                f"show_mode('{name}')",
                title,
                id=f"screen.{name}",
                tooltip=f"Go to the screen {title}",
            )
            for place, (name, (title, _)) in enumerate(SCREENS.items(), 1)
        ),
        Binding(
            "question_mark", "help", "Help", id="app.help", tooltip="What this screen shows, and its keys"
        ),
        Binding(
            "colon,ctrl+p",
            "command_palette",
            "Menu",
            id="app.commands",
            tooltip="Find a check or a command by its name",
        ),
        Binding(
            "W",
            "window",
            "Window",
            id="app.window",
            show=False,
            tooltip="The window: when changes may be made, and what is different since it opened",
        ),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave the console; the agent goes on"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit-anywhere", show=False, priority=True, tooltip="Leave"),
        Binding(
            "ctrl+c",
            "interrupt",
            "Interrupt",
            id="app.interrupt",
            show=False,
            priority=True,
            tooltip="While a walk is open: ask what is to become of it",
        ),
    ]

    def __init__(self, clock: Clock) -> None:
        """Know of no clash of keys yet."""
        super().__init__(clock)
        self._clashes: set[str] = set()

    @property
    def _background_screens(self) -> list[Screen[object]]:
        """Return the screens that shine through the one on top: none through a full one.

        Textual counts the one below as well, and paints all of the top anew whenever that is told something.
        """
        if not self._screen_stack or self._screen_stack[-1].styles.background.a == 1:
            return []
        return super()._background_screens

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Return Textual's themes and ours."""
        return super().available_themes | {theme.name: theme for theme in THEMES}

    @on(DetailOpened)
    def _detail_wanted(self, message: DetailOpened) -> None:
        """Show a detail view on top; one of the same sort, or one that leads here, makes room for it."""
        if not self._screen_stack:
            return  # the console ends
        top, name = self.screen, message.detail
        if isinstance(top, ConsoleScreen) and (name == top.DETAIL or name in top.GIVES_WAY_TO):
            self.pop_screen()
        self.push_screen(bound(partial(find_detail(name), *message.what)))

    @on(WalkLeft)
    def _walk_left(self, message: WalkLeft) -> None:
        """Forget a walk that is over and whose end was seen."""
        self.walks = {
            name: opened
            for name, opened in self.walks.items()
            if name != message.walk or not opened.walk.over
        }

    @on(CopyRequested)
    def _copy_wanted(self, message: CopyRequested) -> None:
        self.copy_to_clipboard(clean(message.text, lines=True)[:COPY_LIMIT])
        self.notify("copied, if your terminal allows it (OSC 52)", timeout=2)

    async def action_show_mode(self, name: str) -> None:
        """Go to a screen; when that is where one is, back to its top. A walk is still there afterwards."""
        while self._shows_detail and (name == self.current_mode or not self._stays):
            await self.pop_screen()
        await self.switch_mode(name)

    @property
    def _shows_detail(self) -> bool:
        """Return whether a detail view, which has no key of its own, is on top."""
        return isinstance(self.screen, ConsoleScreen) and not self.screen.NAME

    @property
    def _stays(self) -> bool:
        """Return whether what is on top is left where it is when one goes to another screen."""
        return isinstance(self.screen, ConsoleScreen) and self.screen.STAYS

    async def action_quit(self) -> None:
        """Leave; while this console decides about an open walk, ask first."""
        leave = find_dialog("leave")
        opened = foremost(self.walks)
        if opened is None or not opened.held or isinstance(self.screen, leave):
            self.exit()
        else:
            self.push_screen(leave(opened, leaving=True), self._answered_leaving)

    def action_interrupt(self) -> None:
        """Ask what is to become of the open walk, never leave; without a walk, copy what is selected."""
        leave = find_dialog("leave")
        opened = foremost(self.walks)
        if opened is None:
            raise SkipAction
        if not isinstance(self.screen, leave):
            self.push_screen(leave(opened), self._answered_leaving)

    def _answered_leaving(self, answer: str | None) -> None:
        if answer == "leave":
            self.exit()

    def action_help(self) -> None:
        """Explain the screen."""
        if isinstance(self.screen, ConsoleScreen):
            self.push_screen(HelpDialog(self.screen.TITLE, self.screen.HELP, keys_of(self.screen)))

    def get_key_display(self, binding: Binding) -> str:
        """Return how a key is written; in ASCII where only that is to be had."""
        shown = super().get_key_display(binding)
        return "enter" if self.ascii_only and shown == ENTER else shown

    def _rebind(self, keymap: dict[str, str]) -> None:
        """Use the configuration's keys; say which of its ids no binding has."""
        self.set_keymap(keymap)
        for problem in unknown_ids(keymap, self.BINDINGS).values():
            self.notify(problem, severity="warning", markup=False)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Say once that two bindings of the configuration's keymap have the same key."""
        fresh = {binding.id or binding.action for binding in clashed_bindings} - self._clashes
        if fresh:
            self._clashes |= fresh
            self.notify(f"keymap: the same key for {', '.join(sorted(fresh))}", severity="warning")

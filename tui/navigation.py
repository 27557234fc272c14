"""Owns the ways through the console: its screens, what opens on top of them, its dialogs and its keys.

The values that are bound to every screen are declared here; `tui/app.py` sets them. It knows no link.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from textual import events, on
from textual.actions import SkipAction
from textual.binding import Binding
from textual.dom import DOMNode
from textual.reactive import var
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Input

from checks.board import EMPTY, Snapshot, SystemInfo
from checks.text import clean
from runbooks.calendar.state import CalendarNow
from runbooks.checklists.state import ChecklistsNow
from runbooks.incidents.state import IncidentsNow
from runbooks.notices.state import NoticesNow
from runbooks.quiet.state import QuietNow
from runbooks.rights import HERE, Standpoint
from runbooks.windows.state import WindowsNow
from tui.dialogs.help import HelpDialog, keys_of
from tui.format import zone
from tui.hardening import HardenedApp
from tui.keymap import unknown_ids
from tui.messages import CheckOpened, CopyRequested, DetailOpened
from tui.palette import ConsoleCommands
from tui.screen import (
    ALL_TOLD,
    NO_CALENDAR,
    NO_CHECKLISTS,
    NO_INCIDENTS,
    NO_NOTICES,
    NO_WINDOWS,
    ConsoleScreen,
)
from tui.screen_registry import SCREENS, find_detail, find_dialog, find_screen
from tui.themes import THEMES
from tui.trend import Trend
from tui.walk_messages import EvidenceOpened, PastWalkOpened, PlanOpened, WalkEntered, WalkLeft
from tui.walks.open_walk import OpenWalks, foremost
from tui.window_dialog import WindowDialog
from tui.window_messages import WindowAsked

ENTER = "\u23ce"
"""How Textual writes the key."""
OFFER_AT = 900.0
"""Seconds before the end of a window at which it is offered to put that off."""
IDLE = 3.0
"""Seconds without a key after which a dialog may come up by itself."""
COPY_LIMIT = 8192
"""Characters; terminals cut or refuse longer clipboard writes."""


def _bound(screen: Callable[[], ConsoleScreen]) -> ConsoleScreen:
    """Return a new screen with the App's values bound to it; the App must be the one who calls."""
    return screen().data_bind(
        NavigatedApp.system,
        NavigatedApp.snapshot,
        NavigatedApp.trends,
        NavigatedApp.now,
        NavigatedApp.detached,
        NavigatedApp.ascii_only,
        NavigatedApp.walks,
        NavigatedApp.windows,
        NavigatedApp.notices,
        NavigatedApp.incidents,
        NavigatedApp.calendar,
        NavigatedApp.standpoint,
        NavigatedApp.quiet,
        NavigatedApp.checklists,
    )


def _new_screen(name: str) -> ConsoleScreen:
    """Return a new screen of that name, imported now if it was never shown."""
    return _bound(find_screen(name))


class NavigatedApp(HardenedApp):
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

    system: var[SystemInfo] = var(SystemInfo())
    """The system that the agent looks after."""
    snapshot: var[Snapshot] = var(EMPTY)
    """The newest picture of the board."""
    trends: var[Mapping[str, Trend]] = var({})
    """What each check has been like lately."""
    now: var[float] = var(0.0)
    """The agent's wall clock as far as the console knows it; rises while no agent answers, too."""
    detached: var[str] = var("")
    """Why no agent answers; empty while one does, and until the first has."""
    ascii_only: var[bool] = var(False)
    """The terminal has no block characters."""
    standpoint: var[Standpoint] = var(HERE)
    """Who sits here as the agent sees him, and what he may do."""
    walks: var[OpenWalks] = var({})
    """The walks that are open, and those that ended while somebody looked."""
    windows: var[WindowsNow] = var(NO_WINDOWS)
    """How windows stand."""
    notices: var[NoticesNow] = var(NO_NOTICES)
    """How it stands with notices."""
    incidents: var[IncidentsNow] = var(NO_INCIDENTS)
    """How incidents stand."""
    calendar: var[CalendarNow] = var(NO_CALENDAR)
    """How recurring tasks stand."""
    quiet: var[QuietNow] = var(ALL_TOLD)
    """What people are not told of."""
    checklists: var[ChecklistsNow] = var(NO_CHECKLISTS)
    """How the open checklists stand."""

    def __init__(self) -> None:
        """Know of no clash of keys yet."""
        super().__init__()
        self._clashes: set[str] = set()
        self._touched = 0.0
        """When a key was pressed last, by the loop's clock."""
        self._offered = 0.0
        """The end of the window that was last offered to be put off."""

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

    @on(CheckOpened)
    def _check_wanted(self, message: CheckOpened) -> None:
        self._open("check", message.check)

    @on(DetailOpened)
    def _detail_wanted(self, message: DetailOpened) -> None:
        self._open(message.detail, *message.what)

    @on(PlanOpened)
    def _plan_wanted(self, message: PlanOpened) -> None:
        self._open("plan", message.runbook)

    @on(WalkEntered)
    def _walk_wanted(self, message: WalkEntered) -> None:
        self.clear_notifications()  # what called for it must not lie over what is asked there
        self._open("walk", message.walk)

    @on(PastWalkOpened)
    def _past_walk_wanted(self, message: PastWalkOpened) -> None:
        self._open("past_walk", message.walk)

    @on(EvidenceOpened)
    def _evidence_wanted(self, message: EvidenceOpened) -> None:
        self._open("evidence", message.walk, message.step, message.attempt, message.files)

    @on(WalkLeft)
    def _walk_left(self, message: WalkLeft) -> None:
        """Forget a walk that is over and whose end was seen."""
        self.walks = {
            name: opened
            for name, opened in self.walks.items()
            if name != message.walk or not opened.walk.over
        }

    def _open(self, name: str, *what: object) -> None:
        """Show a detail view on top; one of the same sort, or one that leads here, makes room for it."""
        if not self._screen_stack:
            return  # the console ends
        top = self.screen
        if isinstance(top, ConsoleScreen) and (name == top.DETAIL or name in top.GIVES_WAY_TO):
            self.pop_screen()
        self.push_screen(_bound(partial(find_detail(name), *what)))

    # The window

    def action_window(self) -> None:
        """Show the window; once more: nothing, as it is there already."""
        top = self.screen
        if isinstance(top, ConsoleScreen) and top.DETAIL != "window":
            self._open("window")

    @on(WindowAsked)
    def _window_asked(self, message: WindowAsked) -> None:
        if self.standpoint.may_run:
            self._ask_about_window(f"window_{message.what}")

    def _ask_about_window(self, name: str) -> None:
        """Open a dialog about the window, unless another one is open."""
        if isinstance(self.screen, ConsoleScreen):
            dialog = find_dialog(name)(self.windows, self.now, zone(self.system.timezone))
            self.push_screen(dialog, self._answered_window)

    def _answered_window(self, answer: str | None) -> None:
        if answer == "extend":
            self._ask_about_window("window_extend")

    def watch_windows(self) -> None:
        """Let dialogs know how windows stand."""
        self._follow_window()

    def watch_now(self) -> None:
        """Let dialogs know what time it is, and offer once to put the end of the window off."""
        self._follow_window()
        if self._may_offer:
            self._offered = self.windows.state.until
            self._ask_about_window("window_offer")

    def _follow_window(self) -> None:
        for screen in self.screen_stack if self._screen_stacks.get(self.current_mode) else ():
            if isinstance(screen, WindowDialog):
                screen.follow(self.windows, self.now)

    @property
    def _may_offer(self) -> bool:
        """Return whether the window closes soon, and nobody is in the middle of something."""
        state = self.windows.state
        left = state.until - self.now
        due = bool(self.windows.reminder) and 0 < left <= OFFER_AT and state.until != self._offered
        idle = asyncio.get_running_loop().time() - self._touched >= IDLE
        free = isinstance(self.screen, ConsoleScreen) and not isinstance(self.focused, Input)
        return due and idle and free and not self.detached and self.standpoint.may_run

    async def on_event(self, event: events.Event) -> None:
        """Take note of every key, for nothing is to come up under somebody's fingers."""
        if isinstance(event, events.Key | events.Paste):
            self._touched = asyncio.get_running_loop().time()
        await super().on_event(event)

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
        for problem in unknown_ids(keymap, self.BINDINGS):
            self.notify(problem, severity="warning", markup=False)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Say once that two bindings of the configuration's keymap have the same key."""
        fresh = {binding.id or binding.action for binding in clashed_bindings} - self._clashes
        if fresh:
            self._clashes |= fresh
            self.notify(f"keymap: the same key for {', '.join(sorted(fresh))}", severity="warning")

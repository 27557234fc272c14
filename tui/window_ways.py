"""Owns the ways to the window from anywhere: its page, its dialogs, and the offer to put its end off."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from checks.clock import Clock
from checks.moments import zone_of
from tui.bound import BoundApp
from tui.messages import DetailOpened
from tui.screen import ConsoleScreen
from tui.screen_registry import find_dialog
from tui.window_dialog import WindowDialog
from tui.window_messages import WindowAsked

OFFER_AT = 900.0
"""Seconds before the end of a window at which it is offered to put that off."""
IDLE = 3.0
"""Seconds without a key after which a dialog may come up by itself."""


class WindowWays(BoundApp):
    """An App that leads to the window."""

    def __init__(self, clock: Clock) -> None:
        """Have offered nothing yet."""
        super().__init__()
        self._clock = clock
        self._touched = -IDLE
        """When a key was pressed last, by the monotonic clock."""
        self._offered = 0.0
        """The end of the window that was last offered to be put off."""

    def action_window(self) -> None:
        """Show the window; once more: nothing, as it is there already."""
        top = self.screen
        if isinstance(top, ConsoleScreen) and top.DETAIL != "window":
            self.post_message(DetailOpened("window"))

    @on(WindowAsked)
    def _window_asked(self, message: WindowAsked) -> None:
        if self.standpoint.may_run:
            self._ask_about_window(f"window_{message.what}")

    def _ask_about_window(self, name: str) -> None:
        """Open a dialog about the window, unless another one is open."""
        if isinstance(self.screen, ConsoleScreen):
            dialog = find_dialog(name)(self.windows, self.now, zone_of(self.system.timezone))
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
        idle = self._clock.monotonic() - self._touched >= IDLE
        free = isinstance(self.screen, ConsoleScreen) and not isinstance(self.focused, Input)
        return due and idle and free and not self.detached and self.standpoint.may_run

    async def on_event(self, event: events.Event) -> None:
        """Take note of every key, for nothing is to come up under somebody's fingers."""
        if isinstance(event, events.Key | events.Paste):
            self._touched = self._clock.monotonic()
        await super().on_event(event)

"""Owns the contract of a dialog about the window: it follows how windows stand, and wishes for a change."""

from __future__ import annotations

from datetime import tzinfo

from checks.units import read
from runbooks.windows.state import SHORTEST, WindowsNow
from tui.dialog import Dialog
from tui.window_messages import WindowChanged, WindowWished


class WindowDialog(Dialog):
    """Asks about the window."""

    def __init__(self, windows: WindowsNow, now: float, where: tzinfo | None, heading: str = "") -> None:
        """Ask about the windows as they stand now."""
        self.windows = windows
        self.now = now
        self.where = where
        super().__init__(heading)

    def follow(self, windows: WindowsNow, now: float) -> None:
        """Learn how windows stand; what is no longer asked can no longer be answered."""
        self.windows, self.now = windows, now
        if self.stands:
            self.followed()
            self.say()

    def followed(self) -> None:
        """Show what depends on how windows stand."""

    def wish(
        self,
        what: str,
        reason: str,
        *,
        name: str = "",
        lasts: float = 0.0,
        walks: tuple[str, ...] = (),
        beyond: bool = False,
    ) -> None:
        """Tell the agent; the dialog stays until it has answered."""
        self._sent = True
        self.complain("")
        self.post_message(WindowWished(self, what, reason, name, lasts, walks, beyond))
        self.say()

    def on_window_changed(self, answer: WindowChanged) -> None:
        """Be gone when it was done, or say why it was not."""
        self._sent = False
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.finish("done")


def seconds_of(text: str) -> tuple[float, str]:
    """Return the length that was typed in seconds, or why it is none."""
    if text.strip().replace(".", "", 1).isdecimal():
        return 0.0, "say of what: 30m, 2h"
    try:
        seconds = read(text, "s")
    except ValueError as error:
        return 0.0, str(error)
    return (seconds, "") if seconds >= SHORTEST else (0.0, "a minute at least")

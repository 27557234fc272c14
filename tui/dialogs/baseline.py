"""Owns the dialog in which a baseline is taken by hand."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.dialog import Dialog
from tui.paragraph import prose
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page
from tui.window_messages import BaselineKept, BaselineWished


class BaselineDialog(Dialog):
    """Asks under which name how everything is now is kept."""

    HEADING = "Take a baseline"

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("name", Field())

    def on_mount(self) -> None:
        """Say what that means."""
        text = "Every check is probed; levels and key readings are kept, to be compared with later."
        self.query_one(Page).show((prose(text),))

    @property
    def _typed_name(self) -> str:
        return self.query_one(Field).value.strip()

    def missing(self) -> str:
        """Return that there is no name yet."""
        return "" if self._typed_name else "type a name: letters and digits, joined by - _ ."

    def promise(self) -> str:
        """Return what will be done."""
        return "look at everything, and keep it"

    def accept(self) -> None:
        """Ask the agent."""
        self._sent = True
        self.complain("")
        self.post_message(BaselineWished(self, self._typed_name))
        self.say()

    def on_baseline_kept(self, answer: BaselineKept) -> None:
        """Be gone when it was kept, or say why it was not."""
        self._sent = False
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.finish("kept")

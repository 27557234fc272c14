"""Owns the dialog that only shows text, such as every problem of a broken runbook."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.dialog import Dialog
from tui.paragraph import Paragraph
from tui.widgets.page import Page


class TextDialog(Dialog):
    """Shows text until enter or escape is pressed."""

    def __init__(self, heading: str, paragraphs: tuple[Paragraph, ...]) -> None:
        """Hold what to show."""
        super().__init__(heading)
        self._paragraphs = paragraphs

    def compose_body(self) -> ComposeResult:
        yield Page(id="text")

    def on_mount(self) -> None:
        """Show it."""
        self.query_one(Page).show(self._paragraphs)

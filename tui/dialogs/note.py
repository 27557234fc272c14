"""Owns the dialog in which something is written down; anybody who sees the walk may."""

from __future__ import annotations

from textual.app import ComposeResult

from runbooks.decisions import Note
from tui.dialog import Dialog
from tui.widgets.field import Field, Labelled


class NoteDialog(Dialog):
    """Asks for a note."""

    HEADING = "Note"

    def __init__(self, walk: str, step: str) -> None:
        """Write about this step of this walk; about the walk as a whole when `step` is empty."""
        super().__init__(f"Note on {step}" if step else "")
        self._walk = walk
        self._step = step

    def compose_body(self) -> ComposeResult:
        yield Labelled("note", Field())

    def missing(self) -> str:
        """Return that there is nothing yet."""
        return "" if self.query_one(Field).value.strip() else "type what others should know"

    def promise(self) -> str:
        """Return that it will be in the journal."""
        return "write it into the journal"

    def accept(self) -> None:
        """Write it down."""
        self.decide(self._walk, Note(self.query_one(Field).value.strip(), self._step))

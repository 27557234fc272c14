"""Owns the dialog in which the way back is begun: what will be undone, what cannot be, what is past that."""

from __future__ import annotations

from textual.app import ComposeResult

from runbooks import wording
from runbooks.decisions import RollBack
from runbooks.reasons import to_type
from runbooks.walk import to_undo
from tui.cell import Piece, Tone
from tui.paragraph import Paragraph, prose
from tui.walk_dialog import READ, WalkDialog
from tui.walks.open_walk import OpenWalk
from tui.walks.step import joined
from tui.walks.words import DOT, number_of, said, title_of
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page

EACH = "Each step is shown and confirmed; the first that fails stops the way back."


class RollBackDialog(WalkDialog):
    """Lists what the way back is, and asks for the reason."""

    def __init__(self, opened: OpenWalk) -> None:
        """Show the way back as it would be now."""
        super().__init__(opened, "Roll back")
        self.set_class(True, "-danger")

    def compose_body(self) -> ComposeResult:
        yield Page(id="way")
        yield Labelled("reason", Field())

    def on_mount(self) -> None:
        """Show the way back."""
        self._show()

    def follow(self, opened: OpenWalk) -> None:
        """Show the way back as it would be now."""
        super().follow(opened)
        self._show()

    def _show(self) -> None:
        """Show the three lists."""
        walk = self.opened.walk
        undo, lost = to_undo(walk)
        parts: list[list[Paragraph]] = []
        if walk.past_return:
            title = title_of(walk.plan.step(walk.past_return))
            words = f" past the point of no return: {title} was begun"
            parts.append([Paragraph((Piece(" CAREFUL ", Tone.CRIT_BADGE), Piece(words, Tone.CRIT)))])
        parts.append([prose("will undo, in this order", Tone.STRONG), *map(self._undo, undo)])
        if not undo:
            parts[-1].append(prose("  nothing", Tone.MUTED))
        if lost:
            parts.append([prose("cannot undo", Tone.WARN), *map(self._lost, lost)])
        parts.append([prose(EACH, Tone.MUTED)])
        for page in self.query(Page):  # none any more when it was dismissed while it came up
            page.show(joined(parts))

    def _undo(self, step: str) -> Paragraph:
        walk = self.opened.walk
        plan = walk.plan.step(step)
        kind = Piece(f"{DOT}{said(plan.kind)}", Tone.MUTED)
        return Paragraph((Piece(f"  {number_of(walk, step)} "), Piece(wording.title_of(plan)), kind), hang=5)

    def _lost(self, step: str) -> Paragraph:
        walk = self.opened.walk
        title = title_of(walk.plan.step(step))
        return Paragraph((Piece(f"  {number_of(walk, step)} "), Piece(title, Tone.WARN)), hang=5)

    def lacking(self) -> str:
        """Return that it must be read, and a reason be given."""
        if not self.query_one(Page).end_seen:
            return READ
        return to_type(self.query_one(Field).value)

    def promise(self) -> str:
        """Return that the way back begins."""
        return "begin the way back"

    def accept(self) -> None:
        """Begin it."""
        self.decide_so(RollBack(self.query_one(Field).value.strip()))

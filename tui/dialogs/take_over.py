"""Owns the dialog in which a walk is taken over: from whom is said, and follows who decides meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult

from runbooks.decisions import TakeOver
from runbooks.operators import Operator
from runbooks.reasons import REASON, to_type
from runbooks.wording import taken_by, who, whose
from tui.cell import Tone
from tui.paragraph import Paragraph, prose
from tui.walk_dialog import WalkDialog
from tui.walks.open_walk import OpenWalk
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page


class TakeOverDialog(WalkDialog):
    """Asks why a walk is taken from whoever decides; it is taken from nobody but the one who is named."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the walk as it stands."""
        super().__init__(opened, "Take over")
        self._meanwhile = ""
        """Who has taken it over while this was asked, and why."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("reason", Field(id="reason"))
        yield Labelled("state of things", Field(id="beside"))

    def on_mount(self) -> None:
        """Say what will happen."""
        self._tell()

    @property
    def _holder(self) -> Operator:
        return self.opened.walk.holder

    def follow(self, opened: OpenWalk) -> None:
        """Learn who decides now; what was pressed about another counts for nothing."""
        before, self.opened = self._holder, opened
        self._late = "the walk is over" if opened.walk.over else "you decide already" if opened.held else ""
        if not self._late and self._holder != before:
            self._meanwhile = taken_by(opened.walk)
            self._tell()
            self.wait_anew()
        self.say()

    def lacking(self) -> str:
        """Return that the reason is too short."""
        return to_type(self._said("reason"), REASON)

    def promise(self) -> str:
        """Return from whom it is taken."""
        return f"take the walk over from {whose(self._holder, self.opened.standpoint.me)}"

    def accept(self) -> None:
        """Take it from who is named here, and from nobody else."""
        self.decide_so(TakeOver(self._said("reason"), self._said("beside"), self._holder))

    def _said(self, name: str) -> str:
        return self.query_one(f"#{name}", Field).value.strip()

    def _tell(self) -> None:
        self.query_one(Page).show(tuple(self._told()))
        self.call_after_refresh(self.fit)

    def _told(self) -> Iterator[Paragraph]:
        holder = whose(self._holder, self.opened.standpoint.me)
        if self._meanwhile:
            yield prose(f"Meanwhile {self._meanwhile}", Tone.WARN)
        full = who(self._holder)
        beside = "" if full == holder else f" ({full})"
        yield prose(
            f"Until now {holder} decides about this walk{beside}. From here on this console does, and "
            f"{holder} can only watch. What runs goes on."
        )
        yield prose("Beside the reason: what was handed on by word, such as what is left.")

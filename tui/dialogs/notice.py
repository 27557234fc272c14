"""Owns the dialogs about a notice: how it is sent, and what it says of its impact."""

from __future__ import annotations

from textual.app import ComposeResult

from runbooks.notices.state import DraftNotice
from runbooks.reasons import to_type
from tui.cell import Tone
from tui.dialog import Dialog
from tui.notice_messages import NoticeWentOut, SendRequested
from tui.paragraph import prose
from tui.walks.words import said
from tui.widgets.field import Field, Labelled
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

BY_HAND = "by hand"
"""Of the way that is no route; no route has a blank in its name."""


class SendNoticeDialog(Dialog):
    """Asks by which way a notice is sent; what is sent was read before."""

    def __init__(self, draft: DraftNotice, routes: tuple[str, ...], already: str = "") -> None:
        """Offer these routes for a notice as it was shown, and to have it sent by hand.

        `already` says that people were told the same already; then it is asked why they are told again.
        """
        super().__init__("Send this notice")
        self._draft = draft
        self._routes = routes
        self._already = already

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        ways = [Option(route, said(route), "a route of the alerts carries it") for route in self._routes]
        yield Menu((*ways, Option(BY_HAND, BY_HAND, "you have copied and sent it yourself")), id="way")
        yield Labelled("note", Field(id="note"))
        yield Labelled("again, because", Field(id="again"), id="why")

    def on_mount(self) -> None:
        """Say what is sent."""
        self._tell()

    def follow(self, already: str) -> None:
        """Learn whether people were told the same already; what was pressed before counts for nothing."""
        if already != self._already and not self._sent:
            self._already = already
            self._tell()
            self.wait_anew()
            self.say()

    def _tell(self) -> None:
        told = (prose(f"{said(self._already)}.", Tone.WARN),) if self._already else ()
        self.query_one(Page).show((*told, prose(said(self._draft.subject))))
        self.query_one("#why").display = bool(self._already)
        self.call_after_refresh(self.fit)

    def _focus_first(self) -> None:
        self.query_one(Menu).focus()

    @property
    def _again(self) -> str:
        return self.query_one("#again", Field).value.strip() if self._already else ""

    @property
    def _way(self) -> str:
        return self.query_one(Menu).value

    def missing(self) -> str:
        """Return that no way is chosen, or not said why it is sent again."""
        if not self._way:
            return "choose a way, by its number"
        return to_type(self._again, what="say why it is sent again") if self._already else ""

    def promise(self) -> str:
        """Return by which way it goes."""
        if self._already and self._way != BY_HAND:
            return f"send it once more, by {said(self._way)}"
        return "write down that you have sent it" if self._way == BY_HAND else f"send it by {said(self._way)}"

    def accept(self) -> None:
        """Ask the agent."""
        self._sent = True
        routes = () if self._way == BY_HAND else (self._way,)
        note = self.query_one("#note", Field).value.strip()
        self.post_message(SendRequested(self, self._draft, routes, note, self._again))
        self.say()

    def on_notice_went_out(self, answer: NoticeWentOut) -> None:
        """Be gone when it is written down, or say why it is not."""
        self._sent = False
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.finish("sent")


class ImpactDialog(Dialog):
    """Asks what it means for people; `impact` is what was typed."""

    def __init__(self, impact: str) -> None:
        """Offer what was said before."""
        super().__init__("What it means for people")
        self.impact = impact

    def compose_body(self) -> ComposeResult:
        yield Labelled("impact", Field(self.impact, id="impact"))

    def promise(self) -> str:
        """Return what comes of it."""
        typed = self.query_one(Field).value.strip()
        return "show the notice with it" if typed else "show the notice with what its text says"

    def accept(self) -> None:
        """Hand it over."""
        self.impact = self.query_one(Field).value.strip()
        self.finish("said")

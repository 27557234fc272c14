"""Owns the dialogs about a notice: how it is sent, and what it says of its impact."""

from __future__ import annotations

from textual.app import ComposeResult

from runbooks.notices.state import DraftNotice
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

    def __init__(self, draft: DraftNotice, routes: tuple[str, ...]) -> None:
        """Offer these routes for a notice as it was shown, and to have it sent by hand."""
        super().__init__("Send this notice")
        self._draft = draft
        self._routes = routes

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        ways = [Option(route, said(route), "a route of the alerts carries it") for route in self._routes]
        yield Menu((*ways, Option(BY_HAND, BY_HAND, "you have copied and sent it yourself")), id="way")
        yield Labelled("note", Field(id="note"))

    def on_mount(self) -> None:
        """Say what is sent."""
        self.query_one(Page).show((prose(said(self._draft.subject)),))

    def _focus_first(self) -> None:
        self.query_one(Menu).focus()

    @property
    def _way(self) -> str:
        return self.query_one(Menu).value

    def missing(self) -> str:
        """Return that no way is chosen."""
        return "" if self._way else "choose a way, by its number"

    def promise(self) -> str:
        """Return by which way it goes."""
        return "write down that you have sent it" if self._way == BY_HAND else f"send it by {said(self._way)}"

    def accept(self) -> None:
        """Ask the agent."""
        self._sent = True
        routes = () if self._way == BY_HAND else (self._way,)
        note = self.query_one("#note", Field).value.strip()
        self.post_message(SendRequested(self, self._draft, routes, note))
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

"""Owns the screen of one notice: what it would say now, from where it is sent, or what it said."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import named, zone_of
from runbooks.notices.repeating import sent_before, words
from runbooks.notices.state import DraftNotice, SentNotice
from tui.cell import Tone
from tui.dialogs.notice import ImpactDialog, SendNoticeDialog
from tui.messages import CopyRequested
from tui.notice_messages import DraftArrived, DraftRequested
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.screen import ConsoleScreen
from tui.walks.words import lines_of, said, who
from tui.widgets.page import Page


class NoticeScreen(ConsoleScreen):
    """One notice, as it would be sent or as it was."""

    DETAIL = "notice"
    TITLE = "Notice"
    HELP = """\
A notice exactly as it is sent: what you read here goes out, not a letter else. i says what it means for
people, s sends it by a route of the alerts, or writes down that you have sent it yourself: y copies it for
that."""
    AUTO_FOCUS = "#text"
    DEFAULT_CSS = "NoticeScreen #text { padding: 0 0 0 1; }"
    CHANGES = frozenset({"send", "impact"})
    BINDINGS = [
        Binding("s", "send", "Send", id="notice.send", tooltip="Send what stands here"),
        Binding("i", "impact", "Impact", id="notice.impact", tooltip="Say what it means for people"),
        Binding("y", "copy", "Copy", id="notice.copy", tooltip="Copy subject and text to the clipboard"),
        Binding("r", "reload", "Reload", id="notice.reload", tooltip="Fill it in again"),
        Binding("escape", "back", "Back", id="notice.back", tooltip="Back to the notices"),
    ]

    def __init__(
        self, notice: str, sent: SentNotice | None = None, window: str = "", starts: float = 0.0
    ) -> None:
        """Show the notice of that name as it would be sent about that time of a window, or one that was."""
        super().__init__()
        self._notice = notice
        self._window = window
        self._starts = starts
        self._sent = sent
        self._impact = ""
        self._draft: DraftNotice | None = None
        self._problem = ""
        self._asked = sent is not None
        self._dialog: SendNoticeDialog | None = None

    def compose_body(self) -> ComposeResult:
        yield Page(id="text")

    @property
    def _sent_already(self) -> str:
        """Say that people were told the same already, as soon as that is so; empty when they were not."""
        draft = self._draft
        one = sent_before(draft, self.notices.sent) if draft is not None else None
        if draft is None or one is None:
            return ""
        return words(draft, one.at, one.by, one.routes, self._moment)

    def _moment(self, at: float) -> str:
        return named(at, self.now, zone_of(self.system.timezone))

    def draw(self) -> None:
        """Show it."""
        if self._dialog is not None and self._dialog.is_current and self._dialog.is_mounted:
            self._dialog.follow(self._sent_already)
        if not self._asked and not self.detached:
            self._asked = True
            self.post_message(DraftRequested(self, self._notice, self._window, self._impact, self._starts))
        shown = self._sent or self._draft
        if shown is None:
            text = tuple(prose(line) for line in lines_of(self._problem)) or (prose("waiting for the agent"),)
        else:
            text = tuple(self._told(shown))
        self.query_one(Page).show(text)

    def _told(self, shown: DraftNotice | SentNotice) -> Iterator[Paragraph]:
        if isinstance(shown, SentNotice):
            at = self._moment(shown.at)
            way = ", ".join(map(said, shown.routes)) or "by hand"
            yield fact("sent", f"{at} {way}, by {who(shown.by)}", Tone.MUTED)
            if shown.note:
                yield fact("note", said(shown.note), Tone.MUTED)
            if shown.again:
                yield fact("again", said(shown.again), Tone.MUTED)
        else:
            for words in (self._problem, self._sent_already):
                if words:
                    yield prose(said(words), Tone.WARN)
        yield prose(said(shown.subject), Tone.STRONG)
        yield BREAK
        yield from (prose(line) for line in lines_of(shown.body))

    def on_draft_arrived(self, answer: DraftArrived) -> None:
        """Show what came."""
        self._problem = answer.problem
        if answer.draft is not None:
            self._draft = answer.draft
        self.ask_draw()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out what one that was sent cannot do, and what needs a text."""
        if action in ("send", "impact", "reload") and self._sent is not None:
            return False
        if action in ("send", "copy"):
            return (self._sent or self._draft) is not None
        return True

    def action_send(self) -> None:
        """Ask by which way it is sent."""
        if self._draft is not None:
            self._dialog = SendNoticeDialog(self._draft, self.notices.routes, self._sent_already)
            self.app.push_screen(self._dialog, self._went_out)

    def _went_out(self, result: str | None) -> None:
        if result == "sent":
            self.notify("written down; what is on its way is listed by walkdown alerts", timeout=5)
            self.dismiss()

    def action_impact(self) -> None:
        """Ask what it means for people, and show it with that."""
        dialog = ImpactDialog(self._impact)

        def typed(result: str | None) -> None:
            if result == "said":
                self._impact = dialog.impact
                self.action_reload()

        self.app.push_screen(dialog, typed)

    def action_copy(self) -> None:
        """Copy it."""
        shown = self._sent or self._draft
        if shown is not None:
            self.post_message(CopyRequested(f"{shown.subject}\n\n{shown.body}"))

    def action_reload(self) -> None:
        """Fill it in again."""
        self._asked = False
        self.ask_draw()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

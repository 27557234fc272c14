"""Owns the screen of notices: what can be sent, what is to be announced, and what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import brief, zone_of
from runbooks.notices.state import Announcement, NoticeHead, SentNotice, Told
from tui.cell import Cell, Tone, cell
from tui.dialogs.text import TextDialog
from tui.messages import DetailOpened
from tui.paragraph import exact
from tui.table_screen import FILTER, TableScreen
from tui.walks.words import said, short_who
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row

TOLD_TONE = {
    Told.NOT_YET: Tone.MUTED,
    Told.DUE: Tone.WARN,
    Told.OVERDUE: Tone.CRIT,
    Told.LATE: Tone.WARN,
    Told.IN_TIME: Tone.OK,
}


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line: an announcement that is promised, a text, or one that was sent."""

    due: Announcement | None = None
    text: NoticeHead | None = None
    sent: SentNotice | None = None


class NoticesScreen(TableScreen[NoticeLine]):
    """All notices of the system."""

    DETAIL = "notices"
    TITLE = "Notices"
    HELP = """\
What people are told of windows and of work. On top stands which time of each window has to be announced next,
and until when; announce: 24h of a window asks for that. One that was announced stands under what was sent,
with whether that was in time. Enter on a notice shows what it would say now, from where it is sent; on one
that was sent, what it said.

Texts of your own lie in the folder notices/ of the system; one called as a shipped one takes its place."""
    NONE_FITS = "no notice fits the filter"
    BINDINGS = [
        FILTER,
        Binding("escape", "back", "Back", id="notices.back", tooltip="Clear the filter, or go back"),
    ]

    def compose_body(self) -> ComposeResult:
        yield LiveTable[NoticeLine](
            Column("what", "NOTICE", _what, flex=1, least=20),
            Column("about", "ABOUT", self._about, flex=1, least=20, drop=1),
            Column("state", "STATE", self._state, width=24),
            Column("by", "BY", _by, most=16, drop=2),
            search=_searched,
            id="notices",
        )
        yield FilterBar()

    def rows(self) -> list[Row[NoticeLine]]:
        """Return what is to be announced, what can be sent, and what was."""
        return list(self._rows())

    def _rows(self) -> Iterator[Row[NoticeLine]]:
        for due in self.notices.announcements:
            yield Row(f"due {due.window}", NoticeLine(due=due), "to be announced")
        for text in self.notices.texts:
            section = "notices" if text.kind else "cannot be used"
            yield Row(f"text {text.name}", NoticeLine(text=text), section)
        for sent in self.notices.sent:
            yield Row(f"sent {sent.seq}", NoticeLine(sent=sent), "sent")

    def _moment(self, at: float) -> str:
        return brief(at, self.now, zone_of(self.system.timezone))

    def _about(self, line: NoticeLine) -> Cell:
        about = line.due or line.sent
        if about is not None and about.starts:
            return cell(f"{said(about.window)}, {self._moment(about.starts)}")
        return cell(said(line.text.window) if line.text else "", Tone.MUTED)

    def _state(self, line: NoticeLine) -> Cell:
        if line.due is not None:
            return cell(f"{line.due.told.value}, by {self._moment(line.due.by)}", TOLD_TONE[line.due.told])
        if line.sent is not None:
            told = line.sent.told
            how = f"{told.value}, " if told is not None else ""
            tone = TOLD_TONE[told] if told is not None else Tone.MUTED
            return cell(f"{how}{self._moment(line.sent.at)}", tone)
        broken = line.text is not None and line.text.kind is None
        return cell("enter: what is wrong", Tone.WARN) if broken else cell("enter: read and send", Tone.MUTED)

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        line = self.chosen
        if line is None:
            return
        if line.sent is not None:
            self.post_message(DetailOpened("notice", (line.sent.notice, line.sent)))
        elif line.due is not None:
            self._announce(line.due)
        elif line.text is not None and line.text.kind is None:
            said_so = tuple(exact(said(problem)) for problem in line.text.problems)
            self.app.push_screen(TextDialog(said(line.text.name), said_so))
        elif line.text is not None:
            self.post_message(DetailOpened("notice", (line.text.name,)))

    def _announce(self, due: Announcement) -> None:
        """Show the announcement that names this window, else the one that names none."""
        texts = [text for text in self.notices.texts if text.kind == "announcement"]
        fitting = [text for text in texts if text.window == due.window] or [
            text for text in texts if not text.window
        ]
        if fitting:
            self.post_message(DetailOpened("notice", (fitting[0].name, None, due.window, due.starts)))


def _what(line: NoticeLine) -> Cell:
    if line.due is not None:
        return cell("announcement")
    if line.sent is not None:
        return cell(said(line.sent.subject))
    return cell(said(line.text.name) if line.text else "")


def _by(line: NoticeLine) -> Cell:
    if line.sent is None:
        return cell("")
    return cell(
        f"{short_who(line.sent.by)}, {', '.join(map(said, line.sent.routes)) or 'by hand'}", Tone.MUTED
    )


def _searched(line: NoticeLine) -> str:
    if line.sent is not None:
        return f"{line.sent.notice} {line.sent.subject} {line.sent.window}"
    if line.due is not None:
        return f"announcement {line.due.window} {line.due.told}"
    return line.text.name if line.text else ""

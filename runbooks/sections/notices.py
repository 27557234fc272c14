"""Owns the section on notices: what people were told about a window, or in a period, and how long ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.moments import moment
from checks.units import show
from runbooks.events import Entry
from runbooks.material import Material
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.report_blocks import Block, Items, Quoted
from runbooks.section import Section
from runbooks.windows.past import same_time
from runbooks.wording import who

AHEAD, GRACE = 31 * 86400.0, 2 * 86400.0
"""Seconds before the opening of a window and after its end in which notices are looked for."""


class NoticeLine(msgspec.Struct, frozen=True):
    """A notice that was sent."""

    at: float
    by: str
    kind: str
    subject: str
    body: str
    routes: tuple[str, ...]
    """Empty: it was sent by hand."""
    note: str
    ahead: float | None
    """Seconds before the beginning of the time that it is about; None when it is about none."""
    again: str = ""
    """Why people were told once more of what they were told already."""


class NoticesSection(Section, frozen=True):
    """What people were told."""

    TITLE: ClassVar[str] = "Notices"

    notices: tuple[NoticeLine, ...]
    announced_ahead: float | None
    """Seconds that the first announcement was ahead; None without one."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the notices about the window; of a period, all that were sent in it."""
        window = material.window
        rows = (
            material.entries(NoticeSent, before=AHEAD, after=GRACE)
            if window.name
            else material.entries(NoticeSent)
        )
        lines = tuple(
            _line(entry, entry.event)
            for entry in rows
            if isinstance(entry.event, NoticeSent) and (not window.name or _is_about(entry.event, material))
        )
        ahead = [one.ahead for one in lines if one.kind == NoticeKind.ANNOUNCEMENT and one.ahead is not None]
        return cls(lines, max(ahead, default=None))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield each notice with its text."""
        if not self.notices:
            yield Items(("nobody was told anything by walkdown",))
        for one in self.notices:
            by = f"by {', '.join(one.routes)}" if one.routes else "by hand"
            ahead = f", {show(one.ahead, 's')} ahead" if one.ahead is not None and one.ahead > 0 else ""
            note = "".join(f"; {said}" for said in (one.note, one.again and f"again: {one.again}") if said)
            about = f"{moment(one.at, zone)} {one.kind} from {one.by}, {by}{ahead}{note}: {one.subject}"
            yield Quoted("Notice", about, tuple(one.body.split("\n")))


def _is_about(event: NoticeSent, material: Material) -> bool:
    if event.window != material.window.name:
        return False
    during = event.starts < material.until and event.ends > material.since
    return not event.starts or during or same_time(event.starts, material.window)


def _line(entry: Entry, event: NoticeSent) -> NoticeLine:
    ahead = event.starts - entry.at if event.starts else None
    return NoticeLine(
        entry.at,
        who(entry.operator),
        event.kind,
        event.subject,
        event.body,
        event.routes,
        event.note,
        ahead,
        event.again,
    )

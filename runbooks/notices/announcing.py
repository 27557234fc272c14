"""Owns the rule that people are told of a window in time: what was announced, when, and what is still due. Pure.

It is about one time that a window is planned to be open: announced for another time, it is not announced.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import tzinfo

import msgspec

from runbooks.events import Entry
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.operators import Operator
from runbooks.windows.plan import Occurrence
from runbooks.windows.ruling import spoken
from runbooks.wording import short_who, span

AHEAD = 86_400.0
"""Seconds before a window that people are told of it, where nobody says another time."""
EARLY = 43_200.0
"""Seconds before an announcement is due at which operators are told that it is."""


class Told(enum.StrEnum):
    """Whether people were told of a time of a window."""

    NOT_YET = "not yet"
    """There is time for it."""
    DUE = "due"
    """It is to be done soon, or people are told late."""
    OVERDUE = "overdue"
    """It is late by now, and was not done."""
    LATE = "late"
    """It was done, but too late."""
    IN_TIME = "in time"


class Announcement(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it stands with the announcement of one time of a window."""

    window: str
    starts: float
    ends: float
    by: float
    """When it has to be sent at the latest, UTC seconds."""
    told: Told
    sent_at: float = 0.0
    """When it was sent first; 0 when it was not."""
    notice: str = ""
    operator: Operator = Operator()

    @property
    def in_time(self) -> bool:
        """Return whether people were told in time, as a checklist asks."""
        return self.told is Told.IN_TIME

    @property
    def wanting(self) -> bool:
        """Return whether it is to be sent now."""
        return self.told in (Told.DUE, Told.OVERDUE)


def announcement(
    sent: Iterable[Entry], occurrence: Occurrence, at: float, ahead: float = AHEAD
) -> Announcement:
    """Return how it stands with the announcement of this time of a window.

    Args:
        sent: Rows of the journal; those of other kinds are left out.
        occurrence: The time of the window.
        at: Now, UTC seconds.
        ahead: Seconds before its start at which people must have been told.
    """
    starts, ends = occurrence.span.start, occurrence.span.end
    by = starts - ahead
    for entry in sorted(sent, key=lambda entry: entry.at):
        if isinstance(entry.event, NoticeSent) and _announces(entry.event, occurrence):
            told = Told.IN_TIME if entry.at <= by else Told.LATE
            return Announcement(
                occurrence.window, starts, ends, by, told, entry.at, entry.event.notice, entry.operator
            )
    told = Told.OVERDUE if at > by else Told.DUE if at >= by - EARLY else Told.NOT_YET
    return Announcement(occurrence.window, starts, ends, by, told)


def words(found: Announcement, zone: tzinfo) -> str:
    """Return how it stands in one line, for a checklist or a notice on the board."""
    window = f"{found.window}, {spoken(found.starts, zone)}"
    match found.told:
        case Told.IN_TIME:
            return f"{window}: announced {spoken(found.sent_at, zone)} by {short_who(found.operator)}"
        case Told.LATE:
            late = span(max(60.0, found.sent_at - found.by))
            return f"{window}: announced {spoken(found.sent_at, zone)}, {late} later than promised"
        case Told.OVERDUE:
            return f"{window}: not announced; it had to be by {spoken(found.by, zone)}"
        case Told.DUE:
            return f"{window}: is to be announced by {spoken(found.by, zone)}"
        case Told.NOT_YET:
            return f"{window}: is announced until {spoken(found.by, zone)}; there is time"


def _announces(event: NoticeSent, occurrence: Occurrence) -> bool:
    return (
        event.kind == NoticeKind.ANNOUNCEMENT
        and event.window == occurrence.window
        and abs(event.starts - occurrence.span.start) < 1.0
    )

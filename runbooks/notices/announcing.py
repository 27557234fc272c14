"""Owns the rule that people are told of a window in time: what was announced, and what is due. Pure.

It is about one time that a window is planned to be open: announced for another time, it is not announced.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from checks.moments import spoken
from checks.recurrence.timing import Span
from checks.text import clean
from runbooks.events import Entry
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.notices.state import Announcement, Told
from runbooks.windows.plan import Occurrence, WindowPlan
from runbooks.wording import span

AHEAD = 86_400.0
"""Seconds before a window that people are told of it, where nobody says another time."""
EARLY = 43_200.0
"""Seconds before an announcement is due at which operators are told that it is."""
MOST = 50
"""Times of one window that are announced beforehand, and looked at here."""


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
            by_whom, notice = entry.operator, entry.event.notice
            return Announcement(
                occurrence.window, starts, ends, by, told, entry.at, notice, by_whom, entry.seq
            )
    told = Told.OVERDUE if at > by else Told.DUE if at >= by - EARLY else Told.NOT_YET
    return Announcement(occurrence.window, starts, ends, by, told)


def to_announce(
    sent: Iterable[Entry], plan: WindowPlan, at: float, early: float = 0.0
) -> Announcement | None:
    """Return the first time of a window that is to come and was not announced; None when there is none.

    `early` is the planned start that it was opened early for, which does not come any more.
    """
    rows, after = tuple(sent), max(at, early)
    for _ in range(MOST):
        span = plan.timing.next_after(after)
        if span is None:
            break
        found = announcement(rows, Occurrence(plan.name, span, plan.told), at, plan.announce)
        if not found.sent_at:
            return found
        after = span.start
    return None


def told_by(entry: Entry, sent: Iterable[Entry], plans: Iterable[WindowPlan]) -> Told | None:
    """Return whether a row told people of a window in time or too late.

    None of one that announces nothing, was not the first to do so, or of whose window nobody has to be told.
    """
    event = entry.event
    if not isinstance(event, NoticeSent) or event.kind != NoticeKind.ANNOUNCEMENT:
        return None
    ahead = next((plan.announce for plan in plans if plan.name == event.window), 0.0)
    if not ahead:
        return None
    occurrence = Occurrence(event.window, Span(event.starts, event.ends))
    found = announcement(sent, occurrence, entry.at, ahead)
    return found.told if found.seq == entry.seq else None


def words(found: Announcement, zone: tzinfo) -> str:
    """Return how it stands in one line, for a checklist or a notice on the board."""
    window = f"{found.window}, {spoken(found.starts, zone)}"
    match found.told:
        case Told.IN_TIME:
            who = clean(found.operator.login or found.operator.name)
            return f"{window}: announced {spoken(found.sent_at, zone)} by {who}"
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

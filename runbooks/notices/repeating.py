"""Owns the rule that people are told something once: what was told already, and how that is said. Pure.

An announcement, and a completion, is about one time of a window, or an incident; how things stand may be told
as often as anybody likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from checks.text import clean
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.notices.state import DraftNotice, SentNotice
from runbooks.operators import Operator
from runbooks.wording import who

ONCE = (NoticeKind.ANNOUNCEMENT, NoticeKind.COMPLETION)


def repeats(draft: DraftNotice, sent: NoticeSent | SentNotice) -> bool:
    """Return whether a draft would tell people what this has told them."""
    if draft.kind not in ONCE or not (draft.window or draft.incident):
        return False
    same = (sent.kind, sent.window, sent.incident) == (draft.kind, draft.window, draft.incident)
    return same and abs(sent.starts - draft.starts) < 1.0


def sent_before(draft: DraftNotice, sent: Iterable[SentNotice]) -> SentNotice | None:
    """Return the first of these that told people the same; None when none did."""
    return next((one for one in sent if repeats(draft, one)), None)


def words(
    draft: DraftNotice, at: float, by: Operator, routes: tuple[str, ...], spoken: Callable[[float], str]
) -> str:
    """Return that the same was told already: when, by whom, which way; `spoken` says a moment."""
    about = f"{draft.window} of {spoken(draft.starts)}" if draft.window else draft.incident
    way = f"by {', '.join(routes)}" if routes else "by hand"
    return clean(f"the {draft.kind.value} of {about} was sent {spoken(at)} by {who(by)}, {way}")

"""Owns the messages about notices and contacts; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.contacts import Contact
from runbooks.notices.state import DraftNotice, NoticesNow, SentNotice


class AskNotices(msgspec.Struct, frozen=True, tag=True):
    """Console: how does it stand with notices? Answered by `NoticesAnswer`."""

    id: int


class AskDraft(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: what would this notice say now? Answered by `DraftAnswer`."""

    id: int
    notice: str
    window: str = ""
    """The window that it is about; empty: the one that its text names, else the one that suits its kind."""
    impact: str = ""
    """What it means for people; empty: as its text says."""
    tasks: tuple[str, ...] = ()
    """What is planned; empty: as its text says."""
    incident: str = ""
    starts: float = 0.0
    """When the time of the window begins that is announced, UTC seconds; 0: the one that comes next."""


class SendNotice(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: send this, exactly as it was shown. Answered by `NoticeSentAnswer`."""

    id: int
    draft: DraftNotice
    routes: tuple[str, ...] = ()
    """Empty: somebody has sent it by hand."""
    note: str = ""
    again: str = ""
    """Why people are told once more of what they were told already; without it that is refused."""


class AskContacts(msgspec.Struct, frozen=True, tag=True):
    """Console: whom to call? Answered by `ContactsAnswer`."""

    id: int


class NoticesAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: how it stands with notices."""

    id: int
    notices: NoticesNow


class DraftAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the notice as it would be sent."""

    id: int
    draft: DraftNotice
    already: str = ""
    """That people were told the same already, and what to do about it; empty when they were not."""


class NoticeSentAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: it is written down, and on its way."""

    id: int
    sent: SentNotice


class ContactsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: whom to call."""

    id: int
    contacts: tuple[Contact, ...]


class NoticesMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: how it stands with notices; at first, and whenever that has changed."""

    notices: NoticesNow


Questions = AskNotices | AskDraft | SendNotice | AskContacts
Answers = NoticesAnswer | DraftAnswer | NoticeSentAnswer | ContactsAnswer

"""Owns what is known of notices as it stands: values for the wire and for screens."""

from __future__ import annotations

import enum
import hashlib

import msgspec

from runbooks.notice_events import NoticeKind
from runbooks.operators import Operator


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
    seq: int = 0
    """Of the row that says so; 0 when it was not sent."""

    @property
    def in_time(self) -> bool:
        """Return whether people were told in time, as a checklist asks."""
        return self.told is Told.IN_TIME

    @property
    def wanting(self) -> bool:
        """Return whether it is to be sent now."""
        return self.told in (Told.DUE, Told.OVERDUE)


class NoticeHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notice that can be sent, or whose file cannot be used."""

    name: str
    kind: NoticeKind | None = None
    """None when the file cannot be used."""
    window: str = ""
    """The window that it is about when nobody names one."""
    problems: tuple[str, ...] = ()
    """Lines `file:line:column: key: message`."""


class SentNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notice that was sent."""

    at: float
    by: Operator
    notice: str
    kind: str
    window: str = ""
    starts: float = 0.0
    ends: float = 0.0
    subject: str = ""
    body: str = ""
    routes: tuple[str, ...] = ()
    """Empty: by hand."""
    note: str = ""
    incident: str = ""
    seq: int = 0
    """Of its row in the journal."""
    again: str = ""
    """Why people were told once more of what they were told already."""
    told: Told | None = None
    """Whether it told people of a window in time or late; None when nobody had to be told, or was already."""


class DraftNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A notice as it would be sent."""

    notice: str
    kind: NoticeKind
    subject: str
    body: str
    window: str = ""
    starts: float = 0.0
    """Of the time of the window that it is about; 0 when it is about none."""
    ends: float = 0.0
    incident: str = ""
    sha256: str = ""
    """Of all of it, as it was shown: nothing else is sent."""


def sealed(draft: DraftNotice) -> DraftNotice:
    """Return a draft with its hash."""
    bare = msgspec.structs.replace(draft, sha256="")
    return msgspec.structs.replace(draft, sha256=hashlib.sha256(msgspec.json.encode(bare)).hexdigest())


class NoticesNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How it stands with notices."""

    texts: tuple[NoticeHead, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    """Of each window that has to be announced, the first time that was not yet."""
    sent: tuple[SentNotice, ...] = ()
    """The newest, newest first."""
    routes: tuple[str, ...] = ()
    """The routes by which one can be sent."""
    trouble: str = ""
    """Why what was sent is not known."""

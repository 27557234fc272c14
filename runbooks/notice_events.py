"""Owns the events of notices to people: rows of the journal beside those of walks.

They are part of the union that `runbooks/events.py` owns.
"""

from __future__ import annotations

import enum

import msgspec


class NoticeKind(enum.StrEnum):
    """What a notice is for."""

    ANNOUNCEMENT = "announcement"
    """That a window will come."""
    PROGRESS = "progress"
    """How things stand."""
    COMPLETION = "completion"
    """That it is over, and how it went."""


class NoticeSent(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """People were told something: handed to the routes to be carried, or sent by hand."""

    notice: str
    """Name of its template."""
    kind: str = ""
    """One of `NoticeKind`."""
    window: str = ""
    """The window that it is about; empty when it is about none."""
    starts: float = 0.0
    """When the time of the window that it is about begins, UTC seconds; 0 when it is about none."""
    ends: float = 0.0
    subject: str = ""
    body: str = ""
    """The text as it was sent: masked and cleaned."""
    routes: tuple[str, ...] = ()
    """Names of the routes of `notify:` that carry it; empty: it was sent by hand."""
    note: str = ""
    """What whoever sent it said about it, such as to whom it went."""
    incident: str = ""
    """The incident that it is about; empty when it is about none."""
    again: str = ""
    """Why people are told once more of what they were told already; empty when it is the first time."""


NoticeEvents = NoticeSent

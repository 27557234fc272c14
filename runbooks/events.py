"""Owns the rows of the journal: all that ever happens, each an event that never changes.

`runbooks/walk.py` folds them into the walk as it stands; `runbooks/journal/` keeps them. An event says what
happened, never what to do. No value of a secret is in any of them. Fields may be added, with defaults; none
is ever taken away or given another meaning, for journals outlive versions.
"""

from __future__ import annotations

import msgspec

from runbooks.alert_events import AlertEvents
from runbooks.approval_events import ApprovalEvents
from runbooks.checklist_events import ChecklistEvents
from runbooks.incident_events import IncidentEvents
from runbooks.notice_events import NoticeEvents
from runbooks.operators import Operator
from runbooks.report_events import ReportEvents
from runbooks.step_events import StepEvents
from runbooks.task_events import TaskEvents
from runbooks.walk_events import WalkEvents
from runbooks.window_events import WindowEvents


class Noted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody wrote something down."""

    text: str
    step: str = ""


class Denied(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Something was asked for and refused."""

    what: str
    why: str
    alone: bool = False
    """Whether it was a run without an operator, so that nobody has read the refusal."""


class JournalBegun(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The first row of a journal."""

    install: str
    """Random, told apart from every other journal by it."""
    version: str
    after: str = ""
    """Hash of the last row of the journal that this one takes the place of; empty for the first."""
    reason: str = ""


Event = (
    StepEvents
    | WalkEvents
    | ApprovalEvents
    | WindowEvents
    | AlertEvents
    | ChecklistEvents
    | NoticeEvents
    | IncidentEvents
    | TaskEvents
    | ReportEvents
    | Noted
    | Denied
    | JournalBegun
)


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of the journal: an event, when, where, by whom, under which fence."""

    seq: int
    """Rises by one from row to row, over all walks."""
    walk: str
    """Id of the walk; empty for what concerns none."""
    at: float
    """UTC seconds by the wall clock, which may jump; the order is that of `seq`."""
    mono: float
    """Seconds of the monotonic clock, comparable within one `boot`."""
    boot: str
    """The kernel's boot id."""
    host: str
    operator: Operator
    event: Event
    fence: int = 0
    """The fence under which it was written; 0 where no lease was asked for."""


encoder = msgspec.json.Encoder(order="deterministic")
decoder = msgspec.json.Decoder(Entry)

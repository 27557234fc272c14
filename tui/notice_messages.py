"""Owns the messages about notices and contacts: questions to the agent, with their answers.

Only the App answers, by `tui/notice_questions.py`. An answer holds why there is none in `problem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from runbooks.contacts import Contact
from runbooks.notices.state import DraftNotice
from tui.messages import Question


@dataclass
class NoticeQuestion(Question):
    """Asks the agent about notices or contacts."""


@dataclass
class ContactsRequested(NoticeQuestion):
    """Wishes for whom to call; answered by `ContactsArrived`."""

    def failed(self, problem: str) -> Message:
        """Return the answer that there are none."""
        return ContactsArrived(problem=problem)


@dataclass
class ContactsArrived(Message, bubble=False):
    """Answers `ContactsRequested`."""

    contacts: tuple[Contact, ...] = ()
    problem: str = ""


@dataclass
class DraftRequested(NoticeQuestion):
    """Wishes for a notice as it would be sent; answered by `DraftArrived`."""

    notice: str
    window: str = ""
    """The window that it is about; empty: the one that its text names, or that suits its kind."""
    impact: str = ""
    """What it means for people; empty: as its text says."""
    starts: float = 0.0
    """When the time of the window begins that is announced, UTC seconds; 0: the one that comes next."""

    def failed(self, problem: str) -> Message:
        """Return the answer that it cannot be filled in."""
        return DraftArrived(problem=problem)


@dataclass
class DraftArrived(Message, bubble=False):
    """Answers `DraftRequested`."""

    draft: DraftNotice | None = None
    problem: str = ""


@dataclass
class SendRequested(NoticeQuestion):
    """Wishes that this be sent, exactly so; answered by `NoticeWentOut`."""

    NEWEST_ONLY: ClassVar[bool] = False

    draft: DraftNotice
    routes: tuple[str, ...]
    """Empty: somebody has sent it by hand."""
    note: str
    again: str = ""
    """Why it is sent once more, when it was sent already."""

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return NoticeWentOut(problem)


@dataclass
class NoticeWentOut(Message, bubble=False):
    """Answers `SendRequested`: it is written down, unless there is a problem."""

    problem: str = ""

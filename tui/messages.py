"""Owns the messages that cross screens: wishes on their way up to the App, answers on their way down.

A message private to one widget is nested in that widget. Only the App answers what stands here; it alone
holds the link to the agent. Those about walks are in `tui/walk_messages.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message
from textual.message_pump import MessagePump

from checks.model import HistoryQuery, Result, Series


@dataclass
class Question(Message):
    """Asks the agent something; answered to `asker` by a message."""

    NEWEST_ONLY: ClassVar[bool] = True
    """Whether a newer one of the same kind, from the same asker, takes the place of one not answered yet."""

    asker: MessagePump

    def failed(self, problem: str) -> Message:
        """Return the answer that says why there is none."""
        raise NotImplementedError


@dataclass
class CheckRequested(Message):
    """Wishes that these checks be probed now; all when none is named."""

    names: tuple[str, ...] = ()


@dataclass
class DetailOpened(Message):
    """Wishes to see a detail view of `tui/screen_registry.py`, by its name there."""

    detail: str
    what: tuple[object, ...] = ()
    """What it is made with."""


@dataclass
class HistoryRequested(Question):
    """Wishes for the course of a reading; answered by `HistoryArrived`."""

    query: HistoryQuery

    def failed(self, problem: str) -> Message:
        """Return the answer without a course."""
        return HistoryArrived(self.query, (), problem)


@dataclass
class HistoryArrived(Message, bubble=False):
    """Answers `HistoryRequested`; no series when it could not be had."""

    query: HistoryQuery
    series: tuple[Series, ...]
    problem: str = ""
    """Why there is nothing, for the operator; empty when all went well."""


@dataclass
class ResultsRequested(Question):
    """Wishes for the newest results of a check; answered by `ResultsArrived`."""

    check: str
    limit: int = 50

    def failed(self, problem: str) -> Message:
        """Return the answer without results."""
        return ResultsArrived(self.check, (), problem)


@dataclass
class ResultsArrived(Message, bubble=False):
    """Answers `ResultsRequested`, newest first."""

    check: str
    results: tuple[Result, ...]
    problem: str = ""
    """Why there is nothing, for the operator; empty when all went well."""


@dataclass
class CopyRequested(Message):
    """Wishes that this text be put on the operator's clipboard."""

    text: str

"""Owns the messages that cross screens: wishes on their way up to the App, answers on their way down.

A message private to one widget is nested in that widget. Only the App answers what stands here; it alone
holds the link to the agent.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message
from textual.message_pump import MessagePump

from checks.model import HistoryQuery, Result, Series


@dataclass
class CheckRequested(Message):
    """Wishes that these checks be probed now; all when none is named."""

    names: tuple[str, ...] = ()


@dataclass
class CheckOpened(Message):
    """Wishes to see one check in detail."""

    check: str


@dataclass
class HistoryRequested(Message):
    """Wishes for the course of a reading; answered to `asker` by `HistoryArrived`, the newer wish counts."""

    asker: MessagePump
    query: HistoryQuery


@dataclass
class HistoryArrived(Message, bubble=False):
    """Answers `HistoryRequested`; no series when it could not be had."""

    query: HistoryQuery
    series: tuple[Series, ...]
    problem: str = ""
    """Why there is nothing, for the operator; empty when all went well."""


@dataclass
class ResultsRequested(Message):
    """Wishes for the newest results of a check; answered to `asker` by `ResultsArrived`."""

    asker: MessagePump
    check: str
    limit: int = 50


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

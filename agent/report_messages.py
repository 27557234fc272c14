"""Owns the messages about reports; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.kept_reports import KeptReport


class PlannedReport(msgspec.Struct, frozen=True):
    """A report that is made by itself."""

    name: str
    every: str
    """When, as it is written; of the report on a window, in words."""
    next_at: float
    """UTC seconds; 0 when nobody can say."""


class AskReports(msgspec.Struct, frozen=True, tag=True):
    """Console: which reports are kept? Answered by `ReportsAnswer`."""

    id: int


class AskReport(msgspec.Struct, frozen=True, tag=True):
    """Console: what does a kept report say, in one of its formats? Answered by `ReportAnswer`."""

    id: int
    file: str
    form: str = "text"


class MakeReport(msgspec.Struct, frozen=True, tag=True):
    """Console: make a report now and keep it. Answered by `ReportMade`."""

    id: int
    name: str
    """`daily`, ..., `window`, or `window:NAME` for the last one of that name."""
    since: float = 0.0
    """UTC seconds; 0: what is usual for that report."""
    until: float = 0.0
    """0: now."""


class ReportsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the reports that are kept, newest first, and those to come."""

    id: int
    kept: tuple[KeptReport, ...]
    planned: tuple[PlannedReport, ...] = ()
    folder: str = ""
    """Where they lie on the agent's host."""


class ReportAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the text."""

    id: int
    text: str


class ReportMade(msgspec.Struct, frozen=True, tag=True):
    """Agent: it is kept under this name."""

    id: int
    file: str


Questions = AskReports | AskReport | MakeReport
Answers = ReportsAnswer | ReportAnswer | ReportMade

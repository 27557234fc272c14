"""Owns the messages about reports: questions to the agent, with their answers.

Only the App answers, by `tui/report_questions.py`. An answer holds why there is none in `problem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual.message import Message

from runbooks.kept_reports import KeptReport
from tui.messages import Question


class Coming(NamedTuple):
    """A report that is made by itself."""

    name: str
    every: str
    next_at: float
    """UTC seconds; 0 when nobody can say."""


class ReportQuestion(Question):
    """Asks or wishes something about reports."""


@dataclass
class ReportsRequested(ReportQuestion):
    """Wishes for the reports that are kept; answered by `ReportsArrived`, newest first."""

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return ReportsArrived(problem=problem)


@dataclass
class ReportsArrived(Message, bubble=False):
    """Answers `ReportsRequested`."""

    kept: tuple[KeptReport, ...] = ()
    coming: tuple[Coming, ...] = ()
    folder: str = ""
    problem: str = ""


@dataclass
class ReportRequested(ReportQuestion):
    """Wishes for a kept report in one of its formats; answered by `ReportArrived`."""

    file: str
    form: str

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return ReportArrived(self.file, self.form, problem=problem)


@dataclass
class ReportArrived(Message, bubble=False):
    """Answers `ReportRequested`."""

    file: str
    form: str
    text: str = ""
    problem: str = ""


@dataclass
class ReportWished(ReportQuestion):
    """Wishes that a report be made now and kept; answered by `ReportKept`."""

    NEWEST_ONLY: ClassVar[bool] = False

    name: str

    def failed(self, problem: str) -> Message:
        """Return the answer that it was not made."""
        return ReportKept(problem=problem)


@dataclass
class ReportKept(Message, bubble=False):
    """Answers `ReportWished`."""

    file: str = ""
    problem: str = ""

"""Owns the answering of what is asked about reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.report_messages import (
    Answers,
    AskReport,
    AskReports,
    MakeReport,
    Questions,
    ReportAnswer,
    ReportMade,
    ReportsAnswer,
)
from agent.reports import Reports
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class ReportClerk:
    """Lists reports, shows them, has them made."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    reports: Reports

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        match ask:
            case AskReports():
                kept = await self.reports.kept()
                return ReportsAnswer(ask.id, kept, self.reports.planned(), str(self.reports.folder))
            case AskReport():
                return ReportAnswer(ask.id, await self.reports.text(ask.file, ask.form))
            case MakeReport():
                file = await self.reports.make(ask.name, ask.since, ask.until, operator)
                return ReportMade(ask.id, file)

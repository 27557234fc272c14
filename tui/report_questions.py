"""Owns how the agent answers what screens ask and wish about reports."""

from __future__ import annotations

from textual.message import Message

from agent.link import Link
from agent.report_messages import AskReport, AskReports, MakeReport, ReportAnswer, ReportMade, ReportsAnswer
from tui.report_messages import (
    Coming,
    ReportArrived,
    ReportKept,
    ReportQuestion,
    ReportRequested,
    ReportsArrived,
    ReportsRequested,
    ReportWished,
)


async def answer(link: Link, question: ReportQuestion) -> Message:
    """Return the answer.

    Raises:
        LinkError: when there is none; says why.
    """
    match question:
        case ReportsRequested():
            kept = await link.ask(ReportsAnswer, AskReports)
            coming = tuple(Coming(one.name, one.every, one.next_at) for one in kept.planned)
            return ReportsArrived(kept.kept, coming, kept.folder)
        case ReportRequested(file=file, form=form):
            told = await link.ask(ReportAnswer, lambda number: AskReport(number, file, form))
            return ReportArrived(file, form, told.text)
        case ReportWished(name=name):
            made = await link.ask(ReportMade, lambda number: MakeReport(number, name))
            return ReportKept(made.file)
    raise TypeError(f"nobody answers {type(question).__name__}")

"""Owns how the agent answers what screens and dialogs ask about the calendar."""

from __future__ import annotations

from textual.message import Message

from agent.calendar_messages import AskCalendar, CalendarAnswer, FinishTask, SkipTask, TasksAnswer
from agent.link import Link
from tui.calendar_messages import AgendaArrived, AgendaRequested, CalendarQuestion, TaskFinished, TaskSkipped
from tui.walk_messages import DecisionTaken


async def answered(link: Link, question: CalendarQuestion) -> Message:
    """Return the answer.

    Raises:
        LinkError: when there is none; says why.
    """
    match question:
        case AgendaRequested(start=start, end=end):
            answer = await link.ask(CalendarAnswer, lambda number: AskCalendar(number, start, end))
            return AgendaArrived(answer.agenda)
        case TaskFinished(task=task, note=note, took=took):
            await link.ask(TasksAnswer, lambda number: FinishTask(number, task, note, took))
        case TaskSkipped(task=task, reason=reason):
            await link.ask(TasksAnswer, lambda number: SkipTask(number, task, reason))
    return DecisionTaken()

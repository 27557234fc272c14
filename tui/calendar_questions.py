"""Owns how the agent answers what screens and dialogs ask about the calendar."""

from __future__ import annotations

from textual.message import Message

from agent.calendar_messages import AskCalendar, CalendarAnswer, FinishTask, SkipTask, TasksAnswer
from agent.link import Link
from checks.recurrence.zones import zone_named
from runbooks.calendar.wording import already_words
from tui.calendar_messages import (
    AgendaArrived,
    AgendaRequested,
    CalendarQuestion,
    TaskFinished,
    TaskRecorded,
    TaskSkipped,
)
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
        case TaskFinished(task=task, note=note, took=took, again=again):
            told = await link.ask(
                TasksAnswer, lambda number: FinishTask(number, task, note, took, again=again)
            )
            stands = told.calendar.task(task)
            if told.already is not None and stands is not None:
                return TaskRecorded(already_words(stands, told.already, zone_named(stands.zone)))
        case TaskSkipped(task=task, reason=reason):
            await link.ask(TasksAnswer, lambda number: SkipTask(number, task, reason))
    return DecisionTaken()

"""Owns the answering of what is asked and decided about the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.calendar import Calendar
from agent.calendar_messages import (
    Answers,
    AskCalendar,
    AskTasks,
    CalendarAnswer,
    FinishTask,
    Questions,
    RefuseTask,
    SkipTask,
    TasksAnswer,
)
from agent.kept import LONGEST
from agent.refusals import Refusals
from checks.text import clean
from runbooks.news import TASK
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class CalendarClerk:
    """Answers what is asked and decided about the calendar."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    calendar: Calendar
    refusals: Refusals

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return what is in the calendar, or how tasks stand after what was wanted."""
        match ask:
            case AskCalendar():
                return CalendarAnswer(ask.id, await self.calendar.agenda(ask.start, ask.end))
            case AskTasks():
                await self.calendar.look()
            case FinishTask():
                said = (ask.name, ask.note, ask.took, ask.failed)
                written, before = await self.calendar.finish(*said, operator, again=ask.again)
                return TasksAnswer(ask.id, self.calendar.now, written, before)
            case SkipTask():
                written = await self.calendar.skip(ask.name, ask.reason, operator)
                return TasksAnswer(ask.id, self.calendar.now, written)
            case RefuseTask():
                name, why = (clean(text)[:LONGEST] for text in (ask.name, ask.why))
                await self.refusals.write(f"{TASK}{name}", why, operator, alone=True)
        return TasksAnswer(ask.id, self.calendar.now)

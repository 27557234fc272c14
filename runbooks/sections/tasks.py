"""Owns the section on recurring tasks: done, late, missed, skipped and failed in the time told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.moments import moment
from runbooks.calendar.fold import KINDS as CALENDAR
from runbooks.calendar.fold import fold_all
from runbooks.calendar.numbers import TaskCount, counts
from runbooks.calendar.plan import tasks_of
from runbooks.calendar.ruling import stands
from runbooks.calendar.state import Standing
from runbooks.events import Entry
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Facts, Heading, Items, Table
from runbooks.report_layout import event_line
from runbooks.report_parts import EventPart
from runbooks.section import Section
from runbooks.task_events import (
    TaskDone,
    TaskEnding,
    TaskFailed,
    TaskMissed,
    TaskOutcome,
    TaskRecord,
    TaskSkipped,
)
from runbooks.wording import who

LONGEST = 400 * 86_400.0
"""Seconds before the time told of in which it was last said how a task stands; one a year is among them."""
KINDS = (TaskDone, TaskFailed, TaskMissed, TaskSkipped)


class TaskLine(msgspec.Struct, frozen=True):
    """What became of one task."""

    name: str
    done: int
    late: int
    """Of those that were done."""
    missed: int
    skipped: int
    failed: int
    last_done_at: float
    """0 when it was not done in the time."""
    took: float | None
    """Seconds that it took on average; None when nobody knows."""
    expected: float | None
    title: str = ""


class NextTask(msgspec.Struct, frozen=True):
    """A task that comes next."""

    name: str
    starts_at: float
    expected: float
    """Seconds; 0 when nobody knows."""
    title: str = ""
    due_until: float = 0.0
    """Of one that is due now, or overdue: until when; 0 when it is neither."""


class TasksSection(Section, frozen=True):
    """What became of tasks."""

    TITLE: ClassVar[str] = "Tasks"

    done: int
    missed: int
    tasks: tuple[TaskLine, ...]
    remarks: tuple[EventPart, ...]
    """What was missed, skipped or failed, and what was said of it."""
    next: tuple[NextTask, ...]
    """The next time of each task of the system, the soonest first."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the tasks of which something is written in the time."""
        rows = material.entries(*KINDS)
        remarks = tuple(part for entry in rows if (part := _remark(entry)) is not None)
        outcomes: dict[str, list[TaskOutcome]] = {}
        for name, outcome in map(_told, rows):
            outcomes.setdefault(name, []).append(outcome)
        counted = counts(rows, material.since, material.until)
        titles = {task.name: task.title for task in tasks_of(material.system)}
        lines = tuple(_line(one, outcomes[one.name], titles.get(one.name, "")) for one in counted)
        return cls(
            sum(one.done for one in lines),
            sum(one.missed for one in lines),
            lines,
            remarks,
            tuple(sorted(_coming(material), key=lambda one: one.starts_at)),
        )

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the tasks, and the remarks."""
        if self.tasks:
            yield Facts((("Done", Amount(self.done)), ("Missed", Amount(self.missed))))
            yield self._table(zone)
        else:
            yield Items(("nothing is written of recurring tasks in this time",))
        if self.remarks:
            yield Items(tuple(event_line(part, zone) for part in self.remarks))
        if self.next:
            yield Heading(3, "Next")
            yield Items(tuple(_when(one, zone) for one in self.next))

    def _table(self, zone: tzinfo) -> Table:
        return Table(
            ("Task", "Done", "Late", "Missed", "Skipped", "Failed", "Last done", "Took", "Expected"),
            tuple(
                (
                    one.title or one.name,
                    Amount(one.done),
                    Amount(one.late),
                    Amount(one.missed),
                    Amount(one.skipped),
                    Amount(one.failed),
                    moment(one.last_done_at, zone),
                    "-" if one.took is None else Amount(one.took, "s"),
                    "-" if one.expected is None else Amount(one.expected, "s"),
                )
                for one in self.tasks
            ),
        )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the tasks that were missed or failed."""
        return tuple(
            f"{one.title or one.name}: {_lost(one)}" for one in self.tasks if one.missed or one.failed
        )


def _lost(one: TaskLine) -> str:
    counted = (("missed", one.missed), ("failed", one.failed))
    return ", ".join(f"{what} {'once' if many == 1 else f'{many} times'}" for what, many in counted if many)


def _when(one: NextTask, zone: tzinfo) -> str:
    name = one.title or one.name
    if one.due_until:
        return f"{name}: due since {moment(one.starts_at, zone)}, until {moment(one.due_until, zone)}"
    return f"{name}: {moment(one.starts_at, zone)}"


def _told(entry: Entry) -> tuple[str, TaskOutcome]:
    event = entry.event
    assert isinstance(event, KINDS)
    return event.name, event.outcome


def _remark(entry: Entry) -> EventPart | None:
    """Return what is to be told of a row; None when all went as it should."""
    name, outcome = _told(entry)
    if outcome.ending is TaskEnding.DONE and not outcome.note:
        return None
    many = f" ({outcome.count} times)" if outcome.count > 1 else ""
    by = who(outcome.by) if outcome.by.name else ""
    return EventPart(outcome.at, by, f"{outcome.ending}{many}", name, outcome.note)


def _line(count: TaskCount, told: list[TaskOutcome], title: str) -> TaskLine:
    done = [one for one in told if one.ending is TaskEnding.DONE]
    timed = [one for one in done if one.took > 0]
    expected = [one.expected for one in told if one.expected > 0]
    return TaskLine(
        count.name,
        count.done,
        count.late,
        count.missed,
        count.skipped,
        count.failed,
        max((one.at for one in done), default=0.0),
        sum(one.took for one in timed) / len(timed) if timed else None,
        expected[-1] if expected else None,
        title,
    )


def _coming(material: Material) -> Iterator[NextTask]:
    """Yield what is due and what comes, as the calendar has it: what was done early does not come again."""
    rows = material.entries(*CALENDAR, before=LONGEST, after=max(0.0, material.made_at - material.until))
    records = fold_all(rows)
    for task in tasks_of(material.system):
        now = stands(
            task, records.get(task.name) or TaskRecord(task.name, since=material.made_at), material.made_at
        )
        if now.start:
            due = now.standing in (Standing.DUE, Standing.OVERDUE)
            yield NextTask(task.name, now.start, task.expected, task.title, now.until if due else 0.0)

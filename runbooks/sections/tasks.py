"""Owns the section on recurring tasks: done, late, missed, skipped and failed in the time told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from runbooks.events import Entry
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Facts, Items, Table
from runbooks.report_layout import event_line
from runbooks.report_parts import EventPart
from runbooks.section import Section
from runbooks.task_events import TaskDone, TaskEnding, TaskFailed, TaskMissed, TaskOutcome, TaskSkipped
from runbooks.wording import moment, who

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


class TasksSection(Section, frozen=True):
    """What became of tasks."""

    TITLE: ClassVar[str] = "Tasks"

    done: int
    missed: int
    tasks: tuple[TaskLine, ...]
    remarks: tuple[EventPart, ...]
    """What was missed, skipped or failed, and what was said of it."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the tasks of which something is written in the time."""
        outcomes: dict[str, list[TaskOutcome]] = {}
        remarks = []
        for entry in material.entries(*KINDS):
            name, outcome = _told(entry)
            outcomes.setdefault(name, []).append(outcome)
            if outcome.ending is not TaskEnding.DONE or outcome.note:
                many = f" ({outcome.count} times)" if outcome.count > 1 else ""
                by = who(outcome.by) if outcome.by.name else ""
                remarks.append(EventPart(outcome.at, by, f"{outcome.ending}{many}", name, outcome.note))
        lines = tuple(_line(name, told) for name, told in sorted(outcomes.items()))
        return cls(sum(one.done for one in lines), sum(one.missed for one in lines), lines, tuple(remarks))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the tasks, and the remarks."""
        if not self.tasks:
            yield Items(("nothing is written of recurring tasks in this time",))
            return
        yield Facts((("Done", Amount(self.done)), ("Missed", Amount(self.missed))))
        yield Table(
            ("Task", "Done", "Late", "Missed", "Skipped", "Failed", "Last done", "Took", "Expected"),
            tuple(
                (
                    one.name,
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
        if self.remarks:
            yield Items(tuple(event_line(part, zone) for part in self.remarks))

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the tasks that were missed or failed."""
        return tuple(
            f"{one.name}: {one.missed} times missed, {one.failed} times failed"
            for one in self.tasks
            if one.missed or one.failed
        )


def _told(entry: Entry) -> tuple[str, TaskOutcome]:
    event = entry.event
    assert isinstance(event, KINDS)
    return event.name, event.outcome


def _line(name: str, told: list[TaskOutcome]) -> TaskLine:
    def count(ending: TaskEnding) -> int:
        return sum(one.count for one in told if one.ending is ending)

    done = [one for one in told if one.ending is TaskEnding.DONE]
    took = [one.took for one in done if one.took > 0]
    expected = [one.expected for one in told if one.expected > 0]
    return TaskLine(
        name,
        count(TaskEnding.DONE),
        sum(one.late for one in done),
        count(TaskEnding.MISSED),
        count(TaskEnding.SKIPPED),
        count(TaskEnding.FAILED),
        max((one.at for one in done), default=0.0),
        sum(took) / len(took) if took else None,
        expected[-1] if expected else None,
    )

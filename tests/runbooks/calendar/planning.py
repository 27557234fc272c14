"""Tasks and windows of tests, from what a configuration would say, and a journal in memory."""

from datetime import datetime
from typing import Any

from checks.board import SystemInfo
from checks.system import System
from runbooks.calendar import ruling
from runbooks.calendar.fold import Records, fold_all
from runbooks.calendar.plan import TaskPlan, tasks_of
from runbooks.calendar.ruling import Run
from runbooks.calendar.state import TaskNow
from runbooks.events import Entry, Event, decoder, encoder
from runbooks.operators import WALKDOWN, Operator
from runbooks.task_events import TaskRecord
from runbooks.windows.plan import WindowPlan, windows_of

OPERATOR = Operator("oper1", 1000)


def at(text: str) -> float:
    """A moment such as `2026-11-29T03:00`, in UTC unless it says otherwise."""
    return datetime.fromisoformat(text if "+" in text or text.endswith("Z") else f"{text}Z").timestamp()


def system(tasks: dict[str, Any], windows: dict[str, Any] | None = None, timezone: str = "UTC") -> System:
    sections = {"tasks": tasks, "windows": windows or {}}
    return System(SystemInfo("shop", timezone=timezone), sections=sections)


def tasks(windows: dict[str, Any] | None = None, timezone: str = "UTC", **named: Any) -> list[TaskPlan]:
    return list(
        tasks_of(system({name.replace("_", "-"): one for name, one in named.items()}, windows, timezone))
    )


def task(timezone: str = "UTC", windows: dict[str, Any] | None = None, **options: Any) -> TaskPlan:
    return tasks(windows, timezone, job=options)[0]


def windows(timezone: str = "UTC", **named: Any) -> tuple[WindowPlan, ...]:
    return windows_of(system({}, named, timezone))


class Diary:
    """A task as an agent looks after it: the rows of its journal, and what they come to."""

    def __init__(self, plan: TaskPlan, since: str) -> None:
        self.plan = plan
        self.rows: list[Entry] = []
        self.records: Records = {}
        for event in ruling.taken_up([plan], []):
            self.write(event, at(since), WALKDOWN)

    @property
    def record(self) -> TaskRecord:
        return self.records[self.plan.name]

    def write(self, event: Event, when: float, operator: Operator = OPERATOR) -> None:
        row = Entry(len(self.rows) + 1, "", when, 0.0, "boot", "host", operator, event)
        # As it is read back from a journal.
        self.rows.append(decoder.decode(encoder.encode(row)))
        self.records = fold_all(self.rows[-1:], self.records)

    def look(self, when: str) -> TaskNow:
        """Write down what was missed by then; return how the task stands."""
        lost = ruling.missed(self.plan, self.record, at(when))
        if lost is not None:
            self.write(lost, at(when), WALKDOWN)
        return ruling.stands(self.plan, self.record, at(when))

    def done(self, when: str, took: float = 0.0, **more: Any) -> None:
        self.look(when)
        run = Run(at(when), took, OPERATOR, **more)
        self.write(ruling.done_by_hand(self.plan, self.record, run), at(when))

    def skip(self, when: str, reason: str = "not needed") -> None:
        self.look(when)
        self.write(ruling.skipped(self.plan, self.record, reason, OPERATOR, at(when)), at(when))

    @property
    def kinds(self) -> list[str]:
        return [type(row.event).__name__ for row in self.rows]

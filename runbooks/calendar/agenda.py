"""Owns the agenda: what was and what is to be between two moments, windows and tasks, in order. Pure.

What has been is what the journal says; what is to be is what the configuration plans. Of a task that comes
many times a day, the times of one day that stand alike are told in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

import msgspec

from checks.moments import local
from runbooks.calendar.fold import Records
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.planned import often, task_spans, window_spans
from runbooks.calendar.ruling import times, usual
from runbooks.calendar.state import Agenda, AgendaEntry, Slot, Standing
from runbooks.events import Entry
from runbooks.task_events import (
    TaskDone,
    TaskEnding,
    TaskMissed,
    TaskOutcome,
    TaskRecord,
    TaskSkipped,
)
from runbooks.window_events import WindowClosed, WindowExtended, WindowMissed, WindowOpened
from runbooks.windows.behind import why_missed
from runbooks.windows.plan import WindowPlan

KINDS = (TaskDone, TaskMissed, TaskSkipped, WindowOpened, WindowExtended, WindowClosed, WindowMissed)
"""The events that it is made of."""
MOST = 2000
"""Entries that are told at most."""
LOOKED_AT = 20_000
"""Times of one window or task that are looked at."""


def agenda(
    windows: Iterable[WindowPlan],
    tasks: Iterable[TaskPlan],
    records: Records,
    entries: Iterable[Entry],
    start: float,
    end: float,
    now: float,
    zone: tzinfo,
) -> Agenda:
    """Return what is in the calendar between two moments, as it is known now.

    Args:
        windows: As they are planned.
        tasks: As they are planned.
        records: What is known of each task.
        entries: Rows of the journal of `KINDS`, in order, as far back as the beginning of the agenda.
        start: Its beginning, UTC seconds.
        end: Its end.
        now: What is after this is to come.
        zone: In which its days are meant.
    """
    plans = {task.name: task for task in tasks}
    rows = tuple(entries)
    every, held, early = tuple(windows), _opened(rows), _early(rows)
    been = [
        *(one for one in held if one.start <= now),
        *_not_opened(rows),
        *_waiting(every, held, early, now),
    ]
    found = [*_past(rows, plans, start, end), *(one for one in been if one.start < end and one.end > start)]
    found += _windows(every, max(start, now), end, now, early)
    for task in plans.values():
        found += _coming(task, records.get(task.name), start, end, now)
    told = list(_told_together(sorted(found, key=_order), plans, zone))
    return Agenda(start, end, tuple(told[:MOST]), len(told) > MOST)


def _order(entry: AgendaEntry) -> tuple[float, bool, str]:
    return entry.start, entry.slot is Slot.TASK, entry.name


def _past(
    entries: Iterable[Entry], plans: dict[str, TaskPlan], start: float, end: float
) -> Iterator[AgendaEntry]:
    """Yield what became of tasks; of an occurrence that has several ends, the last."""
    ends: dict[tuple[str, float], AgendaEntry] = {}
    for number, entry in enumerate(entries):
        match entry.event:
            case (
                TaskDone(name=name, outcome=outcome)
                | TaskMissed(name=name, outcome=outcome)
                | TaskSkipped(name=name, outcome=outcome)
            ):
                begin = outcome.start or outcome.at
                if start <= begin < end:
                    key = (name, outcome.start or -1.0 - number)
                    ends[key] = _ended(name, plans.get(name), outcome, begin)
    yield from ends.values()


def _ended(name: str, plan: TaskPlan | None, outcome: TaskOutcome, begin: float) -> AgendaEntry:
    standing = Standing.LATE if outcome.late else _ENDED[outcome.ending]
    if not outcome.count:
        standing = Standing.MISSED
    return AgendaEntry(
        Slot.TASK,
        name,
        begin,
        outcome.until or begin,
        plan.title if plan else "",
        standing,
        plan.window if plan else "",
        outcome.expected,
        outcome.took,
        outcome.at,
        outcome.by,
        outcome.walk,
        outcome.note,
        max(1, outcome.count),
    )


_ENDED = {
    TaskEnding.DONE: Standing.DONE,
    TaskEnding.MISSED: Standing.MISSED,
    TaskEnding.SKIPPED: Standing.SKIPPED,
    TaskEnding.FAILED: Standing.DUE,
}


def _opened(entries: Iterable[Entry]) -> list[AgendaEntry]:
    """Return the windows that were open, and the one that is."""
    found: list[AgendaEntry] = []
    for entry in entries:
        match entry.event:
            case WindowOpened() as event:
                opened = AgendaEntry(
                    Slot.WINDOW,
                    event.name,
                    entry.at,
                    event.until,
                    standing=Standing.OPEN,
                    lasts=event.until - entry.at,
                    by=entry.operator,
                    note=event.reason,
                )
                found.append(opened)
            case WindowExtended(until=until) if found:
                found[-1] = msgspec.structs.replace(found[-1], end=until)
            case WindowClosed() as event if found:
                last = found[-1]
                closed = min(entry.at, last.end)
                found[-1] = msgspec.structs.replace(
                    last, standing=Standing.DONE, end=closed, at=closed, took=closed - last.start
                )
    return found


def _not_opened(entries: Iterable[Entry]) -> Iterator[AgendaEntry]:
    """Yield the times of windows that were missed."""
    for entry in entries:
        if isinstance(entry.event, WindowMissed):
            lost = entry.event
            yield AgendaEntry(
                Slot.WINDOW,
                lost.name,
                lost.start,
                lost.end,
                standing=Standing.MISSED,
                lasts=lost.end - lost.start,
                at=entry.at,
                note=why_missed(lost.behind),
            )


def _waiting(
    plans: Iterable[WindowPlan], held: list[AgendaEntry], early: frozenset[tuple[str, float]], now: float
) -> Iterator[AgendaEntry]:
    """Yield the windows that are planned now, and wait for the one that is open to be closed."""
    if not held or held[-1].standing is not Standing.OPEN or now >= held[-1].end:
        return
    note = f"opens once {held[-1].name} is closed"
    for plan in plans:
        span = plan.timing.containing(now)
        if span is None or (plan.name, span.start) in early:
            continue
        if not any(one.name == plan.name and one.start < span.end and one.end > span.start for one in held):
            lasts = span.end - span.start
            yield AgendaEntry(
                Slot.WINDOW, plan.name, span.start, span.end, standing=Standing.DUE, lasts=lasts, note=note
            )


def _early(entries: Iterable[Entry]) -> frozenset[tuple[str, float]]:
    """Return the planned times that windows were opened early for, by name and start."""
    return frozenset(
        (entry.event.name, entry.event.planned_start)
        for entry in entries
        if isinstance(entry.event, WindowOpened) and entry.event.planned_start > entry.at
    )


def _windows(
    plans: Iterable[WindowPlan], start: float, end: float, now: float, early: frozenset[tuple[str, float]]
) -> list[AgendaEntry]:
    """Return the windows that are to come; one that was opened early has come already."""
    return [
        AgendaEntry(Slot.WINDOW, plan.name, span.start, span.end, lasts=span.end - span.start)
        for plan in plans
        for span in window_spans(plan, start, end)
        if span.start >= now and (plan.name, span.start) not in early
    ]


def _coming(
    plan: TaskPlan, record: TaskRecord | None, start: float, end: float, now: float
) -> Iterator[AgendaEntry]:
    """Yield when a task is due and will be."""
    if record is None:
        return
    lasts = usual(record) or plan.expected
    open_now = times(plan, record, now).open
    due = [open_now] if open_now is not None and start <= open_now.start < end else []
    ahead = max(start, now, record.settled + 1e-3)
    spans = task_spans(plan, ahead, end, LOOKED_AT)
    for span in (*due, *spans):
        standing = Standing.COMING
        if span is open_now:
            standing = Standing.DUE if now < span.end else Standing.OVERDUE
        note = record.failed.note if record.failed is not None and span is open_now else ""
        yield AgendaEntry(
            Slot.TASK, plan.name, span.start, span.end, plan.title, standing, plan.window, lasts, note=note
        )


def _told_together(
    entries: Iterable[AgendaEntry], plans: dict[str, TaskPlan], zone: tzinfo
) -> Iterator[AgendaEntry]:
    """Yield them, those of a task that comes often once for each day and standing."""
    heads: dict[tuple[str, Standing, object], int] = {}
    told: list[AgendaEntry] = []
    for entry in entries:
        plan = plans.get(entry.name) if entry.slot is Slot.TASK else None
        if plan is None or not often(plan.timing.timing) or entry.standing in _ALONE:
            told.append(entry)
            continue
        key = (entry.name, entry.standing, local(entry.start, zone).date())
        if key in heads:
            head = told[heads[key]]
            told[heads[key]] = msgspec.structs.replace(head, count=head.count + entry.count)
        else:
            heads[key] = len(told)
            told.append(entry)
    yield from told


_ALONE = frozenset({Standing.DUE, Standing.OVERDUE})

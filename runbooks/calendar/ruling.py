"""Owns what becomes of tasks: how each stands, what was missed, what a run counts for. Pure.

A run counts for the newest time that is due or was missed; when there is none, for the next one, if it is
near: within a quarter of the time that lies between the two. Any other run fulfils nothing.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from checks.recurrence.timing import LONGEST, Span
from runbooks.calendar.plan import LOOK_BACK, TaskPlan
from runbooks.calendar.state import Means, Standing, TaskNow
from runbooks.errors import RefusedDecisionError
from runbooks.operators import Operator
from runbooks.reasons import is_told, told
from runbooks.task_events import (
    TaskDone,
    TaskDropped,
    TaskEnding,
    TaskFailed,
    TaskMissed,
    TaskOutcome,
    TaskPlanned,
    TaskRecord,
    TaskSkipped,
)

NOBODY = Operator()
EARLY = 0.25
"""Part of the time between two occurrences by which a run may come before the one that it counts for."""
COLLECTED = 3600.0
"""Seconds from one row about missed times of a task to the next: what comes often is told together."""


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a task about a moment."""

    lost: tuple[Span, ...] = ()
    """Those that are missed and not written down yet, in order."""
    open: Span | None = None
    """The one that is due or overdue."""
    lost_at: float = 0.0
    """When that one is missed."""
    coming: Span | None = None
    """The next one."""

    def moves_at(self, at: float) -> float:
        """Return the next moment after this one at which something is another way."""
        edges = [self.coming.start] if self.coming else []
        if self.open is not None:
            edges += [self.open.end, self.lost_at]
        return min((edge for edge in edges if edge > at), default=math.inf)


def times(plan: TaskPlan, record: TaskRecord, at: float) -> Times:
    """Return the times of a task that matter at this moment: those after what was settled last."""
    begin = max(record.settled, record.since, at - LOOK_BACK)
    # What begins at the moment from which on it is expected counts; what was settled does not.
    spans = plan.after(begin if begin == record.settled else math.nextafter(begin, -math.inf))
    passed: list[Span] = []
    coming: Span | None = None
    for span in spans:
        if span.start > at:
            coming = span
            break
        passed.append(span)
    if not passed:
        return Times(coming=coming)
    newest = passed[-1]
    lost_at = plan.timing.lost_at(newest, coming)
    if at >= lost_at:
        return Times(tuple(passed), None, 0.0, coming)
    return Times(tuple(passed[:-1]), newest, lost_at, coming)


def stands(plan: TaskPlan, record: TaskRecord, at: float) -> TaskNow:
    """Return a task as it stands."""
    found = times(plan, record, at)
    about = found.open or found.coming
    return TaskNow(
        plan.name,
        plan.title,
        plan.words,
        str(plan.zone),
        plan.means,
        plan.target,
        plan.window,
        plan.only,
        plan.expected,
        usual(record),
        _standing(plan, found, at),
        about.start if about else 0.0,
        about.end if about else 0.0,
        found.lost_at or (plan.timing.lost_at(about, None) if about else 0.0),
        found.coming.start if found.coming else 0.0,
        record.missed,
        record.failed,
        record.last,
    )


def _standing(plan: TaskPlan, found: Times, at: float) -> Standing:
    if plan.by_hand:
        return Standing.BY_HAND
    if found.open is None:
        return Standing.COMING
    return Standing.DUE if at < found.open.end else Standing.OVERDUE


def usual(record: TaskRecord) -> float:
    """Return the median of the seconds that it took lately, 31 days at most; 0 when it was never timed."""
    return statistics.median(min(took, LONGEST) for took in record.took) if record.took else 0.0


def order(task: TaskNow) -> tuple[int, float, str]:
    """Return where a task stands in a list: what was missed first, then what is overdue, due, to come."""
    rank = {Standing.OVERDUE: 1, Standing.DUE: 2, Standing.COMING: 3}
    place = 0 if task.missed is not None else rank.get(task.standing, 4)
    return place, task.start or math.inf, task.name


# What happens by itself


def taken_up(plans: Iterable[TaskPlan], records: Iterable[TaskRecord]) -> list[TaskPlanned | TaskDropped]:
    """Return which tasks are new, come at other times than before, or are there no more."""
    known = {record.name: record for record in records}
    wanted = {plan.name: plan for plan in plans}
    gone = [TaskDropped(name) for name in known if name not in wanted]
    fresh = [
        TaskPlanned(plan.name, _when(plan))
        for plan in wanted.values()
        if plan.name not in known or known[plan.name].words != _when(plan)
    ]
    return [*gone, *fresh]


def missed(plan: TaskPlan, record: TaskRecord, at: float, *, collect: bool = True) -> TaskMissed | None:
    """Return what was missed and is to be written down now, all of it together; None when nothing is.

    What is missed often is collected for an hour, unless it must be known now.
    """
    lost = times(plan, record, at).lost
    fresh = record.missed is not None and 0 <= at - record.missed.at < COLLECTED
    if not lost or (collect and fresh):
        return None
    last = lost[-1]
    outcome = TaskOutcome(
        TaskEnding.MISSED,
        at,
        last.start,
        last.end,
        expected=plan.expected,
        count=len(lost),
        first=lost[0].start if len(lost) > 1 else 0.0,
    )
    return TaskMissed(plan.name, outcome)


# What is done


@dataclass(frozen=True, slots=True)
class Run:
    """One time that a task was done or tried."""

    at: float
    """When it ended."""
    took: float = 0.0
    by: Operator = NOBODY
    walk: str = ""
    note: str = ""
    failed: bool = False


def counted(plan: TaskPlan, record: TaskRecord, run: Run) -> TaskDone | TaskFailed | None:
    """Return what a run comes to; None when it fulfils nothing that is or was due, nor comes by hand."""
    span = fulfilled(plan, record, run.at)
    if span is None and not plan.by_hand:
        return None
    ending = TaskEnding.FAILED if run.failed else TaskEnding.DONE
    outcome = TaskOutcome(
        ending,
        run.at,
        span.start if span else 0.0,
        span.end if span else 0.0,
        run.took,
        plan.expected,
        run.by,
        run.walk,
        run.note,
    )
    return (TaskFailed if run.failed else TaskDone)(plan.name, outcome)


def fulfilled(plan: TaskPlan, record: TaskRecord, at: float) -> Span | None:
    """Return the time of a task that a run which ended at this moment counts for; None when for none."""
    found = times(plan, record, at)
    if found.open is not None:
        return found.open
    if found.lost:
        return found.lost[-1]
    if record.missed is not None and record.missed.start == record.settled < at:
        return Span(record.missed.start, record.missed.until)
    coming = found.coming
    if coming is None:
        return None
    # The first of all is as far from the one before as from the one behind.
    before = record.settled or 2 * coming.start - next(plan.after(coming.start), coming).start
    near = coming.start - at <= EARLY * (coming.start - before)
    return coming if near else None


def done_by_hand(plan: TaskPlan, record: TaskRecord, run: Run) -> TaskDone | TaskFailed:
    """Return that somebody says that a task was done or failed; what no occurrence asked for counts for none.

    What a runbook, a checklist or a command fulfils otherwise needs a note that says how.

    Raises:
        RefusedDecisionError: when it may not be said; says why.
    """
    if run.took < 0 or not math.isfinite(run.took):
        raise RefusedDecisionError("a length is not below nothing")
    if run.took > LONGEST:
        raise RefusedDecisionError("a task does not take more than 31 days; say how long it took itself")
    if plan.means is not Means.HAND and not is_told(run.note):
        raise RefusedDecisionError(
            f"{plan.name} is fulfilled by {plan.means} {plan.target}; say in a note how it was done instead"
        )
    event = counted(plan, record, run)
    if event is not None:
        return event
    extra = TaskOutcome(
        TaskEnding.FAILED if run.failed else TaskEnding.DONE,
        run.at,
        took=run.took,
        expected=plan.expected,
        by=run.by,
        note=run.note,
    )
    return (TaskFailed if run.failed else TaskDone)(plan.name, extra)


def already(plan: TaskPlan, record: TaskRecord, at: float) -> TaskOutcome | None:
    """Return that by which the time before was done, when a run at this moment would count for none.

    None when one would count, when nobody is awaited, or when what came last was missed or left out.
    """
    last = record.last
    if last is None or plan.by_hand or fulfilled(plan, record, at) is not None:
        return None
    newest = last.start == record.settled if last.start else last.at > record.settled
    return last if newest else None


def skipped(plan: TaskPlan, record: TaskRecord, reason: str, by: Operator, at: float) -> TaskSkipped:
    """Return that what is due is left out, or that it is acknowledged that it was missed.

    What is due and what was missed before are settled together; what is neither may be left out when it is
    the next one.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    said = told(reason)
    found = times(plan, record, at)
    before = record.missed
    spans = [*found.lost, *([found.open] if found.open else [])]
    if not spans and before is None:
        if found.coming is None:
            raise RefusedDecisionError(f"{plan.name} is not due, so nothing can be left out")
        spans = [found.coming]
    last = spans[-1] if spans else None
    outcome = TaskOutcome(
        TaskEnding.SKIPPED,
        at,
        last.start if last else before.start if before else 0.0,
        last.end if last else before.until if before else 0.0,
        expected=plan.expected,
        by=by,
        note=said,
        count=len(spans),
    )
    return TaskSkipped(plan.name, outcome)


def _when(plan: TaskPlan) -> str:
    """Return what makes the times of a task other ones than before."""
    only = f", only {plan.only}" if plan.only else ""
    return f"{plan.words}{only} ({plan.zone})"

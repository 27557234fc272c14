"""Owns which walks and lists of the journal fulfil tasks, or were tried for them in vain."""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.calendar.fold import Records
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.ruling import Run
from runbooks.calendar.state import Means
from runbooks.checklist_events import ChecklistClosed, ChecklistOpened, ListEnding
from runbooks.journal.journal import Journal
from runbooks.live import WalkHead
from runbooks.walk_events import WalkEnded, WalkEnding
from runbooks.wording import ENDINGS

ENDS = (WalkEnded, ChecklistClosed)
"""The events after which something may be fulfilled."""
LATELY = 50
"""Walks and lists that are looked at."""

Ended = tuple[str, Run]
"""The name of a runbook or a checklist, and the run of it."""


async def finished_runs(
    journal: Journal, tasks: tuple[TaskPlan, ...], records: Records
) -> list[tuple[str, Run]]:
    """Return the runs that were not counted yet, each with the task that it is of, as they ended.

    Raises:
        JournalError: when the journal cannot be read.
    """
    wanted = {plan.means for plan in tasks}
    found: list[tuple[Means, Ended]] = []
    if Means.RUNBOOK in wanted:
        found += [(Means.RUNBOOK, ended) for ended in _walks(await journal.walks(LATELY))]
    if Means.CHECKLIST in wanted:
        found += [(Means.CHECKLIST, ended) for ended in await _lists(journal)]
    return [
        (plan.name, run)
        for means, (target, run) in sorted(found, key=lambda one: one[1][1].at)
        for plan in tasks
        if (plan.means, plan.target) == (means, target) and _is_new(plan, records, run)
    ]


def _is_new(plan: TaskPlan, records: Records, run: Run) -> bool:
    record = records.get(plan.name)
    return record is not None and run.at > record.since and run.walk not in record.walks


def _walks(heads: Iterable[WalkHead]) -> list[Ended]:
    return [
        (
            head.runbook,
            Run(
                head.ended_at,
                max(0.0, head.ended_at - head.opened_at),
                head.opened_by,
                head.id,
                "" if head.ending is WalkEnding.DONE else ENDINGS[head.ending],
                head.ending is not WalkEnding.DONE,
            ),
        )
        for head in heads
        if head.ending is not None and head.ending is not WalkEnding.REFUSED
    ]


async def _lists(journal: Journal) -> list[Ended]:
    opened: dict[str, tuple[str, float]] = {}
    found: list[Ended] = []
    for entry in await journal.newest(ChecklistOpened, ChecklistClosed, limit=LATELY):
        match entry.event:
            case ChecklistOpened(plan=plan):
                opened[entry.walk] = (plan.name, entry.at)
            case ChecklistClosed(ending=ending, reason=reason) if entry.walk in opened:
                name, at = opened[entry.walk]
                done = ending is ListEnding.DONE
                note = reason if done else f"given up: {reason}"
                took = max(0.0, entry.at - at)
                found.append((name, Run(entry.at, took, entry.operator, entry.walk, note, not done)))
    return found

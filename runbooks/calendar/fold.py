"""Owns the fold of the journal's rows into what is known of each task. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from runbooks.events import Entry
from runbooks.task_events import (
    TaskDone,
    TaskDropped,
    TaskFailed,
    TaskMissed,
    TaskOutcome,
    TaskPlanned,
    TaskRecord,
    TasksKept,
    TaskSkipped,
)

KINDS = (TaskPlanned, TaskDropped, TaskDone, TaskFailed, TaskMissed, TaskSkipped, TasksKept)
"""The events that concern it."""
TIMED = 10
"""Times whose length is remembered."""
COUNTED = 50
"""Walks and lists that are remembered, so that none counts twice."""

Records = Mapping[str, TaskRecord]
"""What is known of each task, by name."""


def fold(records: Records, entry: Entry) -> Records:
    """Return what is known after one more row; one of another kind adds nothing."""
    match entry.event:
        case TasksKept(records=kept):
            return {record.name: record for record in kept}
        case TaskDropped(name=name):
            return {other: record for other, record in records.items() if other != name}
        case TaskPlanned(name=name, words=words):
            before = records.get(name) or TaskRecord(name)
            return {**records, name: msgspec.structs.replace(before, words=words, since=entry.at)}
        case (
            TaskDone(name=name, outcome=outcome)
            | TaskFailed(name=name, outcome=outcome)
            | TaskMissed(name=name, outcome=outcome)
            | TaskSkipped(name=name, outcome=outcome)
        ):
            before = records.get(name) or TaskRecord(name)
            return {**records, name: _after(before, entry.event, outcome)}
    return records


def fold_all(entries: Iterable[Entry], records: Records | None = None) -> Records:
    """Return what the rows come to."""
    known: Records = records or {}
    for entry in entries:
        known = fold(known, entry)
    return known


def _after(
    record: TaskRecord, event: TaskDone | TaskFailed | TaskMissed | TaskSkipped, outcome: TaskOutcome
) -> TaskRecord:
    change = msgspec.structs.replace
    settled = max(record.settled, outcome.start)
    walks = (outcome.walk, *record.walks)[:COUNTED] if outcome.walk else record.walks
    match event:
        case TaskFailed():
            return change(record, failed=outcome, walks=walks)
        case TaskDone():
            took = (outcome.took, *record.took)[:TIMED] if outcome.took > 0 else record.took
            open_still = record.missed if not outcome.start and record.missed else None
            return change(
                record, settled=settled, missed=open_still, failed=None, last=outcome, took=took, walks=walks
            )
        case TaskSkipped():
            return change(record, settled=settled, missed=None, failed=None)
        case TaskMissed():
            return change(record, settled=settled, missed=_together(record.missed, outcome), failed=None)


def _together(before: TaskOutcome | None, after: TaskOutcome) -> TaskOutcome:
    """Return what was missed before and now as one."""
    if before is None:
        return after
    first = before.first or before.start
    return msgspec.structs.replace(after, first=first, count=before.count + after.count)

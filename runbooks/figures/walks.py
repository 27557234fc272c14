"""Owns a walk as reports of sections tell of it: how it ended, its steps, what was decided. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

import msgspec

from checks.moments import moment
from runbooks.approval_events import ApprovalAsked, ApprovalRefused, Approved, HandOverOffered
from runbooks.events import Entry
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Cell, Facts, Items, Quoted, Table
from runbooks.report_layout import event_line, stands
from runbooks.report_parts import EventPart, StepPart
from runbooks.reporting import report_of
from runbooks.walk_events import WalkOpened
from runbooks.wording import who


class EvidenceLine(msgspec.Struct, frozen=True):
    """A file that a step left."""

    name: str
    size: int
    sha256: str


class StepLine(msgspec.Struct, frozen=True):
    """A step, as it ended."""

    id: str
    title: str
    stage: str
    status: str
    attempts: int
    took: float
    """Seconds, of all attempts."""
    confirmed_by: str
    """Of the last attempt; empty when nobody had to."""
    action_sha256: str
    evidence: tuple[EvidenceLine, ...]
    """Of all attempts."""


class WalkLine(msgspec.Struct, frozen=True):
    """A walk."""

    walk: str
    runbook: str
    title: str
    opened_at: float
    opened_by: str
    ended_at: float
    """0 while it is open."""
    ending: str
    verdict: str
    plan_sha256: str
    steps: tuple[StepLine, ...]
    decisions: tuple[EventPart, ...]
    approvals: tuple[EventPart, ...]
    """What others approved or refused, and hand-overs that were offered."""
    deviations: tuple[EventPart, ...]
    left: tuple[str, ...]
    watch: tuple[str, ...]
    last_seq: int

    @property
    def name(self) -> str:
        """Return what it is called."""
        return f"{self.runbook}: {self.title}" if self.title else self.runbook


def walks_of(material: Material, since: float, until: float) -> tuple[WalkLine, ...]:
    """Return the walks that were begun from one moment until before another, in order."""
    opened = material.journal.rows((WalkOpened,), since, until)
    return tuple(walk_line(material.journal.walk(entry.walk), material.made_at) for entry in opened)


def walks_within(material: Material) -> tuple[WalkLine, ...]:
    """Return the walks of what is told of, in order: of a window, all that were open at any time in it.

    Of a period they are those that were begun in it, so that none stands in two reports.
    """
    if not material.window.name:
        return walks_of(material, material.since, material.until)
    found = material.journal.walks_open(material.since, material.until)
    return tuple(walk_line(material.journal.walk(walk), material.made_at) for walk in found)


def walk_line(entries: tuple[Entry, ...], made_at: float) -> WalkLine:
    """Return a walk by its rows."""
    report = report_of(entries, made_at)
    return WalkLine(
        report.walk,
        report.runbook,
        report.title,
        report.opened_at,
        report.opened_by,
        report.ended_at if report.ending else 0.0,
        report.ending,
        report.verdict,
        report.plan_sha256,
        tuple(_step(step) for step in report.steps),
        report.decisions,
        tuple(part for entry in entries if (part := _approval(entry)) is not None),
        report.deviations,
        report.left,
        report.watch,
        report.last_seq,
    )


def walk_blocks(line: WalkLine, zone: tzinfo, window_from: float = 0.0) -> Iterator[Block]:
    """Yield a walk for people; it is said when it was begun before the window opened that is told of."""
    before = ", before the window opened" if line.opened_at < window_from else ""
    yield Facts(
        (
            ("Verdict", line.verdict),
            ("Walk", line.walk),
            ("Walked by", line.opened_by),
            ("Begun", f"{moment(line.opened_at, zone)}{before}"),
            ("Ended", moment(line.ended_at, zone)),
            ("Plan", f"sha256 {line.plan_sha256}"),
        )
    )
    yield Table(
        ("Step", "Status", "Took", "Confirmed by", "Action"),
        tuple(_row(step, over=bool(line.ending)) for step in line.steps),
    )
    for label, parts in (
        ("Deviations", line.deviations),
        ("Decisions", tuple(part for part in line.decisions if part not in line.deviations)),
        ("Approvals", line.approvals),
    ):
        if parts:
            yield Quoted(label, "", tuple(event_line(part, zone) for part in parts))
    for label, lines in (("Left", line.left), ("To be watched", line.watch)):
        if lines:
            yield Quoted(label, "", lines)
    evidence = [(step.id, one) for step in line.steps for one in step.evidence if one.size]
    if evidence:
        yield Items(tuple(f"{step} left {one.name}, sha256 {one.sha256}" for step, one in evidence))


def _approval(entry: Entry) -> EventPart | None:
    """Return a row about approvals or a hand-over; None when it is about neither."""
    by = who(entry.operator)
    match entry.event:
        case ApprovalAsked() as event:
            said = f"action {event.action_sha256[:16]}"
            return EventPart(entry.at, "", "approval asked", event.step, said)
        case Approved() as event:
            return EventPart(entry.at, by, "approved", event.step, f"action {event.action_sha256[:16]}")
        case ApprovalRefused() as event:
            return EventPart(entry.at, by, "approval refused", event.step, event.reason)
        case HandOverOffered() as event:
            parts = (
                ("done", event.done),
                ("deviated", event.deviated),
                ("left", event.left),
                ("watch", event.watch),
            )
            said = "; ".join(f"{label}: {text}" for label, text in parts if text)
            return EventPart(entry.at, by, f"handed over to {event.to or 'whoever takes it'}", "", said)
        case _:
            return None


def _step(step: StepPart) -> StepLine:
    last = step.attempts[-1] if step.attempts else None
    return StepLine(
        step.id,
        step.title,
        step.stage,
        step.status.replace("_", " "),
        len(step.attempts),
        sum(attempt.elapsed for attempt in step.attempts),
        last.confirmed_by if last else "",
        last.action_sha256 if last else "",
        tuple(
            EvidenceLine(one.name, one.size, one.sha256)
            for attempt in step.attempts
            for one in attempt.evidence
        ),
    )


def _row(step: StepLine, *, over: bool) -> tuple[Cell, ...]:
    tries = f" (attempt {step.attempts})" if step.attempts > 1 else ""
    took: Cell = Amount(step.took, "s") if step.took else "-"
    action = step.action_sha256[:16] or "-"
    name = step.id if step.title == step.id else f"{step.id}: {step.title}"
    return (name, f"{stands(step.status, over)}{tries}", took, step.confirmed_by or "-", action)

"""Owns what a change ticket says of a walk: what was done, where it left the plan, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from checks.moments import moment
from runbooks.report_blocks import Ticket
from runbooks.report_parts import EventPart, Report
from runbooks.wording import done_words


def walk_ticket(report: Report, zone: tzinfo | None) -> Ticket:
    """Return the parts of the ticket."""
    return Ticket(
        tuple(_head(report, zone)),
        (
            ("Done", tuple(_done(report))),
            ("Deviated", tuple(_deviation(part, zone) for part in report.deviations)),
            ("Left", report.left),
            ("To be watched", report.watch),
        ),
        _tail(report),
    )


def _head(report: Report, zone: tzinfo | None) -> Iterator[str]:
    title = f": {report.title}" if report.title else ""
    yield f"{report.runbook}{title} on {report.system}"
    yield report.verdict
    yield f"{moment(report.opened_at, zone)} to {moment(report.ended_at, zone)}"
    yield f"by {report.opened_by} on {report.host}"


def _tail(report: Report) -> str:
    anchor = f", journal {report.head.seq}:{report.head.hash[:16]}" if report.head.hash else ""
    return f"Walk {report.walk}, plan {report.plan_sha256[:16]}{anchor}"


def _done(report: Report) -> Iterator[str]:
    for step in report.steps:
        if step.status == "succeeded" and step.changes:
            last = step.attempts[-1] if step.attempts else None
            said = (last.resolved_because or last.summary) if last else ""
            yield f"{step.title}: {said}" if said else step.title


def _deviation(part: EventPart, zone: tzinfo | None) -> str:
    """Return a deviation without the date, and by the name alone."""
    words = [moment(part.at, zone).partition(" ")[2][:8], done_words(part.what), part.step]
    words += ["by", part.who.split(",")[0]] if part.who else []
    return " ".join(filter(None, words)) + (f": {part.text}" if part.text else "")

"""Owns the format `ticket`: plain text of less than 2 KiB to be pasted into a change ticket.

What was done, where it left the plan, what is left, what to watch; the rest is in the other formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from runbooks.report_parts import EventPart, Report
from runbooks.wording import moment

LIMIT = 2048
"""Bytes that a ticket is shorter than."""
LINE = 160
"""Bytes of one line."""
_MORE = "- and {} more; see the whole report"


def render(report: Report, zone: tzinfo | None = None) -> str:
    """Return the text."""
    head = "\n".join(_cut(line) for line in _head(report, zone))
    tail = _cut(_tail(report))
    parts = {
        "Done": _items(_done(report)),
        "Deviated": _items(_deviation(part, zone) for part in report.deviations),
        "Left": _items(report.left),
        "To be watched": _items(report.watch),
    }
    told = dict.fromkeys(parts, "")
    room = LIMIT - len(head.encode()) - len(tail.encode()) - len(parts) - 2
    for place, label in enumerate(sorted(parts, key=lambda label: _size(parts[label]))):
        told[label] = _part(label, parts[label], room // (len(parts) - place))
        room -= len(told[label].encode())
    return "\n".join((head, *told.values(), tail))


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
    words = [moment(part.at, zone).partition(" ")[2][:8], part.what, part.step]
    words += ["by", part.who.split(",")[0]] if part.who else []
    return " ".join(filter(None, words)) + (f": {part.text}" if part.text else "")


def _items(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"- {_cut(line)}" for line in lines)


def _size(items: tuple[str, ...]) -> int:
    return sum(len(item.encode()) + 1 for item in items)


def _part(label: str, items: tuple[str, ...], room: int) -> str:
    """Return a part that takes at most `room` bytes; what does not fit is counted."""
    if not items:
        return f"{label}: nothing"
    kept, more = list(items), tuple[str, ...]()
    while kept and len(label) + 1 + _size((*kept, *more)) > room:
        kept.pop()
        more = (_MORE.format(len(items) - len(kept)),)
    return "\n".join((f"{label}:", *kept, *more))


def _cut(line: str) -> str:
    raw = line.encode()
    return line if len(raw) <= LINE else f"{raw[: LINE - 3].decode(errors='ignore')}..."

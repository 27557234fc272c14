"""Owns the format `ticket`: plain text of less than 2 KiB to be pasted into a change ticket.

What does not fit is counted; it is in the other formats.
"""

from __future__ import annotations

from collections.abc import Iterable

from runbooks.report_blocks import Document

LIMIT = 2048
"""Bytes that a ticket is shorter than."""
LINE = 160
"""Bytes of one line."""
_MORE = "- and {} more; see the whole report"


def render(document: Document) -> str:
    """Return the text."""
    ticket = document.ticket
    head = "\n".join(_cut(line) for line in ticket.head)
    tail = _cut(ticket.tail)
    parts = {label: _items(lines) for label, lines in ticket.parts}
    told = dict.fromkeys(parts, "")
    room = LIMIT - len(head.encode()) - len(tail.encode()) - len(parts) - 2
    for place, label in enumerate(sorted(parts, key=lambda label: _size(parts[label]))):
        told[label] = _part(label, parts[label], room // (len(parts) - place))
        room -= len(told[label].encode())
    return "\n".join((head, *told.values(), tail))


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

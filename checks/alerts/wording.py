"""Owns the words of messages: plain text of whitelisted fields, clean, short, one subject line. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import tzinfo

from checks.alerts.alert import Condition, Item, Letter, Route
from checks.board import SystemInfo
from checks.moments import moment
from checks.recurrence.zones import zone_named
from checks.text import clean

LONGEST_SUBJECT = 160
"""Characters."""
LONGEST_SUMMARY = 240
"""Characters of what was seen of one check."""
LONGEST_NEWS = 900
"""Characters of what is said of one thing that happened, the end of a log included."""
ROOM = 1800
"""Bytes that are filled with checks; the rest, up to 2 KiB, is for what stands around them."""

_RANKS = sorted(Condition, key=lambda condition: -condition.severity)


def letter_of(route: Route, system: SystemInfo, items: Sequence[Item], at: float, anchor: str = "") -> Letter:
    """Return the message that says these things; `items` are in the order in which they are to be told.

    `anchor` is the head of the journal, in short: with it in somebody's mailbox, nobody cuts rows off unseen.
    """
    said = "\n".join(f"{item.check} {item.before} {item.now} {item.since} {item.reminder}" for item in items)
    key = hashlib.sha256(f"{system.name}\n{route.name}\n{at}\n{said}".encode()).hexdigest()[:16]
    return Letter(
        key, route.name, _subject(system, items), _body(system, items, at, _foot(key, anchor)), at, at
    )


def note_of(route: Route, system: SystemInfo, subject: str, text: str, at: float, anchor: str = "") -> Letter:
    """Return a message that says something else than the state of a check, in one line each."""
    key = hashlib.sha256(f"note\n{route.name}\n{at}\n{subject}\n{text}".encode(errors="replace")).hexdigest()[
        :16
    ]
    body = "\n".join((*_head(system, at), "", clean(text)[:ROOM], "", _foot(key, anchor)))
    return Letter(key, route.name, _line(subject), body, at, at)


def trial_of(route: Route, system: SystemInfo, at: float) -> Letter:
    """Return the message with which a route is tried."""
    subject = f"[TEST] {_name(system)}: route {route.name}"
    return note_of(route, system, subject, "This is a test. Nothing has happened.", at)


def left_to_people(system: SystemInfo, response: str) -> str:
    """Return the subject of a message that says that a response has not helped."""
    return f"[CRIT] {_name(system)}: response {response} has not helped"


def _subject(system: SystemInfo, items: Sequence[Item]) -> str:
    worst = max((item.now for item in items), key=lambda condition: condition.severity)
    again = "still " if all(item.reminder for item in items) else ""
    if len(items) == 1:
        return _line(f"[{worst}] {_name(system)}: {again}{items[0].title}")
    counts = Counter(item.now for item in items)
    parts = ", ".join(f"{counts[rank]} {rank}" for rank in _RANKS if counts[rank])
    return _line(f"[{worst}] {_name(system)}: {again}{parts}")


def _name(system: SystemInfo) -> str:
    environment = f" ({system.environment})" if system.environment else ""
    return f"{system.title or system.name}{environment}"


def _body(system: SystemInfo, items: Sequence[Item], at: float, foot: str) -> str:
    zone = zone_named(system.timezone)
    parts: list[str] = []
    size = 0
    for item in items:
        part = _paragraph(item, zone)
        size += len(part.encode()) + 2
        if size > ROOM and parts:
            break
        parts.append(part)
    more = [f"and {len(items) - len(parts)} more"] if len(parts) < len(items) else []
    return "\n".join(("\n".join(_head(system, at)), "", "\n\n".join((*parts, *more)), "", foot))


def _head(system: SystemInfo, at: float) -> Iterable[str]:
    yield clean(f"system       {system.title or system.name}")
    if system.environment:
        yield clean(f"environment  {system.environment}")
    yield f"told         {moment(at, zone_named(system.timezone))}"


def _foot(key: str, anchor: str) -> str:
    foot = f"message {key}; one that comes twice bears the same number"
    return f"{foot}\njournal {anchor}" if anchor else foot


def _paragraph(item: Item, zone: tzinfo) -> str:
    before = f"{item.before} -> " if item.before is not None else ""
    course = f"still {item.now}" if item.reminder else f"{before}{item.now}"
    since = f", since {moment(item.since, zone)}" if item.since else ""
    name = item.title if item.title == item.check else f"{item.title} ({item.check})"
    if item.happened:
        said = "\n  ".join(clean(item.summary, lines=True)[:LONGEST_NEWS].splitlines())
        return clean(f"{item.title}: {item.now}, {moment(item.since, zone)}") + f"\n  {said}"
    return clean(f"{name}: {course}{since}") + "\n  " + clean(item.summary)[:LONGEST_SUMMARY]


def _line(text: str) -> str:
    """Return one clean line, fit for the head of a mail."""
    return clean(text)[:LONGEST_SUBJECT]

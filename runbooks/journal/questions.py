"""Owns what is asked of the journal: the rows of a walk or of a kind, the list of walks, how long steps took.

Reads only, by indexes: what is asked costs what is answered, however long the journal is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from runbooks.events import Entry
from runbooks.journal.rows import read_entry, unreadable
from runbooks.live import WalkHead
from runbooks.operators import Operator
from runbooks.outcome import Ending
from runbooks.walk_events import WalkEnding

_OF_WALK = "SELECT seq, body FROM entry INDEXED BY entry_walk WHERE walk = ? ORDER BY seq"
_SINCE = "SELECT seq, body FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
_OPENED = "SELECT seq, walk FROM entry INDEXED BY entry_kind WHERE kind = 'WalkOpened' ORDER BY seq DESC"
_ENDED = "SELECT max(seq) FROM entry INDEXED BY entry_kind WHERE kind = 'WalkEnded' AND walk = ?"
_BODY = "SELECT body FROM entry WHERE seq = ?"
_OF_RUNBOOK = "SELECT walk FROM entry WHERE kind = 'WalkOpened' AND runbook = ? ORDER BY seq DESC LIMIT ?"
_KIND = "SELECT seq, body FROM entry INDEXED BY entry_kind WHERE kind = ? ORDER BY seq DESC LIMIT ?"
_STEPS = (
    "SELECT seq, body FROM entry INDEXED BY entry_kind WHERE kind = 'StepEnded' AND walk = ? ORDER BY seq"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StepDuration:
    """How long a step took that succeeded."""

    step: str
    seconds: float
    walk: str


class _Plan(msgspec.Struct):
    name: str
    title: str = ""


class _OpenedEvent(msgspec.Struct):
    plan: _Plan


class _Opened(msgspec.Struct):
    """What of the row that opens a walk is shown in a list; its plan may be long."""

    at: float
    operator: Operator
    event: _OpenedEvent


class _EndedEvent(msgspec.Struct):
    ending: WalkEnding


class _Ended(msgspec.Struct):
    at: float
    event: _EndedEvent


class _Outcome(msgspec.Struct):
    ending: Ending


class _StepEvent(msgspec.Struct):
    step: str
    outcome: _Outcome
    elapsed: float = 0.0


class _StepEnded(msgspec.Struct):
    event: _StepEvent


_opened = msgspec.json.Decoder(_Opened)
_ended = msgspec.json.Decoder(_Ended)
_step_ended = msgspec.json.Decoder(_StepEnded)


def entries(connection: sqlite3.Connection, walk: str) -> tuple[Entry, ...]:
    """Return all rows of a walk, in order.

    Raises:
        ValueError: when this version cannot read one.
    """
    return tuple(read_entry(seq, body) for seq, body in connection.execute(_OF_WALK, (walk,)))


def since(connection: sqlite3.Connection, seq: int, limit: int) -> tuple[Entry, ...]:
    """Return the rows after that one, of all walks, at most so many.

    Raises:
        ValueError: when this version cannot read one.
    """
    return tuple(read_entry(seq, body) for seq, body in connection.execute(_SINCE, (seq, limit)))


def newest(connection: sqlite3.Connection, kinds: Iterable[str], limit: int) -> tuple[Entry, ...]:
    """Return the newest rows of these kinds, at most so many of each, in order.

    Raises:
        ValueError: when this version cannot read one.
    """
    found = [row for kind in kinds for row in connection.execute(_KIND, (kind, limit))]
    return tuple(read_entry(seq, body) for seq, body in sorted(found))


def walks(connection: sqlite3.Connection, limit: int, open_only: bool) -> tuple[WalkHead, ...]:
    """Return the walks, newest first, at most so many.

    Raises:
        ValueError: when this version cannot read one.
    """
    found: list[WalkHead] = []
    for seq, walk in connection.execute(_OPENED):
        if len(found) >= limit:
            break
        (end,) = connection.execute(_ENDED, (walk,)).fetchone()
        if end is None or not open_only:
            found.append(_head(connection, walk, seq, end))
    return tuple(found)


def durations(connection: sqlite3.Connection, runbook: str, limit: int) -> tuple[StepDuration, ...]:
    """Return how long the steps of the newest walks of a runbook took, of at most so many walks.

    Raises:
        ValueError: when this version cannot read one.
    """
    found = connection.execute(_OF_RUNBOOK, (runbook, limit)).fetchall()
    return tuple(duration for (walk,) in found for duration in _durations(connection, walk))


def _durations(connection: sqlite3.Connection, walk: str) -> Iterator[StepDuration]:
    for seq, body in connection.execute(_STEPS, (walk,)):
        event = _read(_step_ended, seq, body).event
        if event.outcome.ending is Ending.SUCCEEDED:
            yield StepDuration(event.step, event.elapsed, walk)


def _head(connection: sqlite3.Connection, walk: str, start: int, end: int | None) -> WalkHead:
    opened = _read(_opened, start, *connection.execute(_BODY, (start,)).fetchone())
    plan = opened.event.plan
    head = WalkHead(walk, plan.name, plan.title, opened.at, opened.operator)
    if end is None:
        return head
    ended = _read(_ended, end, *connection.execute(_BODY, (end,)).fetchone())
    return msgspec.structs.replace(head, ended_at=ended.at, ending=ended.event.ending)


def _read(decoder: msgspec.json.Decoder[T], seq: int, body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (TypeError, msgspec.MsgspecError) as error:
        raise unreadable(seq, error) from None

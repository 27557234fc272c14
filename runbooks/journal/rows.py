"""Owns how events become rows and rows become entries again: numbered, dated, encoded, chained.

Numbers, times and hashes are given inside the transaction that writes, so that whatever process writes, they
rise together. Never begins or ends a transaction.
"""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from checks.clock import Clock
from checks.errors import StoreError
from runbooks.events import Entry, Event, decoder, encoder
from runbooks.journal.chain import HASH_BYTES, Head, Row, linked
from runbooks.journal.identity import boot
from runbooks.operators import WALKDOWN, Operator
from runbooks.walk_events import WalkOpened

COLUMNS = "seq, walk, kind, runbook, body, hash"
_INSERT = f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
_HEAD = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"
_FROM = f"SELECT {COLUMNS} FROM entry WHERE seq >= ? ORDER BY seq"  # noqa: S608
_LOWEST = -(2**63)

EMPTY = Head(0, bytes(HASH_BYTES).hex())
"""Of a journal without a row."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written; the journal adds number, times, host and fence."""

    walk: str
    """Id of the walk; empty for what concerns none."""
    event: Event
    operator: Operator = WALKDOWN


class Scribe:
    """Writes drafts as the next rows."""

    def __init__(self, clock: Clock) -> None:
        """Look once where we are: the host and its boot."""
        self.clock = clock
        self.boot = boot()
        self.host = socket.gethostname()

    def write(
        self, connection: sqlite3.Connection, drafts: Iterable[Draft], fence: int = 0
    ) -> tuple[Entry, ...]:
        """Add the drafts, in order; the caller holds the transaction.

        Raises:
            ValueError: when one holds what cannot be encoded, or not be read again.
        """
        head = read_head(connection)
        before, entries = bytes.fromhex(head.hash), []
        for seq, draft in enumerate(drafts, head.seq + 1):
            entry = self._entry(seq, draft, fence)
            body = _encode(entry)
            before = linked(before, body)
            kind, runbook = str(draft.event.__struct_config__.tag), _runbook(draft.event)
            connection.execute(_INSERT, (seq, draft.walk, kind, runbook, body, before))
            entries.append(entry)
        return tuple(entries)

    def _entry(self, seq: int, draft: Draft, fence: int) -> Entry:
        now, mono = self.clock.now(), self.clock.monotonic()
        return Entry(seq, draft.walk, now, mono, self.boot, self.host, draft.operator, draft.event, fence)


def read_head(connection: sqlite3.Connection) -> Head:
    """Return the last row; EMPTY when there is none.

    Raises:
        StoreError: when it is damaged.
    """
    found = connection.execute(_HEAD).fetchone()
    if found is None:
        return EMPTY
    seq, digest = found
    if not isinstance(digest, bytes):
        raise StoreError(f"row {seq} is not made as rows are")
    return Head(seq, digest.hex())


def rows_from(connection: sqlite3.Connection, seq: int = _LOWEST) -> Iterator[Row]:
    """Yield the rows from that number on, in order; when not told, also those numbered as no row is."""
    return (Row(*columns) for columns in connection.execute(_FROM, (seq,)))


def read_entry(seq: int, body: bytes) -> Entry:
    """Return the entry that a row holds.

    Raises:
        ValueError: when this version cannot read it.
    """
    try:
        return decoder.decode(body)
    except (TypeError, msgspec.MsgspecError) as error:
        raise unreadable(seq, error) from None


def unreadable(seq: int, error: Exception) -> ValueError:
    """Return the error that says that this version cannot read the row."""
    return ValueError(f"row {seq} says what this version does not know: {error}")


def _encode(entry: Entry) -> bytes:
    """Return the bytes of a row; what could not be read again, such as a NaN, is refused here."""
    try:
        body = encoder.encode(entry)
        decoder.decode(body)
    except (TypeError, ValueError, OverflowError, msgspec.MsgspecError) as error:
        kind = type(entry.event).__name__
        raise ValueError(f"{kind} holds what no row can keep: {error}") from None
    return body


def _runbook(event: Event) -> str:
    return event.plan.name if isinstance(event, WalkOpened) else ""

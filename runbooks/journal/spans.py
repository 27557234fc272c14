"""Owns the rows of the journal between two moments, by their kinds. Blocks; belongs into a thread.

Rows are read newest first and only as far back as needed: what is asked costs what is answered. As the wall
clock may be set, a row up to a day older than the beginning does not end the search.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import msgspec

from checks.errors import StoreError
from runbooks.events import Entry, Event
from runbooks.journal.questions import entries
from runbooks.journal.rows import read_entry

SLACK = 86400.0
_KIND = "SELECT seq, body FROM entry INDEXED BY entry_kind WHERE kind = ? ORDER BY seq DESC"


class _Dated(msgspec.Struct):
    at: float


_dated = msgspec.json.Decoder(_Dated)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError) as error:
        raise StoreError(f"the journal cannot be read: {error}") from error


class PastJournal:
    """What a journal holds, as it was when it was opened."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read by this connection."""
        self._connection = connection

    def rows(self, kinds: tuple[type[Event], ...], since: float, until: float) -> tuple[Entry, ...]:
        """Return the rows of these kinds from one moment until before another, in their order.

        Raises:
            StoreError: when they cannot be read.
        """
        with _readable():
            found = [row for kind in kinds for row in self._of_kind(kind.__name__, since, until)]
            return tuple(read_entry(seq, body) for seq, body in sorted(found))

    def walk(self, walk: str) -> tuple[Entry, ...]:
        """Return all rows of a walk or of a list.

        Raises:
            StoreError: when they cannot be read.
        """
        with _readable():
            return entries(self._connection, walk)

    def _of_kind(self, kind: str, since: float, until: float) -> Iterator[tuple[int, bytes]]:
        for seq, body in self._connection.execute(_KIND, (kind,)):
            at = _dated.decode(body).at
            if at < since - SLACK:
                return
            if since <= at < until:
                yield seq, body

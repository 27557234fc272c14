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
_ENDED = "SELECT walk, body FROM entry INDEXED BY entry_kind WHERE kind = 'WalkEnded'"
_OPENED = "SELECT seq, walk FROM entry INDEXED BY entry_kind WHERE kind = 'WalkOpened' ORDER BY seq"
_BODY = "SELECT body FROM entry WHERE seq = ?"


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

    def walks_open(self, since: float, until: float) -> tuple[str, ...]:
        """Return the walks that were open at any time from one moment until before another, in order.

        However long before it they were begun: of each walk that ended before, only its end is read.

        Raises:
            StoreError: when they cannot be read.
        """
        with _readable():
            over = {walk for walk, body in self._connection.execute(_ENDED) if _at(body) < since}
            begun = [(seq, walk) for seq, walk in self._connection.execute(_OPENED) if walk not in over]
            return tuple(walk for seq, walk in begun if self._written(seq) < until)

    def _written(self, seq: int) -> float:
        """Return when a row was written."""
        (body,) = self._connection.execute(_BODY, (seq,)).fetchone()
        return _at(body)

    def _of_kind(self, kind: str, since: float, until: float) -> Iterator[tuple[int, bytes]]:
        for seq, body in self._connection.execute(_KIND, (kind,)):
            at = _at(body)
            if at < since - SLACK:
                return
            if since <= at < until:
                yield seq, body


def _at(body: bytes) -> float:
    return _dated.decode(body).at

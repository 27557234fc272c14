"""Owns the look at a journal before it is used: is it ours, whole, and the one that was anchored?

Quick, as it is done at every start; all rows are for `runbooks/journal/verify.py`. Changes nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from checks.errors import StoreError
from checks.storage import database
from checks.storage.schema import Migration, pending
from runbooks.journal.anchors import anchors_file, read_anchors
from runbooks.journal.chain import Chain, ChainError, follow
from runbooks.journal.errors import BrokenError, is_of_content
from runbooks.journal.places import beside, size_of
from runbooks.journal.rows import EMPTY, read_head, rows_from

APPLICATION = 0x574C4B4A
"""Stands in the header of the file: `WLKJ`."""
LAST_ROWS = 100
"""Rows whose hashes are computed."""


def refuse_loss(path: Path) -> None:
    """Refuse to begin anew where there was a journal.

    Raises:
        BrokenError: when there was.
    """
    newest = read_anchors(anchors_file(path)).newest
    if newest is not None:
        raise BrokenError(f"the journal {path} is gone; it had {newest.seq} rows at least")
    if size_of(beside(path, "-wal")):
        raise BrokenError(f"the journal {path} is gone, and only its log is there")


def examine(connection: sqlite3.Connection, path: Path, known: tuple[Migration, ...]) -> None:
    """Look for damage in the file, in its last rows, and against the newest anchor.

    Raises:
        BrokenError: when there is any, or the file is none of ours, or of a newer version.
        sqlite3.Error: when it cannot be read.
    """
    try:
        _look_into(connection, known)
        _look_at_anchor(connection, path)
    except (StoreError, ChainError) as error:
        raise BrokenError(f"the journal {path} is not sound: {error}") from error


@contextlib.contextmanager
def judging(path: Path) -> Iterator[None]:
    """Turn every error that speaks of what the file holds into `BrokenError`; others pass."""
    if size_of(path) == 0:
        raise BrokenError(f"the journal {path} is empty")
    try:
        yield
    except sqlite3.DataError as error:
        raise BrokenError(f"the journal {path} is damaged: {error}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if not is_of_content(error):
            raise
        raise BrokenError(f"the journal {path} is damaged: {error}") from error


def _look_into(connection: sqlite3.Connection, known: tuple[Migration, ...]) -> None:
    if verdict := _quick_check(connection):
        raise StoreError(verdict)
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION:
        raise StoreError("it was not written by walkdown")
    pending(connection, known)
    head = read_head(connection)
    if head == EMPTY:
        raise StoreError("it has no rows")
    chain = Chain()
    if head.seq > LAST_ROWS:
        chain = Chain(head.seq - LAST_ROWS, _hash(connection, head.seq - LAST_ROWS))
    for row in rows_from(connection, chain.seq + 1):
        chain = follow(chain, row)


def _look_at_anchor(connection: sqlite3.Connection, path: Path) -> None:
    newest = read_anchors(anchors_file(path)).newest
    if newest is None:
        return
    found = _hash(connection, newest.seq)
    if not found:
        last = read_head(connection).seq
        raise StoreError(f"row {newest.seq} is anchored, but it ends at row {last}: its tail was cut off")
    if found.hex() != newest.hash:
        raise StoreError(f"row {newest.seq} is not the one that was anchored")


def _hash(connection: sqlite3.Connection, seq: int) -> bytes:
    found = connection.execute("SELECT hash FROM entry WHERE seq = ?", (seq,)).fetchone()
    return found[0] if found and isinstance(found[0], bytes) else b""


def _quick_check(connection: sqlite3.Connection) -> str:
    """Return what is wrong with the file, as far as a short search finds; empty when nothing is."""
    limit = threading.Timer(database.CHECK_SECONDS, connection.interrupt)
    limit.start()
    try:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        return "" if verdict == "ok" else str(verdict)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return ""
        raise
    finally:
        limit.cancel()
        limit.join()

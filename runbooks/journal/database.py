"""Owns how the journal is opened for writing and for reading, and how another is begun in its place.

A file that is damaged, empty, cut short, of a newer version, of another program, or gone although its anchors
are there, is refused with `BrokenError` and left as it is. Nothing but `renew_journal` begins another in its
place, because an operator says so and why.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from checks.clock import Clock
from checks.errors import StoreError
from checks.private import make_private
from checks.storage import database
from checks.storage.schema import Migration, migrations
from checks.version import __version__
from runbooks.events import JournalBegun
from runbooks.journal.anchors import anchors_file, read_anchors
from runbooks.journal.errors import BrokenError, JournalError, code, failed
from runbooks.journal.making import connect, make, migrate, sweep
from runbooks.journal.places import beside, own_files, refuse_network, size_of
from runbooks.journal.rows import Draft, Scribe, read_head
from runbooks.journal.soundness import examine, judging, refuse_loss
from runbooks.operators import WALKDOWN, Operator

FOLDER = Path(__file__).parent / "migrations"

_OUT_OF_REACH = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
"""What comes of it when no file can be made beside the journal: read-only, not ours, or full."""


def open_journal(
    path: Path, scribe: Scribe, network: bool = False, known: tuple[Migration, ...] | None = None
) -> sqlite3.Connection:
    """Open the journal for writing; make it when there has never been one.

    Raises:
        BrokenError: when an operator must look at it first.
        StoreError: when folder or files are not ours alone, or lie on a `network` and may not.
        OSError: when folder or file cannot be made.
        sqlite3.Error: when SQLite cannot read or write it.
    """
    steps = migrations(FOLDER) if known is None else known
    make_private(path.parent)
    if not network:
        refuse_network(path.parent)
    own_files(path)
    sweep(path)
    if not path.exists():
        refuse_loss(path)
        make(path, scribe, _first(), steps)
    with contextlib.ExitStack() as stack:
        with judging(path):
            connection = stack.enter_context(contextlib.closing(connect(path)))
            examine(connection, path, steps)
        migrate(connection, path, steps, scribe.clock.now())
        stack.pop_all()
    return connection


@contextlib.contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal to read one consistent picture; also where nothing can be written.

    Raises:
        sqlite3.Error: when it cannot be read.
    """
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(database.reading(path))
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            logged = size_of(beside(path, "-wal")) > 0
            if code(error) not in _OUT_OF_REACH or logged or not path.exists():
                raise
            uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, isolation_level=None, uri=True)
            stack.enter_context(contextlib.closing(connection))
        yield connection


def renew_journal(
    path: Path, clock: Clock, reason: str, operator: Operator = WALKDOWN, network: bool = False
) -> Path | None:
    """Put a broken journal aside and begin another that names its head; return where it went.

    None when there was no file any more. Its anchors go with it. Every fence of the new one is higher than
    all that can be read of the old one, and than the number of seconds since 1970, as not all may be read.

    Raises:
        JournalError: when the journal is sound, out of reach, or cannot be put aside.
    """
    scribe = Scribe(clock)
    try:
        open_journal(path, scribe, network).close()
    except BrokenError:
        pass
    except (sqlite3.Error, OSError, StoreError) as error:
        raise failed(path, "begun anew", error) from error
    else:
        raise JournalError(f"the journal {path} is sound; it is not begun anew")
    try:
        after, floor = _remains(path)
        stamp = _stamp(path, clock.now())
        kept = _put_aside(path, stamp)
        begun = _first(after, reason, operator)
        make(path, scribe, begun, migrations(FOLDER), max(floor, int(clock.now())))
        _rename(anchors_file(path), stamp)
    except (sqlite3.Error, OSError, StoreError) as error:
        raise failed(path, "begun anew", error) from error
    return kept


def _first(after: str = "", reason: str = "", operator: Operator = WALKDOWN) -> Draft:
    return Draft("", JournalBegun(secrets.token_hex(16), __version__, after, reason), operator)


def _remains(path: Path) -> tuple[str, int]:
    """Return the hash of the last row, or else of the newest anchor, and the highest fence in sight."""
    newest, fence = read_anchors(anchors_file(path)).newest, 0
    after = newest.hash if newest else ""
    with contextlib.suppress(sqlite3.Error, UnicodeDecodeError, StoreError), looking(path) as connection:
        head = read_head(connection)
        after = head.hash if head.seq else after
        (fence,) = connection.execute("SELECT coalesce(max(fence), 0) FROM lease").fetchone()
    return after, fence if isinstance(fence, int) else 0


def _stamp(path: Path, now: float) -> str:
    """Return an ending under which nothing lies yet."""
    while True:
        stamp = time.strftime(".corrupt-%Y%m%dT%H%M%SZ", time.gmtime(now))
        if not any(beside(file, stamp).exists() for file in (path, anchors_file(path))):
            return stamp
        now += 1.0


def _put_aside(path: Path, stamp: str) -> Path | None:
    kept = _rename(path, stamp)
    with contextlib.suppress(FileNotFoundError):
        beside(path, "-wal").rename(beside(beside(path, stamp), "-wal"))
    beside(path, "-shm").unlink(missing_ok=True)
    return kept


def _rename(path: Path, ending: str) -> Path | None:
    with contextlib.suppress(FileNotFoundError):
        return path.rename(beside(path, ending))
    return None

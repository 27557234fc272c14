"""Owns how an SQLite file is opened: who may own it, its modes, its pragmas, its soundness, its schema.

Knows nothing of what is stored. Files are 0600 in a 0700 folder that is ours and no symbolic link. The main
file is made with its mode before SQLite sees it; `-wal` and `-shm` take theirs from it, so the umask of the
process, which belongs to all threads, is left alone.

A damaged file is kept under another name and a fresh one begun. That is right for results and readings,
which can be measured again; it would be wrong for a journal, whose owner must ask the operator first.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.errors import StoreError
from checks.private import FILE_MODE, make_private, own
from checks.storage.schema import Migration, apply, migrations, pending

BUSY_SECONDS = 5.0
"""How long a statement waits for another process's lock."""
CHECK_SECONDS = 2.0
"""How long a store is searched for damage before it is taken as sound; about 1 GB when cached."""

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRAGMAS = ("foreign_keys = ON", "synchronous = NORMAL", "journal_size_limit = 16777216")


@dataclass(frozen=True, slots=True)
class Database:
    """A store opened for writing, of the newest schema."""

    connection: sqlite3.Connection
    """For the thread that opened it, alone."""
    kept: Path | None = None
    """Where the file went that was found damaged; None when all was well."""


def open_database(path: Path, now: float, known: tuple[Migration, ...] | None = None) -> Database:
    """Open the store, making or migrating it when needed.

    Raises:
        StoreError: when folder or file are not ours alone, or the schema is not one that we know.
        OSError: when the folder or file cannot be made.
        sqlite3.Error: when SQLite cannot read or write it.
    """
    steps = migrations() if known is None else known
    make_private(path.parent)
    _own_files(path)
    kept = None
    if path.exists() and not _is_sound(path):
        kept = set_aside(path, now)
    if not path.exists():
        _make(path, now, steps)
    connection = _connect(path)
    try:
        _migrate(connection, path, now, steps)
    except BaseException:
        connection.close()
        raise
    return Database(connection, kept)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the store to read one consistent picture of it; never writes, never waits for the writer."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, timeout=BUSY_SECONDS, isolation_level=None, uri=True)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing; takes the write lock at once, as only then the busy timeout holds."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def is_damage(error: Exception) -> bool:
    """Return whether the error says that the file's content is broken, not merely out of reach."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def set_aside(path: Path, now: float) -> Path:
    """Rename a damaged store, and the log that belongs to it, out of the way; return its new name."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    kept = path.with_name(f"{path.name}.corrupt-{stamp}")
    path.rename(kept)
    with contextlib.suppress(FileNotFoundError):
        _beside(path, "-wal").rename(_beside(kept, "-wal"))
    _beside(path, "-shm").unlink(missing_ok=True)
    return kept


def _own_files(path: Path) -> None:
    for file in (path, _beside(path, "-wal"), _beside(path, "-shm")):
        with contextlib.suppress(FileNotFoundError):
            status = file.lstat()
            if not stat.S_ISREG(status.st_mode):
                raise StoreError(f"{file} is not a regular file")
            own(file, status, FILE_MODE)


def _is_sound(path: Path) -> bool:
    """Look for damage, but not for long; a file that is busy or out of reach raises."""
    if path.stat().st_size == 0:
        return False
    try:
        with contextlib.closing(_connect(path)) as connection:
            return _quick_check(connection)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise


def _quick_check(connection: sqlite3.Connection) -> bool:
    limit = threading.Timer(CHECK_SECONDS, connection.interrupt)
    limit.start()
    try:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        return bool(verdict == "ok")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return True
        raise
    finally:
        limit.cancel()
        limit.join()


def _make(path: Path, now: float, steps: tuple[Migration, ...]) -> None:
    """Make the store beside its place and move it there: it appears whole or not at all."""
    fresh = _beside(path, ".new")
    logs = [_beside(file, ending) for file in (fresh, path) for ending in ("-wal", "-shm")]
    for leftover in (fresh, *logs):
        leftover.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR, 0o600))
    with contextlib.closing(_connect(fresh)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection, fresh, now, steps)
    fresh.rename(path)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, now: float, steps: tuple[Migration, ...]) -> None:
    missing = pending(connection, steps)
    if not missing:
        return
    if len(missing) < len(steps):
        _copy(connection, _beside(path, f".before-{missing[0].number:04}"))
    with transaction(connection):
        for migration in pending(connection, steps):
            apply(connection, migration, now)


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write a whole copy of the store, for the operator who wants to go back."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR, 0o600))
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)

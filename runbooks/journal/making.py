"""Owns how a journal's file comes to be and is brought up to date: whole or not at all.

It is made under another name, with its first row in it, and linked into its place, which no other process
can do at the same time. An older one is migrated in one transaction, after a copy was put beside it.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from pathlib import Path

from checks.errors import StoreError
from checks.private import FILE_MODE
from checks.storage import database
from checks.storage.database import transaction
from checks.storage.schema import Migration, apply, pending
from runbooks.journal.identity import Identity, ours
from runbooks.journal.places import beside, sync_folder
from runbooks.journal.rows import Draft, Scribe
from runbooks.journal.soundness import APPLICATION

_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "recursive_triggers = ON",
    "journal_size_limit = 16777216",
)
_NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR | os.O_CLOEXEC


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing, such that a commit is on the disk before it returns.

    Raises:
        sqlite3.Error: when it cannot be opened.
    """
    connection = sqlite3.connect(path, timeout=database.BUSY_SECONDS, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def make(path: Path, scribe: Scribe, first: Draft, known: tuple[Migration, ...], floor: int = 0) -> None:
    """Make the journal with its first row; when another process was faster, that one's stays.

    Every fence of it will be above `floor`.

    Raises:
        OSError: when it cannot be made.
        sqlite3.Error: when SQLite cannot write it.
    """
    us = ours()
    fresh = beside(path, f".new-{us.pid}-{us.started}")
    os.close(os.open(fresh, _NEW, FILE_MODE))
    try:
        with contextlib.closing(connect(fresh)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            with transaction(connection):
                for migration in known:
                    apply(connection, migration, scribe.clock.now())
                connection.execute("INSERT INTO fence_floor (fence) VALUES (?)", (floor,))
                scribe.write(connection, (first,))
            _begin_log(connection)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        sync_folder(path.parent)
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            beside(fresh, ending).unlink(missing_ok=True)


def migrate(connection: sqlite3.Connection, path: Path, known: tuple[Migration, ...], now: float) -> None:
    """Apply the migrations that it lacks; `now` is UTC seconds.

    Raises:
        OSError: when no copy can be made.
        sqlite3.Error: when SQLite cannot write it.
    """
    missing = pending(connection, known)
    if not missing:
        return
    _copy(connection, beside(path, f".before-{missing[0].number:04}"))
    with transaction(connection):
        for migration in pending(connection, known):
            apply(connection, migration, now)


def _begin_log(connection: sqlite3.Connection) -> None:
    """Write ahead from here on. Done last: what the log held would be lost when it is not carried over."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreError(f"it cannot be written ahead here; SQLite says {mode}")


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write a whole copy of the journal, for the operator who wants to go back."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, _NEW, FILE_MODE))
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)


def sweep(path: Path) -> None:
    """Delete what processes left that were killed while they made the journal: half of it, a second name."""
    here, lead = ours(), f"{path.name}.new-"
    for file in path.parent.iterdir():
        named = re.fullmatch(r"(\d+)-(\d+)(-journal|-wal|-shm)?", file.name.removeprefix(lead))
        if named is None or not file.name.startswith(lead):
            continue
        if Identity(int(named[1]), int(named[2]), here.space, here.boot).dead:
            file.unlink(missing_ok=True)

"""Owns how a journal's file comes to be and is brought up to date: whole or not at all.

It is made under another name, with its first row in it, and linked into its place, which no other process
can do at the same time. An older one is migrated in one transaction, after a copy was put beside it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

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
    _sweep(path)
    us = ours()
    fresh = beside(path, f".new-{us.pid}-{us.started}")
    os.close(os.open(fresh, _NEW, FILE_MODE))
    try:
        with contextlib.closing(connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            with transaction(connection):
                for migration in known:
                    apply(connection, migration, scribe.clock.now())
                connection.execute("INSERT INTO fence_floor (fence) VALUES (?)", (floor,))
                scribe.write(connection, (first,))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        sync_folder(path.parent)
    finally:
        for file in (fresh, beside(fresh, "-wal"), beside(fresh, "-shm")):
            file.unlink(missing_ok=True)


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


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write a whole copy of the journal, for the operator who wants to go back."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, _NEW, FILE_MODE))
    with contextlib.closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)


def _sweep(path: Path) -> None:
    """Delete what was left by processes that were killed while they made the journal."""
    here, lead = ours(), f"{path.name}.new-"
    for file in path.parent.iterdir():
        pid, _, rest = file.name.removeprefix(lead).partition("-")
        started = rest.removesuffix("-wal").removesuffix("-shm")
        if not (file.name.startswith(lead) and pid.isdigit() and started.isdigit()):
            continue
        if Identity(int(pid), int(started), here.space, here.boot).dead:
            file.unlink(missing_ok=True)

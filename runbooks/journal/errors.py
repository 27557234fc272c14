"""Owns the errors of the journal.

StoreError
'-- JournalError      it could not be written or read; says which file and why
    '-- BrokenError   damaged, cut, gone, or no journal of ours: nobody but the operator goes on from there
WalkdownError
|-- FenceError        the lease is no longer ours: nothing was written
'-- HeldError         somebody else holds the lease
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from checks.errors import StoreError, WalkdownError
from runbooks.operators import Operator


class JournalError(StoreError):
    """The journal could not be written or read; of what was to be written, nothing counts."""

    full = False
    """Whether more room on the disk may help."""


class BrokenError(JournalError):
    """The file is damaged, was cut short or taken away, or is no journal that we know."""


class UnfitError(JournalError):
    """No row can hold what was to be written."""


class FenceError(WalkdownError):
    """The lease is no longer ours; nothing was written."""


class HeldError(WalkdownError):
    """Somebody else holds the lease."""

    def __init__(self, target: str, holder: Operator, walk: str, since: float) -> None:
        """Keep who holds it, for which walk, and since when (UTC seconds)."""
        super().__init__(f"{target} is held by {holder.name or 'somebody'}, for the walk {walk}")
        self.target = target
        self.holder = holder
        self.walk = walk
        self.since = since


_REASONS = {
    sqlite3.SQLITE_BUSY: "another process keeps it locked",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written to",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_IOERR_SHMSIZE: "the disk is full",
}
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
"""Results behind which a full disk, or a used-up share of it, may stand."""
_OF_CONTENT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""The last of them: a table is missing, or another than ours."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def code(error: sqlite3.Error) -> int:
    """Return the primary result code; that of a plain error where Python itself could not read what came."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def is_of_content(error: Exception) -> bool:
    """Return whether the error speaks of what the file holds, not of the way to it."""
    if isinstance(error, sqlite3.Error):
        return code(error) in _OF_CONTENT
    return isinstance(error, UnicodeDecodeError)


def reason(error: Exception) -> str:
    """Return why the file could not be written or read, in words for the operator."""
    if isinstance(error, sqlite3.Error):
        exact = getattr(error, "sqlite_errorcode", 0)
        return _REASONS.get(exact) or _REASONS.get(code(error)) or str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return "the disk is full" if error.errno in _FULL else (error.strerror or str(error)).lower()
    return str(error)


def failed(path: Path, what: str, error: Exception, kind: type[JournalError] = JournalError) -> JournalError:
    """Return the error that says that the file could not be written or read, and why."""
    failure = kind(f"the journal {path} cannot be {what}: {reason(error)}")
    failure.full = (isinstance(error, sqlite3.Error) and code(error) in _NO_ROOM) or (
        isinstance(error, OSError) and error.errno in _FULL
    )
    return failure

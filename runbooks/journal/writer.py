"""Owns the writing of the journal: one connection; each write is a transaction, on the disk when it returns.

Belongs to one thread. A journal that was found broken stays refused; one that is out of reach is tried anew
each time, on the same connection, as on a full disk no other could be opened.

When a disk fails while a commit is synced and goes on failing until the process ends, the last rows that were
refused may come to light all the same: whole, in their place, once. Whoever starts nothing before its row was
confirmed is safe from that.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from checks.clock import Clock
from checks.errors import StoreError
from checks.storage.database import transaction
from runbooks.journal.anchors import ROWS, SYSLOG, anchors_file, keep, read_anchors, tell_syslog
from runbooks.journal.ballast import SIZE, Ballast
from runbooks.journal.chain import Head
from runbooks.journal.database import open_journal
from runbooks.journal.errors import BrokenError, JournalError, UnfitError, failed, is_of_content
from runbooks.journal.rows import EMPTY, Scribe, read_head

log = logging.getLogger(__name__)

T = TypeVar("T")


class Writer:
    """Writes the journal of one path."""

    def __init__(
        self, path: Path, clock: Clock, network: bool = False, ballast: int = SIZE, syslog: Path = SYSLOG
    ) -> None:
        """Open nothing yet."""
        self.scribe = Scribe(clock)
        self.head = EMPTY
        """The last row that was seen."""
        self.broken = ""
        """Why the journal is refused; empty when it is not."""
        self.trouble = ""
        """Why it cannot be anchored, or the ballast not be laid; empty when all is well."""
        self._path = path
        self._network = network
        self._syslog = syslog
        self._ballast = Ballast(anchors_file(path).with_suffix(".ballast"), ballast)
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._anchored = 0

    @property
    def due(self) -> bool:
        """Return whether so many rows have come since the last anchor that another is due."""
        return self.head.seq - self._anchored >= ROWS

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction; what it raises on purpose, of the lease, goes through.

        Raises:
            JournalError: when it cannot be written, or the journal is broken.
        """

        def written(connection: sqlite3.Connection) -> T:
            with transaction(connection):
                self._follow(read_head(connection))
                done = work(connection)
                head = read_head(connection)
            self.head = head
            return done

        return self._try(written)

    def anchor(self) -> Head:
        """Anchor the head, and return it; when it cannot be kept, `trouble` says so.

        Raises:
            JournalError: when the journal cannot be read, or is broken.
        """
        self._try(lambda connection: self._follow(read_head(connection)))
        if self.head.seq > self._anchored:
            self.trouble = self._mind(self._keep_anchor)
            tell_syslog(self._path, self.head, self._syslog)
        return self.head

    def keep_up(self) -> None:
        """Anchor new rows, and lay the ballast again where there is room; nothing while out of reach."""
        with contextlib.suppress(JournalError):
            self.anchor()
            self.trouble = self._mind(self._ballast.lay) or self.trouble

    def drop_ballast(self) -> None:
        """Free the room that the ballast holds."""
        self.trouble = self._mind(self._ballast.drop)

    def forget(self) -> None:
        """Look at the journal anew before the next write, as another lies in its place."""
        self.close()
        self.broken, self.head = "", EMPTY

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _follow(self, head: Head) -> None:
        """Take note of the last row; rows that were there must be there still."""
        if head != self.head and head.seq <= self.head.seq:
            raise BrokenError(f"the journal {self._path} has lost rows: it ends at row {head.seq} again")
        self.head = head

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self.broken:
            raise BrokenError(self.broken)
        try:
            return work(self._open())
        except (sqlite3.Error, OSError, StoreError, ValueError) as error:
            raise self._failed(error) from error

    def _open(self) -> sqlite3.Connection:
        """Return the connection; another when the file was put aside or taken away."""
        if self._connection is not None and _identity(self._path) != self._file:
            self.close()
        if self._connection is None:
            self._connection = open_journal(self._path, self.scribe, self._network)
            self._file = _identity(self._path)
            newest = read_anchors(anchors_file(self._path)).newest
            self._anchored = newest.seq if newest else 0
        return self._connection

    def _failed(self, error: Exception) -> JournalError:
        """Return what the caller is told."""
        if is_of_content(error):
            error = BrokenError(f"the journal {self._path} is damaged: {error}")
        if not isinstance(error, BrokenError):
            if self._connection is not None and self._connection.in_transaction:
                self.close()
            kind = UnfitError if isinstance(error, ValueError) else JournalError
            return failed(self._path, "written", error, kind)
        self.close()
        self.broken = str(error)
        log.error("%s", error)
        return error

    def _keep_anchor(self) -> None:
        keep(anchors_file(self._path), self.head, self.scribe.clock.now())
        self._anchored = self.head.seq

    def _mind(self, chore: Callable[[], object]) -> str:
        """Do what nobody waits for; return why it could not be done."""
        try:
            chore()
        except (OSError, StoreError) as error:
            if str(error) != self.trouble:
                log.warning("beside the journal %s: %s", self._path, error)
            return str(error)
        return ""


def _identity(path: Path) -> tuple[int, int]:
    """Return what tells the file from another of that name."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_dev, status.st_ino)

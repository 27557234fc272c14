"""Owns the writing side of a store: backlog, batches, back-off, the hourly sweep. Knows no event loop.

A Writer is called by one thread. Whatever fails leaves the backlog as it was, closes the file and says so in
a notice; the next turn after a pause opens it again.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

from checks.board import Notice
from checks.clock import Clock
from checks.errors import StoreError
from checks.model import Result
from checks.storage.database import is_damage, open_database, set_aside, transaction
from checks.storage.history import Retention, SampleLog
from checks.storage.points import HOUR
from checks.storage.results import ResultLog
from checks.storage.spans import SpanLog
from checks.storage.sweep import GRACE, fold_complete_hours, prune

BACKLOG = 10_000
"""Results that wait at most; then the oldest is dropped."""
BATCH = 500
"""Results of one transaction at most."""
SWEEP_SECONDS = 0.02
"""How long a turn sweeps before it lets results pass."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds until the next try, after the first failure, the second and so on."""
LEAP = 5.0
"""A wall clock that moves so many seconds against the monotonic one was set."""
DISTRUST = 3600.0
"""Seconds for which nothing is deleted by age after the clock was set: it may be set back."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Backlog:
    """Results that wait to be written; put by one thread, taken by another."""

    def __init__(self, limit: int = BACKLOG) -> None:
        """Start empty."""
        self._limit = limit
        self._lock = threading.Lock()
        self._results: deque[Result] = deque()
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._results)

    def put(self, result: Result) -> None:
        """Add the newest result; when full, the oldest is dropped."""
        with self._lock:
            self._results.append(result)
            self._drop()

    def take(self, most: int) -> list[Result]:
        """Take the oldest results out."""
        with self._lock:
            return [self._results.popleft() for _ in range(min(most, len(self._results)))]

    def put_back(self, results: list[Result]) -> None:
        """Put results that were taken back before all others."""
        with self._lock:
            self._results.extendleft(reversed(results))
            self._drop()

    def lose(self, count: int) -> None:
        """Count results that were taken and could not be kept."""
        with self._lock:
            self.dropped += count

    def _drop(self) -> None:
        while len(self._results) > self._limit:
            self._results.popleft()
            self.dropped += 1


class Writer:
    """Writes the results of a backlog into the store of one path."""

    def __init__(self, path: Path, clock: Clock, retention: Retention, backlog: Backlog) -> None:
        """Open nothing yet."""
        self._path = path
        self._clock = clock
        self._retention = retention
        self._backlog = backlog
        self._connection: sqlite3.Connection | None = None
        self._samples = SampleLog()
        self._results = ResultLog(retention.results, retention.rows)
        self._spans = SpanLog()
        self._failures = 0
        self._retry_at = 0.0
        self._sweep: Iterator[None] = iter(())
        self._swept = 0
        self._offset = clock.now() - clock.monotonic()
        self._trusted_at = 0.0
        self._trouble: tuple[Notice, ...] = ()
        self._damage: tuple[Notice, ...] = ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return what the operator must know now."""
        return self._trouble + self._damage

    def turn(self) -> None:
        """Do what is due: write the backlog, sweep a little; nothing while a pause lasts."""
        if self._clock.monotonic() >= self._retry_at:
            self._attempt(sweep=True)

    def write(self) -> None:
        """Write the backlog now, whether a pause lasts or not."""
        self._attempt(sweep=False)

    def perform(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do other work in one transaction of its own, now.

        Raises:
            StoreError: when the store cannot be written, or a pause lasts for it could not be.
        """
        if self._clock.monotonic() < self._retry_at:
            raise StoreError(f"the store {self._path} could not be written a moment ago")
        try:
            with transaction(connection := self._open()):
                return work(connection)
        except (sqlite3.Error, OSError) as error:
            self._fail(error)
            raise StoreError(f"the store {self._path} cannot be written: {error}") from error
        except StoreError as error:
            self._fail(error)
            raise

    def close(self) -> None:
        """Write what is left, and close; what cannot be written is lost, counted and logged."""
        self.write()
        self._close()
        lost = self._backlog.take(len(self._backlog))
        if lost:
            log.error("the store %s ends without %d results", self._path, len(lost))
            self._backlog.lose(len(lost))

    def _attempt(self, sweep: bool) -> None:
        batch: list[Result] = []
        try:
            connection = self._open()
            while batch := self._backlog.take(BATCH):
                self._record(connection, batch)
            if sweep:
                self._sweep_on(connection)
        except (sqlite3.Error, OSError, StoreError) as error:
            self._backlog.put_back(batch)
            self._fail(error)
        else:
            self._failures = 0
            self._trouble = ()

    def _record(self, connection: sqlite3.Connection, batch: list[Result]) -> None:
        """Write the batch in one transaction; a result that cannot be encoded is lost alone."""
        try:
            with transaction(connection):
                self._samples.record(connection, batch)
                self._results.record(connection, batch)
                self._spans.record(connection, batch)
        except (TypeError, ValueError, OverflowError):
            self._forget()
            if len(batch) == 1:
                log.exception("a result of check %s cannot be stored", batch[0].check)
                self._backlog.lose(1)
                return
            for result in batch:
                self._record(connection, [result])

    def _sweep_on(self, connection: sqlite3.Connection) -> None:
        """Go on with the sweep for a moment, or begin the next one when an hour has become complete."""
        until = self._clock.monotonic() + SWEEP_SECONDS
        for _ in self._sweep:
            if self._clock.monotonic() >= until:
                return
        now = self._clock.now()
        hour = (round(now * 1000) - GRACE) // HOUR
        if hour != self._swept:
            self._swept = hour
            self._samples.forget()
            fold = fold_complete_hours(connection, now)
            old = prune(connection, self._retention, now) if self._clock_is_trusted() else ()
            self._sweep = chain(fold, old)

    def _clock_is_trusted(self) -> bool:
        """Return whether ages can be believed: the clock has not been set for a while."""
        elapsed = self._clock.monotonic()
        offset = self._clock.now() - elapsed
        if abs(offset - self._offset) > LEAP:
            self._trusted_at = elapsed + DISTRUST
        self._offset = offset
        return elapsed >= self._trusted_at

    def _open(self) -> sqlite3.Connection:
        """Return the connection, a new one when there is none or the file was deleted."""
        if self._connection is not None and not self._path.exists():
            self._close()
        if self._connection is None:
            database = open_database(self._path, self._clock.now())
            self._connection = database.connection
            if database.kept is not None:
                self._report_damage(database.kept)
        return self._connection

    def _close(self) -> None:
        self._forget()
        self._sweep = iter(())
        self._swept = 0
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _forget(self) -> None:
        self._samples.forget()
        self._results.forget()
        self._spans.forget()

    def _fail(self, error: Exception) -> None:
        self._close()
        now = self._clock.now()
        if is_damage(error):
            with contextlib.suppress(OSError):
                self._report_damage(set_aside(self._path, now))
        pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1
        self._retry_at = self._clock.monotonic() + pause
        if not self._trouble:
            log.warning("the store %s cannot be written: %s", self._path, error)
            text = f"results are not being stored: {error} ({self._path})"
            self._trouble = (Notice("store", text, at=now),)

    def _report_damage(self, kept: Path) -> None:
        log.error("the store %s was damaged and is kept as %s", self._path, kept)
        text = f"the store was damaged; history begins anew, the damaged file is kept as {kept}"
        self._damage = (Notice("damaged store", text, at=self._clock.now()),)

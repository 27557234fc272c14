"""Owns one consistent picture of a store for whoever reckons over long times: results, readings, levels.

Everything here blocks and belongs into a thread of its own; the store's own threads are left alone.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checks.errors import StoreError
from checks.model import HistoryQuery, Labels, Result, Series
from checks.slo.spans import LevelSpan
from checks.storage.database import reading
from checks.storage.history import Retention, courses
from checks.storage.results import latest, newest
from checks.storage.spans import spans_of

_MEASURED = "SELECT check_name, reading, labels, unit FROM series ORDER BY id"


@dataclass(frozen=True, slots=True)
class Measured:
    """A reading of which there is a course."""

    check: str
    reading: str
    labels: Labels
    unit: str


class PastStore:
    """What a store holds, as it was when it was opened; every call raises StoreError if it cannot be read."""

    def __init__(self, connection: sqlite3.Connection, retention: Retention, now: float) -> None:
        """Read by this connection; `now` is UTC seconds."""
        self._connection = connection
        self._retention = retention
        self._now = now

    def newest(self) -> dict[str, Result]:
        """Return the last result of each check."""
        with _readable():
            return newest(self._connection)

    def results(self, check: str, limit: int) -> tuple[Result, ...]:
        """Return the last results of a check, newest first."""
        with _readable():
            return latest(self._connection, check, limit)

    def measured(self) -> tuple[Measured, ...]:
        """Return every reading that there is a course of."""
        with _readable():
            rows = self._connection.execute(_MEASURED)
            return tuple(
                Measured(check, name, tuple((key, value) for key, value in json.loads(labels)), unit)
                for check, name, labels, unit in rows
            )

    def courses(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the courses that the query asks for."""
        with _readable():
            return courses(self._connection, query, self._retention, self._now)

    def spans(self, names: Iterable[str], since: float, until: float) -> Mapping[str, tuple[LevelSpan, ...]]:
        """Return how long these checks had which level between two moments."""
        with _readable():
            return spans_of(self._connection, names, since, until)


@contextlib.contextmanager
def past_store(path: Path, now: float, retention: Retention = Retention()) -> Iterator[PastStore]:  # noqa: B008
    """Open the picture.

    Raises:
        StoreError: when the store cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        with _readable():
            connection = stack.enter_context(reading(path))
        yield PastStore(connection, retention, now)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, zlib.error) as error:
        raise StoreError(f"the store cannot be read: {error}") from error

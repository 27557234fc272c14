"""Owns what is done to a store once an hour: complete hours are folded, what is too old is deleted.

Both go in small steps, each a transaction of its own: whoever drives them may pause or be killed after any.
A fold adds to what its hour holds already, so a late one, or samples dated back by a clock that was set, end
up where they belong.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from checks.storage.chunks import MINUTES, SAMPLES
from checks.storage.database import transaction
from checks.storage.history import Retention, values_of
from checks.storage.points import HOUR, MINUTE, Point, roll_up, sample

GRACE = 2 * MINUTE
"""How long after its end an hour is complete: no probe that began in it is still running."""
SLICE = 200
"""Rows that one step deletes at most."""

_OLD_HOURS = """
DELETE FROM hourly WHERE (series, hour) IN
    (SELECT series, hour FROM hourly WHERE series = ? AND hour < ? LIMIT ?)
"""
_OLD_SERIES = """
DELETE FROM series WHERE id IN (SELECT id FROM series WHERE id = ? AND seen < ? LIMIT ?)
"""
_OLD_RESULTS = """
DELETE FROM result WHERE id IN
    (SELECT id FROM result WHERE check_name = ? AND seq <= ? AND (NOT changed OR at < ?) LIMIT ?)
"""
_OLD_SPANS = """
DELETE FROM level_span WHERE id IN
    (SELECT id FROM level_span WHERE check_name = ? AND ended < ? LIMIT ?)
"""
_NEWEST_RESULTS = "SELECT check_name, max(seq) FROM result GROUP BY check_name"


def fold_complete_hours(connection: sqlite3.Connection, now: float) -> Iterator[None]:
    """Fold every hour that is complete, check by check; one hour of one check is one step."""
    end = (round(now * 1000) - GRACE) // HOUR * HOUR
    check = ""
    while (row := _next_check(connection, check)) is not None:
        check, oldest = row
        while oldest is not None and oldest < end:
            with transaction(connection):
                _fold(connection, check, oldest // HOUR)
            yield
            (oldest,) = connection.execute(
                "SELECT min(at) FROM sample WHERE check_name = ?", (check,)
            ).fetchone()


def prune(connection: sqlite3.Connection, retention: Retention, now: float) -> Iterator[None]:
    """Delete what is older than its retention, at most `SLICE` rows a step."""
    oldest = _hour(now, retention.hours)
    for (series,) in connection.execute("SELECT id FROM series").fetchall():
        yield from _delete(connection, SAMPLES.delete_old, series, _hour(now, retention.raw))
        yield from _delete(connection, MINUTES.delete_old, series, _hour(now, retention.minutes))
        yield from _delete(connection, _OLD_HOURS, series, oldest)
        yield from _delete(connection, _OLD_SERIES, series, oldest)
    for check, seq in connection.execute(_NEWEST_RESULTS).fetchall():
        kept = (check, seq - retention.results, now - retention.changes)
        yield from _delete(connection, _OLD_RESULTS, *kept)
        yield from _delete(connection, _OLD_SPANS, check, now - retention.hours)


def _next_check(connection: sqlite3.Connection, after: str) -> tuple[str, int | None] | None:
    """Return the next check by name that has samples, and when its oldest was made."""
    row: tuple[str, int] | None = connection.execute(
        "SELECT check_name, at FROM sample WHERE check_name > ? ORDER BY check_name, at LIMIT 1", (after,)
    ).fetchone()
    return row


def _delete(connection: sqlite3.Connection, statement: str, *values: object) -> Iterator[None]:
    """Run the statement until it finds no full slice any more."""
    deleted = SLICE
    while deleted == SLICE:
        with transaction(connection):
            deleted = connection.execute(statement, (*values, SLICE)).rowcount
        yield


def _fold(connection: sqlite3.Connection, check: str, hour: int) -> None:
    span = (check, hour * HOUR, (hour + 1) * HOUR)
    rows = connection.execute("SELECT at, body FROM sample WHERE check_name = ? AND at >= ? AND at < ?", span)
    by_series: dict[int, list[Point]] = defaultdict(list)
    for at, body in rows:
        for series, value in values_of(body):
            by_series[series].append(sample(at, value))
    for (series,) in connection.execute("SELECT id FROM series WHERE check_name = ?", (check,)).fetchall():
        if series in by_series:
            _fold_series(connection, series, hour, by_series[series])
    connection.execute("DELETE FROM sample WHERE check_name = ? AND at >= ? AND at < ?", span)


def _fold_series(connection: sqlite3.Connection, series: int, hour: int, points: list[Point]) -> None:
    before = SAMPLES.between(connection, series, hour, hour)
    samples = {point.at: point for point in [*before, *points]}
    SAMPLES.put(connection, series, hour, sorted(samples.values()))
    minutes = [*MINUTES.between(connection, series, hour, hour), *points]
    MINUTES.put(connection, series, hour, roll_up(minutes, MINUTE))
    ((_, *columns),) = roll_up([*_hourly(connection, series, hour), *points], HOUR)
    connection.execute("INSERT OR REPLACE INTO hourly VALUES (?, ?, ?, ?, ?, ?)", (series, hour, *columns))
    connection.execute("UPDATE series SET seen = max(seen, ?) WHERE id = ?", (hour, series))


def _hourly(connection: sqlite3.Connection, series: int, hour: int) -> list[Point]:
    row = connection.execute(
        "SELECT low, mean, high, count FROM hourly WHERE series = ? AND hour = ?", (series, hour)
    ).fetchone()
    return [] if row is None else [Point(hour * HOUR, *row)]


def _hour(now: float, span: float) -> int:
    return round((now - span) * 1000) // HOUR

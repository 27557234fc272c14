"""Owns the courses of readings in the store: how they are kept, for how long, and how they are read back.

A sample is first a row of its result in `sample`. Once its hour is complete it is folded into its series: the
samples as they were and the minutes as chunks, the hour as a row (see `checks/storage/sweep.py`). What is
read is always both together, so that a fold, early or late, changes no picture.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.model import HistoryQuery, Labels, Reading, Result, Series
from checks.storage.chunks import MINUTES, SAMPLES
from checks.storage.points import HOUR, LARGEST, MINUTE, Point, sample, thin

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept; spans in seconds."""

    raw: float = 7 * DAY
    """Every sample as it was."""
    minutes: float = 90 * DAY
    """Lowest, mean and highest of each minute."""
    hours: float = 730 * DAY
    """Lowest, mean and highest of each hour, and how long each level lasted."""
    results: int = 200
    """Newest results of each check, kept whole."""
    changes: float = 90 * DAY
    """Older results at which the level changed."""
    rows: int = 50
    """Rows of a result's table that are kept."""

    def __post_init__(self) -> None:
        """Refuse what would leave holes.

        Raises:
            ValueError: when finer data is to be kept longer than coarser, or no result at all.
        """
        if self.results < 1:
            raise ValueError("at least the last result of each check is kept")
        if not self.raw <= self.minutes <= self.hours:
            raise ValueError("samples may not be kept longer than minutes, nor minutes longer than hours")


Key = tuple[str, str, Labels]


class SampleLog:
    """Writes readings as samples. Belongs to the writing thread; remembers the ids of series."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._ids: dict[Key, int] = {}

    def forget(self) -> None:
        """Ask the store again for ids; when a write was undone, and before series are deleted."""
        self._ids.clear()

    def record(self, connection: sqlite3.Connection, results: Iterable[Result]) -> None:
        """Write the readings of the results; the caller holds the transaction.

        When the clock went back to the very millisecond of an earlier result, the later one counts.
        """
        rows = []
        for result in results:
            at = round(result.at * 1000)
            values = {
                self._id(connection, result.check, reading, at // HOUR): reading.value
                for reading in result.observation.readings
                if abs(reading.value) <= LARGEST
            }
            if values:
                body = struct.pack(f"<{len(values)}I{len(values)}d", *values, *values.values())
                rows.append((result.check, at, body))
        connection.executemany("INSERT OR REPLACE INTO sample (check_name, at, body) VALUES (?, ?, ?)", rows)

    def _id(self, connection: sqlite3.Connection, check: str, reading: Reading, hour: int) -> int:
        key = (check, reading.name, reading.labels)
        known = self._ids.get(key)
        if known is None:
            labels = json.dumps(reading.labels, ensure_ascii=False, separators=(",", ":"))
            (known,) = connection.execute(
                "INSERT INTO series (check_name, reading, labels, unit, seen) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET unit = excluded.unit, seen = max(seen, excluded.seen)"
                " RETURNING id",
                (check, reading.name, labels, reading.unit, hour),
            ).fetchone()
            self._ids[key] = known
        return known


def values_of(body: bytes) -> Iterator[tuple[int, float]]:
    """Yield the series ids and values of one row of `sample`."""
    size = len(body) // 12
    cells = struct.unpack(f"<{size}I{size}d", body)
    return zip(cells[:size], cells[size:], strict=True)


@dataclass(frozen=True, slots=True)
class Window:
    """What part of the store answers a query."""

    since: int
    until: int
    width: int
    """Milliseconds of one point: 0 (samples), a minute or an hour."""

    @property
    def hours(self) -> tuple[int, int]:
        """Return the first and the last hour."""
        return self.since // HOUR, self.until // HOUR


def window(query: HistoryQuery, retention: Retention, now: float) -> Window:
    """Choose what answers the query: the coarsest data that gives half as many points as asked, or more."""
    span = 2 * (query.until - query.since) / max(1, query.points)
    age = now - query.since
    width = 0
    if span >= 60 or age > retention.raw:
        width = MINUTE
    if span >= 3600 or age > retention.minutes:
        width = HOUR
    return Window(round(query.since * 1000), round(query.until * 1000), width)


def courses(
    connection: sqlite3.Connection, query: HistoryQuery, retention: Retention, now: float
) -> tuple[Series, ...]:
    """Return the courses that the query asks for, one for each member that was seen in its window."""
    members = _members(connection, query)
    part = window(query, retention, now)
    recent = _recent(connection, query.check, set(members), part)
    found = (
        as_series(query, labels, unit, [*_folded(connection, series, part), *recent[series]], part.width)
        for series, (labels, unit) in members.items()
    )
    return tuple(series for series in found if series.at)


def as_series(query: HistoryQuery, labels: Labels, unit: str, points: list[Point], width: int) -> Series:
    """Return points of `width` as the answer to a query: those of its window, rising, not more than asked.

    Spans of which one part was folded and another was not become one again.
    """
    since, until = round(query.since * 1000), round(query.until * 1000)
    first = since - width + (1 if width else 0)
    within = [point for point in points if first <= point.at <= until]
    thinned, step = thin(within, width, until - since + width, query.points)
    at, low, mean, high, _ = zip(*thinned, strict=True) if thinned else ((),) * 5
    seconds = tuple(time / 1000 for time in at)
    return Series(query.check, query.reading, labels, unit, seconds, low, mean, high, step / 1000)


def has_labels(wanted: Labels, labels: Labels) -> bool:
    """Return whether a member has all the labels that a query names."""
    return set(wanted) <= set(labels)


def _members(connection: sqlite3.Connection, query: HistoryQuery) -> dict[int, tuple[Labels, str]]:
    rows = connection.execute(
        "SELECT id, labels, unit FROM series WHERE check_name = ? AND reading = ? ORDER BY id",
        (query.check, query.reading),
    )
    members = {series: (_labels(text), unit) for series, text, unit in rows}
    return {key: member for key, member in members.items() if has_labels(query.labels, member[0])}


def _labels(text: str) -> Labels:
    return tuple((name, value) for name, value in json.loads(text))


def _recent(
    connection: sqlite3.Connection, check: str, wanted: set[int], part: Window
) -> dict[int, list[Point]]:
    """Return the samples of the window that no fold has taken yet."""
    found: dict[int, list[Point]] = {series: [] for series in wanted}
    rows = connection.execute(
        "SELECT at, body FROM sample WHERE check_name = ? AND at BETWEEN ? AND ? ORDER BY at",
        (check, part.since, part.until),
    )
    for at, body in rows:
        for series, value in values_of(body):
            if series in wanted:
                found[series].append(sample(at, value))
    return found


def _folded(connection: sqlite3.Connection, series: int, part: Window) -> Iterator[Point]:
    if part.width == HOUR:
        rows = connection.execute(
            "SELECT hour * ?, low, mean, high, count FROM hourly WHERE series = ? AND hour BETWEEN ? AND ?",
            (HOUR, series, *part.hours),
        )
        return map(Point._make, rows)
    chunks = MINUTES if part.width else SAMPLES
    return chunks.between(connection, series, *part.hours)

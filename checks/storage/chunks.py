"""Owns the tables of packed hours: one row holds the points of one series and hour.

Samples and minutes have a table each. They live for different times, and what was written together has to
be deleted together, or half-empty pages stay behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from checks.storage.points import HOUR, Point, pack, unpack


class Chunks:
    """One table of packed hours. Hours are counted from the epoch."""

    def __init__(self, table: str) -> None:
        """Write the statements for the table."""
        self._between = f"SELECT hour, body FROM {table} WHERE series = ? AND hour BETWEEN ? AND ?"  # noqa: S608
        self._put = (
            f"INSERT INTO {table} (series, hour, body) VALUES (?, ?, ?)"  # noqa: S608
            " ON CONFLICT (series, hour) DO UPDATE SET body = excluded.body"
        )
        old = f"SELECT id FROM {table} WHERE series = ? AND hour < ? LIMIT ?"  # noqa: S608
        self.delete_old = f"DELETE FROM {table} WHERE id IN ({old})"  # noqa: S608
        """Takes a series, the first hour that stays, and how many rows may go at once."""

    def between(self, connection: sqlite3.Connection, series: int, first: int, last: int) -> Iterator[Point]:
        """Yield the points of the hours from `first` to `last`."""
        for hour, body in connection.execute(self._between, (series, first, last)):
            yield from unpack(body, hour * HOUR)

    def put(self, connection: sqlite3.Connection, series: int, hour: int, points: list[Point]) -> None:
        """Write the hour in place of what it held."""
        connection.execute(self._put, (series, hour, pack(points, hour * HOUR)))


SAMPLES = Chunks("sample_chunk")
MINUTES = Chunks("minute_chunk")

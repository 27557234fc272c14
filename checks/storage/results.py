"""Owns results in the store: the newest of each check whole, and older ones where the level changed.

Their order is that of arrival: the wall clock may go back.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from checks.model import Level, Result, Table

log = logging.getLogger(__name__)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Result)


@dataclass(frozen=True, slots=True)
class _Last:
    """What has to be known of the result before."""

    seq: int = 0
    level: Level | None = None


class ResultLog:
    """Writes results. Belongs to the writing thread; remembers the last one of each check."""

    def __init__(self, keep: int, rows: int) -> None:
        """Keep so many results of each check, with so many rows of its table."""
        self._keep = keep
        self._rows = rows
        self._last: dict[str, _Last] = {}

    def forget(self) -> None:
        """Ask the store again for what came last; when a write was undone."""
        self._last.clear()

    def record(self, connection: sqlite3.Connection, results: Iterable[Result]) -> None:
        """Write the results in the order given; the caller holds the transaction.

        Each one pushes out the one that it makes too old, unless the level changed there.
        """
        added, pushed = [], []
        for result in results:
            before = self._before(connection, result.check)
            seq = before.seq + 1
            body = _encoder.encode(self._cut(result))
            changed = result.level != before.level
            added.append((result.check, seq, result.at, result.level.value, changed, body))
            pushed.append((result.check, seq - self._keep))
            self._last[result.check] = _Last(seq, result.level)
        connection.executemany(
            "INSERT INTO result (check_name, seq, at, level, changed, body) VALUES (?, ?, ?, ?, ?, ?)", added
        )
        connection.executemany("DELETE FROM result WHERE check_name = ? AND seq = ? AND NOT changed", pushed)

    def _before(self, connection: sqlite3.Connection, check: str) -> _Last:
        known = self._last.get(check)
        if known is None:
            row = connection.execute(
                "SELECT seq, level FROM result WHERE check_name = ? ORDER BY seq DESC LIMIT 1", (check,)
            ).fetchone()
            known = _Last() if row is None else _Last(row[0], Level(row[1]))
        return known

    def _cut(self, result: Result) -> Result:
        table = result.observation.rows
        if len(table.rows) <= self._rows:
            return result
        short = Table(table.columns, table.rows[: self._rows])
        return replace(result, observation=replace(result.observation, rows=short))


def newest(connection: sqlite3.Connection) -> dict[str, Result]:
    """Return the last result of each check."""
    rows = connection.execute(
        "SELECT body FROM result JOIN (SELECT check_name, max(seq) AS seq FROM result GROUP BY check_name)"
        " USING (check_name, seq)"
    )
    return {result.check: result for result in _decoded(rows)}


def latest(connection: sqlite3.Connection, check: str, limit: int) -> tuple[Result, ...]:
    """Return the last results of one check, newest first."""
    rows = connection.execute(
        "SELECT body FROM result WHERE check_name = ? ORDER BY seq DESC LIMIT ?", (check, max(0, limit))
    )
    return tuple(_decoded(rows))


def _decoded(rows: Iterable[tuple[bytes]]) -> list[Result]:
    """Return the results; those that another version wrote in a form unknown to us are left out."""
    results, unknown = [], 0
    for (body,) in rows:
        try:
            results.append(_decoder.decode(body))
        except msgspec.DecodeError:
            unknown += 1
    if unknown:
        log.warning("%d stored results are in a form that this version does not know", unknown)
    return results

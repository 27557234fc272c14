"""Owns spans of levels in the store: one row for as long as a check had one level, without a gap.

A result counts until the next one comes, at most as long as it says; after that nothing is known. So a store
knows also when nobody looked.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.model import Level, Result
from checks.slo.spans import LevelSpan


@dataclass(frozen=True, slots=True)
class _Last:
    """The newest span of a check."""

    id: int
    ended: float
    counts_for: float
    level: Level
    planned: bool

    def goes_on_with(self, result: Result) -> bool:
        """Return whether the result says the same, and nothing lies between."""
        same = (self.level, self.planned) == (result.level, result.maintenance)
        return same and 0 <= result.at - self.ended <= self.counts_for


class SpanLog:
    """Writes spans. Belongs to the writing thread; remembers the newest span of each check."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._last: dict[str, _Last] = {}

    def forget(self) -> None:
        """Ask the store again for what came last; when a write was undone."""
        self._last.clear()

    def record(self, connection: sqlite3.Connection, results: Iterable[Result]) -> None:
        """Write what the results say, in the order given; the caller holds the transaction."""
        longer: dict[int, tuple[float, float]] = {}
        for result in results:
            last = self._last.get(result.check) or _newest(connection, result.check)
            if last is None or not last.goes_on_with(result):
                last = _begun(connection, result)
            else:
                last = _Last(last.id, result.at, result.counts_for, last.level, last.planned)
                longer[last.id] = (result.at, result.counts_for)
            self._last[result.check] = last
        connection.executemany(
            "UPDATE level_span SET ended = ?, counts_for = ? WHERE id = ?",
            [(*values, row) for row, values in longer.items()],
        )


def spans_of(
    connection: sqlite3.Connection, names: Iterable[str], since: float, until: float
) -> Mapping[str, tuple[LevelSpan, ...]]:
    """Return the spans of these checks that touch the time between two moments, in order of their rows."""
    found: dict[str, list[LevelSpan]] = defaultdict(list)
    for name in names:
        rows = connection.execute(
            "SELECT began, ended, counts_for, level, planned FROM level_span"
            " WHERE check_name = ? AND ended + counts_for >= ? AND began <= ? ORDER BY id",
            (name, since, until),
        ).fetchall()
        starts = [*(row[0] for row in rows[1:]), *([until] if rows else ())]
        for (began, ended, counts_for, level, planned), following in zip(rows, starts, strict=True):
            # What follows may be dated earlier, by a clock that was set back: then nothing is added.
            end = max(ended, min(ended + counts_for, following))
            found[name].append(LevelSpan(began, end, Level(level), bool(planned)))
    return {name: tuple(spans) for name, spans in found.items()}


def _newest(connection: sqlite3.Connection, check: str) -> _Last | None:
    row = connection.execute(
        "SELECT id, ended, counts_for, level, planned FROM level_span WHERE check_name = ?"
        " ORDER BY id DESC LIMIT 1",
        (check,),
    ).fetchone()
    return None if row is None else _Last(row[0], row[1], row[2], Level(row[3]), bool(row[4]))


def _begun(connection: sqlite3.Connection, result: Result) -> _Last:
    cursor = connection.execute(
        "INSERT INTO level_span (check_name, began, ended, counts_for, level, planned)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            result.check,
            result.at,
            result.at,
            result.counts_for,
            result.level.value,
            result.maintenance,
        ),
    )
    assert cursor.lastrowid is not None
    return _Last(cursor.lastrowid, result.at, result.counts_for, result.level, result.maintenance)

"""Compares the store with a plain narrow table, side by side in one run: size, insert, read, delete.

    python -m benchmarks.history [SERIES [DAYS]]

The peer is one row a sample, `WITHOUT ROWID`, key (series, time), WAL, synchronous=NORMAL: the fastest of the
plain schemas. Both get the same random walks, one sample a minute. Ratios below 1 are in our favour.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from checks.model import HistoryQuery, Level, Observation, Reading, Result
from checks.storage.database import reading
from checks.storage.history import DAY, Retention, courses
from checks.storage.results import newest
from checks.storage.writer import Backlog, Writer

START = 1_800_000_000
READINGS = 10
"""Readings of one check."""


class BenchClock:
    """A wall clock that the benchmark sets; the monotonic one goes along with it, plus real time."""

    def __init__(self) -> None:
        self.at = float(START)
        self._began = time.perf_counter()

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at + time.perf_counter() - self._began

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


class Ours:
    """The store's writing side, driven without an event loop."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ours.db"
        self.clock = BenchClock()
        self.backlog = Backlog()
        self.retention = Retention()
        self.writer = Writer(self.path, self.clock, self.retention, self.backlog)

    def write(self, at: float, values: list[float]) -> None:
        self.clock.at = at
        for first in range(0, len(values), READINGS):
            readings = tuple(
                Reading(f"r{number}", value, "%")
                for number, value in enumerate(values[first : first + READINGS])
            )
            name = f"check-{first // READINGS}"
            self.backlog.put(Result(name, Level.OK, at, 0.01, Observation("fine", readings=readings)))
        self.writer.write()

    def sweep(self) -> list[float]:
        """Take turns until the sweep is over; return how long each took."""
        turns = []
        for _ in range(100_000):
            turns.append(timed(self.writer.turn))
            if turns[-1] < 0.0005 and len(turns) > 3:
                break
        return turns

    def read(self, series: int, since: float, until: float, points: int) -> int:
        query = HistoryQuery(
            f"check-{series // READINGS}", f"r{series % READINGS}", since, until, points=points
        )
        with reading(self.path) as connection:
            (found,) = courses(connection, query, self.retention, self.clock.at)
        return len(found.at)


class Narrow:
    """The peer."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "narrow.db"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute(
            "CREATE TABLE sample (series INTEGER, at INTEGER, value REAL, PRIMARY KEY (series, at))"
            " WITHOUT ROWID"
        )

    def write(self, at: float, values: list[float]) -> None:
        rows = [(series, round(at * 1000), value) for series, value in enumerate(values)]
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO sample VALUES (?, ?, ?)", rows)
        self.connection.execute("COMMIT")

    def read(self, series: int, since: float, until: float, points: int) -> int:
        width = max(1, round((until - since) * 1000 / points))
        statement = (
            "SELECT min(at), min(value), avg(value), max(value) FROM sample"
            " WHERE series = ? AND at BETWEEN ? AND ? GROUP BY at / ?"
        )
        span = (series, round(since * 1000), round(until * 1000), width)
        return len(self.connection.execute(statement, span).fetchall())

    def delete(self, before: float) -> None:
        self.connection.execute("DELETE FROM sample WHERE at < ?", (round(before * 1000),))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def minutes(series: int, days: int) -> Iterator[tuple[float, list[float]]]:
    """Yield each minute's values: random walks with the digits that measuring gives."""
    dice = random.Random(1)
    values = [dice.uniform(20, 80) for _ in range(series)]
    for minute in range(days * 1440):
        values = [value + dice.gauss(0, 1) for value in values]
        yield START + minute * 60.0 + dice.uniform(0, 0.02), values


def line(what: str, pair: Iterable[float], unit: str, target: str = "") -> None:
    """Print a comparison: ours, the peer's, the ratio."""
    ours, peer = pair
    print(f"{what:<44}{ours:>10.2f}{peer:>10.2f} {unit:<6}{ours / peer:>8.2f}  {target}")


def compare_load(ours: Ours, narrow: Narrow, series: int, days: int) -> float:
    """Load both; print bytes and time a sample; return the last moment."""
    spent = {"ours": 0.0, "fold": 0.0, "narrow": 0.0}
    at = float(START)
    for number, (moment, values) in enumerate(minutes(series, days)):
        at = moment
        spent["ours"] += timed(partial(ours.write, at, values))
        spent["narrow"] += timed(partial(narrow.write, at, values))
        if number % 60 == 59:
            spent["fold"] += sum(ours.sweep())
    samples = series * days * 1440
    for store in (narrow.connection, ours.writer._open()):
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sizes = [size_of_samples(ours.path), narrow.path.stat().st_size]
    line("bytes a sample", [size / samples for size in sizes], "B", "<= 10 B")
    us = 1e6 / samples
    line("write, a sample", (spent["ours"] * us, spent["narrow"] * us), "us", "results kept whole as well")
    line("write and fold, a sample", ((spent["ours"] + spent["fold"]) * us, spent["narrow"] * us), "us")
    return at


def size_of_samples(path: Path) -> int:
    """Return the bytes of the file without those of whole results, which the peer has not."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            (results,) = connection.execute(
                "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%result%'"
            ).fetchone()
        except sqlite3.OperationalError:
            (results,) = connection.execute("SELECT sum(length(body)) FROM result").fetchone()
    return path.stat().st_size - int(results)


def compare_insert(ours: Ours, narrow: Narrow, series: int, at: float) -> float:
    """Print the 95th percentile of writing one second's results; return the last moment."""
    times: tuple[list[float], list[float]] = ([], [])
    for second in range(300):
        values = [float(second + number) for number in range(series)]
        moment = at + 1 + second
        times[0].append(timed(partial(ours.write, moment, values)))
        times[1].append(timed(partial(narrow.write, moment, values)))
    p95 = [statistics.quantiles(each, n=20)[-1] * 1000 for each in times]
    line(f"write {series} readings of one second, p95", p95, "ms", "< 5 ms")
    return at + 301


def compare_reading(ours: Ours, narrow: Narrow, series: int, days: int, at: float) -> None:
    """Print how long pictures of different length take."""
    spans = [(1 / 24, "1 h"), (1.0, "24 h"), (7.0, "7 d"), (float(days), f"{days} d")]
    for span, name in spans:
        looks = [partial(store.read, since=at - span * DAY, until=at, points=200) for store in (ours, narrow)]
        rounds = [[timed(partial(look, number % series)) * 1000 for look in looks] for number in range(30)]
        target = "<= 10 ms" if span == days else ""
        medians = map(statistics.median, zip(*rounds, strict=True))
        line(f"{name} as 200 points, median", medians, "ms", target)

    def screen(store: Ours | Narrow) -> float:
        return timed(lambda: [store.read(number, at - days * DAY, at, 200) for number in range(series)])

    line(f"{days} d of all {series} series", (screen(ours) * 1000, screen(narrow) * 1000), "ms", "<= 200 ms")

    def warm() -> None:
        with reading(ours.path) as connection:
            newest(connection)

    print(f"{'last result of each check':<44}{timed(warm) * 1000:>10.2f}{'':>10} ms")


def compare_deleting(ours: Ours, narrow: Narrow, days: int) -> None:
    """Print the longest pause of deleting a day."""
    ours.clock.at += DAY
    ours.writer._swept = 0
    longest = max(ours.sweep()) * 1000
    peer = timed(lambda: narrow.delete(START + DAY)) * 1000
    line("delete one day, longest pause", (longest, peer), "ms", "<= 50 ms")


def main() -> None:
    """Run every comparison."""
    series, days = (*map(int, sys.argv[1:]), *(20, 90)[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder:
        ours, narrow = Ours(Path(folder) / "state"), Narrow(Path(folder))
        print(f"{series} series, {days} days, a sample a minute")
        print(f"{'':<44}{'ours':>10}{'narrow':>10} {'':<6}{'ratio':>8}  target")
        at = compare_load(ours, narrow, series, days)
        at = compare_insert(ours, narrow, series, at)
        compare_reading(ours, narrow, series, days, at)
        compare_deleting(ours, narrow, days)
        ours.writer.close()
        narrow.connection.close()


if __name__ == "__main__":
    main()

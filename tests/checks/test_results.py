"""Results in the store: the newest whole, older ones where the level changed, in the order of arrival."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.model import Level, Observation, Reading, Result, Streak, Table, Verdict
from checks.storage.database import reading
from checks.storage.history import DAY, Retention
from checks.storage.results import latest, newest
from checks.storage.writer import Backlog, Writer
from checks.testing import FakeClock

START = 1_800_000_000.0
RETENTION = Retention(results=5, rows=3)


class Kept:
    """A store with a backlog, on the test's thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = FakeClock(START)
        self.backlog = Backlog()
        self.writer = Writer(path, self.clock, RETENTION, self.backlog)

    def put(self, number: int, level: Level = Level.OK, check: str = "api") -> None:
        self.backlog.put(Result(check, level, START + number, 0.1, Observation(f"number {number}")))

    def write(self) -> None:
        self.writer.write()

    def numbers(self, check: str = "api", limit: int = 1000) -> list[int]:
        """Return the numbers of the kept results, newest first."""
        with reading(self.path) as connection:
            return [round(result.at - START) for result in latest(connection, check, limit)]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    store = Kept(tmp_path / "shop.db")
    yield store
    store.writer.close()


def test_a_result_comes_back_whole(kept: Kept) -> None:
    result = Result(
        "api",
        Level.WARN,
        START + 0.123456,
        0.25,
        Observation(
            "slow",
            Level.WARN,
            "slow",
            (Reading("latency", 2.0, "s", (("path", "/"),)),),
            Table(("a", "b"), (("1", "2"),)),
            "evidence\nof it",
        ),
        (Verdict("latency > 1s", Level.WARN, True, 2.0, 1.0, "s", (("path", "/"),), "holds 1 s of 2 s"),),
        (Streak("latency > 1s", 20.0, 3),),
    )
    kept.backlog.put(result)
    kept.write()
    with reading(kept.path) as connection:
        assert newest(connection) == {"api": result}
        assert latest(connection, "api", 10) == (result,)


def test_the_last_result_of_each_check_is_known_after_a_restart(kept: Kept) -> None:
    for number in range(20):
        kept.put(number, check="api")
        kept.put(100 + number, Level.CRIT, check="db")
    kept.writer.close()
    with reading(kept.path) as connection:
        assert {name: result.level for name, result in newest(connection).items()} == {
            "api": Level.OK,
            "db": Level.CRIT,
        }
        assert newest(connection)["db"].at == START + 119


def test_the_newest_come_first_and_no_more_than_asked(kept: Kept) -> None:
    for number in range(5):
        kept.put(number)
    kept.write()
    assert kept.numbers(limit=3) == [4, 3, 2]
    assert kept.numbers(limit=0) == []
    assert kept.numbers(check="unknown") == []


def test_order_is_that_of_arrival_when_the_clock_goes_back(kept: Kept) -> None:
    for number in (10, 11, 3, 4, 11):
        kept.put(number)
        kept.write()
    assert kept.numbers() == [11, 4, 3, 11, 10]


def test_of_older_results_those_stay_where_the_level_changed(kept: Kept) -> None:
    for number in range(30):
        kept.put(number, Level.CRIT if 10 <= number < 13 else Level.OK)
        kept.write()
    assert kept.numbers() == [29, 28, 27, 26, 25, 13, 10, 0]


def test_counting_goes_on_after_a_restart(kept: Kept) -> None:
    for number in range(30):
        kept.put(number)
        kept.writer.close()
    assert kept.numbers() == [29, 28, 27, 26, 25, 0]


async def test_old_changes_go_with_age_but_the_newest_results_stay(kept: Kept) -> None:
    for number in range(12):
        kept.put(number, Level.CRIT if number % 2 else Level.OK)
    kept.write()
    await kept.clock.advance(RETENTION.changes + DAY)
    for _ in range(3):
        kept.writer.turn()
    assert kept.numbers() == [11, 10, 9, 8, 7]


def test_long_tables_are_cut(kept: Kept) -> None:
    rows = tuple((str(number),) for number in range(10))
    kept.backlog.put(Result("api", Level.OK, START, 0.1, Observation("", rows=Table(("n",), rows))))
    kept.write()
    with reading(kept.path) as connection:
        assert newest(connection)["api"].observation.rows == Table(("n",), rows[:3])


def test_a_result_that_cannot_be_encoded_is_lost_alone(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    kept.put(1)
    kept.backlog.put(Result("bad", Level.OK, START, 0.1, Observation("\ud800")))
    kept.put(2)
    kept.write()
    assert kept.numbers() == [2, 1]
    assert kept.numbers("bad") == []
    assert kept.backlog.dropped == 1
    assert "check bad cannot be stored" in caplog.text


def test_results_in_a_form_of_another_version_are_left_out(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.put(1)
    kept.put(2)
    kept.write()
    with sqlite3.connect(kept.path) as connection:
        connection.execute("UPDATE result SET body = x'81a178c0' WHERE seq = 2")
    connection.close()
    assert kept.numbers() == [1]
    assert "a form that this version does not know" in caplog.text

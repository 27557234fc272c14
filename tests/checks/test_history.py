"""Courses of readings: kept, folded, thinned out with age, and always the same picture."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from pytest import approx

from checks.model import HistoryQuery, Labels, Level, Observation, Reading, Result, Series
from checks.storage.database import reading
from checks.storage.history import DAY, Retention, as_series, courses
from checks.storage.points import sample
from checks.storage.sweep import SLICE, fold_complete_hours, prune
from checks.storage.writer import Backlog, Writer
from checks.testing import FakeClock

START = 1_800_000_000.0
HOUR = 3600.0
DEFAULT = Retention()


def seen(value: float, labels: Labels = (), name: str = "usage") -> Reading:
    return Reading(name, value, "%", labels)


class Kept:
    """A store under a clock that the test moves; everything happens on the test's thread."""

    def __init__(self, path: Path, retention: Retention = DEFAULT) -> None:
        self.path = path
        self.clock = FakeClock(START)
        self.retention = retention
        self.open()

    def open(self) -> None:
        self.backlog = Backlog()
        self.writer = Writer(self.path, self.clock, self.retention, self.backlog)
        self.writer.write()

    def reopen(self) -> None:
        self.writer.close()
        self.open()

    def put(self, *readings: Reading, at: float | None = None) -> None:
        moment = self.clock.now() if at is None else at
        self.backlog.put(Result("cpu", Level.OK, moment, 0.1, Observation("fine", readings=readings)))

    async def every(self, seconds: float, count: int, value: float = 1.0) -> None:
        """Put so many samples, one after each span of time, and write them."""
        for number in range(count):
            self.put(seen(value + number % 7))
            await self.clock.advance(seconds)
        self.writer.write()

    def sweep(self) -> None:
        """Take turns until nothing is left to do; the clock stands, so each goes all the way."""
        for _ in range(3):
            self.writer.turn()

    def courses(
        self, since: float, until: float, points: int = 100_000, labels: Labels = ()
    ) -> tuple[Series, ...]:
        query = HistoryQuery("cpu", "usage", since, until, labels, points)
        with reading(self.path) as connection:
            return courses(connection, query, self.retention, self.clock.now())

    def course(self, since: float, until: float, points: int = 100_000) -> Series:
        (found,) = self.courses(since, until, points)
        return found

    def chunks(self) -> int:
        return self.count("sample_chunk") + self.count("minute_chunk")

    def count(self, table: str) -> int:
        with reading(self.path) as connection:
            (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(rows)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    store = Kept(tmp_path / "shop.db")
    yield store
    store.writer.close()


async def test_samples_come_back_as_they_were(kept: Kept) -> None:
    kept.put(seen(12.345678901234), at=START)
    kept.put(seen(-1.5), at=START + 0.25)
    kept.writer.write()
    course = kept.course(START, START + 10)
    assert course.at == (START, START + 0.25)
    assert course.low == course.mean == course.high == (12.345678901234, -1.5)
    assert (course.check, course.reading, course.unit, course.step) == ("cpu", "usage", "%", 0.0)


async def test_a_complete_hour_is_folded_and_looks_the_same(kept: Kept) -> None:
    await kept.every(10, 500)
    before = kept.course(START, START + 2 * HOUR)
    assert kept.chunks() == 0
    kept.sweep()
    assert kept.chunks() == 2
    assert kept.count("sample") < 361
    after = kept.course(START, START + 2 * HOUR)
    assert after.at == before.at
    assert after.mean == approx(before.mean, rel=1e-6)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("span", [0, 60, HOUR])
async def test_whatever_happens_the_picture_is_that_of_all_samples(
    kept: Kept, seed: int, span: float
) -> None:
    """Folds at any moment, restarts, a clock that goes forth and back: nothing is lost or counted twice."""
    dice = random.Random(seed)
    all_samples = {}
    for _ in range(120):
        if dice.random() < 0.1:
            kept.clock.jump(dice.choice((-2, -1, 1)) * HOUR * dice.random())
        if dice.random() < 0.2:
            kept.sweep()
        if dice.random() < 0.1:
            kept.reopen()
        await kept.clock.advance(dice.uniform(1, 200))
        value = dice.uniform(0, 100)
        kept.put(seen(value))
        all_samples[round(kept.clock.now() * 1000)] = value
    kept.writer.write()
    since, until = START - DAY, START + DAY
    query = HistoryQuery("cpu", "usage", since, until, points=int(3 * DAY / max(span, 1)))
    course = kept.course(since, until, query.points)
    expected = as_series(query, (), "%", [sample(*pair) for pair in all_samples.items()], int(span * 1000))
    assert course.at == expected.at
    assert course.low == approx(expected.low, rel=1e-6)
    assert course.mean == approx(expected.mean, rel=1e-6)
    assert course.high == approx(expected.high, rel=1e-6)


async def test_a_fold_cut_off_in_the_middle_is_finished_later(kept: Kept) -> None:
    await kept.every(60, 303)
    before = kept.course(START, START + 6 * HOUR)
    connection = kept.writer._open()
    steps = fold_complete_hours(connection, kept.clock.now())
    next(steps), next(steps)
    halfway = kept.chunks()
    assert 0 < halfway < 10
    assert kept.course(START, START + 6 * HOUR).at == before.at
    kept.reopen()
    kept.sweep()
    assert kept.chunks() == 10
    assert kept.course(START, START + 6 * HOUR).at == before.at


async def test_where_nothing_was_measured_there_is_a_gap(kept: Kept) -> None:
    await kept.every(10, 6)
    await kept.clock.advance(3 * HOUR)
    await kept.every(10, 6)
    kept.sweep()
    course = kept.course(START - DAY, kept.clock.now(), points=1500)
    assert course.step == 60
    gaps = [later - earlier for earlier, later in pairwise(course.at)]
    assert max(gaps) >= 3 * HOUR - 60


async def test_a_clock_set_back_to_the_same_moment_keeps_the_later_sample(kept: Kept) -> None:
    kept.put(seen(1.0))
    kept.put(seen(2.0))
    kept.writer.write()
    assert kept.course(START, START + 1).mean == (2.0,)


async def test_times_always_rise(kept: Kept) -> None:
    for at in (50, 10, 30, 20, 40):
        kept.put(seen(at), at=START + at)
    kept.writer.write()
    assert kept.course(START, START + 60).mean == (10, 20, 30, 40, 50)


async def test_a_window_gives_what_lies_in_it_and_no_more_points_than_asked(kept: Kept) -> None:
    await kept.every(10, 1000)
    kept.sweep()
    for since, until in ((0, 10_000), (333, 9_999), (4000, 4100)):
        course = kept.course(START + since, START + until, points=50)
        assert 0 < len(course.at) <= 50
        assert START + since <= course.at[0] + course.step
        assert course.at[-1] <= START + until
    assert kept.courses(START - 100, START - 50) == ()


async def test_the_extremes_survive_thinning(kept: Kept) -> None:
    await kept.every(10, 700)
    kept.put(seen(99.0), at=kept.clock.now() + 2)
    kept.put(seen(-99.0), at=kept.clock.now() + 1)
    await kept.every(10, 700)
    kept.sweep()
    course = kept.course(START, kept.clock.now(), points=20)
    assert max(course.high) == 99.0
    assert min(course.low) == -99.0


async def test_every_member_is_a_series_of_its_own_and_labels_choose(kept: Kept) -> None:
    root, var = (("mount", "/"), ("device", "sda")), (("mount", "/var"), ("device", "sda"))
    kept.put(seen(10, root), seen(20, var), seen(5, name="other"))
    kept.writer.write()
    found = kept.courses(START, START)
    assert {series.labels: series.mean for series in found} == {root: (10,), var: (20,)}
    (one,) = kept.courses(START, START, labels=(("mount", "/var"),))
    assert one.labels == var
    assert kept.courses(START, START, labels=(("mount", "/srv"),)) == ()


async def test_what_is_no_number_is_not_kept_and_spoils_nothing(kept: Kept) -> None:
    odd = (seen(float("nan"), name="a"), seen(float("inf"), name="b"), seen(1e300, name="c"))
    kept.put(seen(42.0), *odd)
    kept.put(*odd, at=START + 1)
    kept.writer.write()
    assert kept.course(START, START + 10).mean == (42.0,)
    assert kept.count("series") == 1
    assert kept.writer.notices == ()


async def test_with_age_samples_become_minutes_and_minutes_hours_and_hours_go(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "shop.db", Retention(raw=6 * HOUR, minutes=12 * HOUR, hours=DAY))
    until = START + HOUR
    await kept.every(10, 360, value=3.0)
    kept.sweep()
    assert kept.course(START, until).step == 0
    await kept.clock.advance(7 * HOUR)
    kept.sweep()
    minutes = kept.course(START, until)
    assert (minutes.step, len(minutes.at)) == (60, 60)
    await kept.clock.advance(6 * HOUR)
    kept.sweep()
    assert kept.chunks() == 0
    hours = kept.course(START, until)
    assert hours.step == HOUR
    assert (min(hours.low), max(hours.high)) == (3.0, 9.0)
    await kept.clock.advance(DAY)
    kept.sweep()
    assert kept.courses(START, until) == ()
    assert kept.count("hourly") == kept.count("series") == 0
    kept.writer.close()


async def test_a_series_that_comes_back_after_it_was_deleted_is_kept_anew(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "shop.db", Retention(raw=HOUR, minutes=HOUR, hours=HOUR))
    for _ in range(3):
        await kept.every(10, 10)
        await kept.clock.advance(3 * HOUR)
        kept.sweep()
        assert kept.count("series") == 0
    await kept.every(10, 10)
    assert len(kept.course(START, kept.clock.now()).at) > 0
    assert kept.writer.notices == ()
    kept.writer.close()


async def test_a_clock_set_years_ahead_deletes_nothing_at_once(kept: Kept) -> None:
    await kept.every(10, 400)
    kept.sweep()
    kept.clock.jump(10 * 365 * DAY)
    kept.sweep()
    await kept.clock.advance(600)
    kept.sweep()
    kept.clock.jump(-10 * 365 * DAY)
    kept.sweep()
    assert len(kept.course(START, START + 2 * HOUR).at) == 400


async def test_a_clock_that_stays_ahead_is_believed_in_the_end(kept: Kept) -> None:
    await kept.every(10, 400)
    kept.sweep()
    kept.clock.jump(10 * 365 * DAY)
    for _ in range(4):
        await kept.clock.advance(HOUR)
        kept.sweep()
    assert kept.count("hourly") == 0


async def test_deleting_goes_in_slices(kept: Kept) -> None:
    connection = kept.writer._open()
    kept.put(seen(1.0))
    kept.writer.write()
    (series,) = connection.execute("SELECT id FROM series").fetchone()
    old = [(series, hour, b"") for hour in range(3 * SLICE)]
    connection.executemany("INSERT INTO minute_chunk (series, hour, body) VALUES (?, ?, ?)", old)
    before = connection.total_changes
    for _ in prune(connection, kept.retention, kept.clock.now()):
        assert connection.total_changes - before <= SLICE
        before = connection.total_changes
    assert kept.chunks() == 0


async def test_a_turn_does_not_sweep_for_long(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock on which each look takes 15 ms, a turn makes two steps and leaves the rest."""
    await kept.every(60, 303)
    kept.writer.turn()
    ticks = iter(range(1000))
    monkeypatch.setattr(kept.clock, "monotonic", lambda: 1e6 + next(ticks) * 0.015)
    kept.writer.turn()
    assert 0 < kept.chunks() < 6
    for _ in range(20):
        kept.writer.turn()
    assert kept.chunks() == 10


def test_finer_data_may_not_outlive_coarser() -> None:
    with pytest.raises(ValueError, match="longer"):
        Retention(raw=DAY, minutes=HOUR)
    with pytest.raises(ValueError, match="last result"):
        replace(Retention(), results=0)

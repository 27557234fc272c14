"""Spans of levels in a store: one row for as long as nothing changed, and holes where nobody looked."""

from __future__ import annotations

from pathlib import Path

from checks.clock import SystemClock
from checks.model import Level, Observation, Result
from checks.slo.uptime import uptime
from checks.storage.spans import spans_of
from checks.storage.store import Store

AT = 1_800_000_000.0
OK, CRIT = Level.OK, Level.CRIT


def result(second: float, level: Level = OK, *, planned: bool = False) -> Result:
    return Result("api", level, AT + second, 0.1, Observation(""), maintenance=planned, counts_for=25.0)


async def spans(path: Path, *batches: list[Result], until: float = 1000.0) -> list[tuple]:
    """Put each batch by a store of its own; return what is kept."""
    found: dict = {}
    for batch in batches:
        async with Store(path, SystemClock()) as store:
            for one in batch:
                store.put(one)
            await store.flush()
            found = await store.ask(lambda connection: spans_of(connection, ("api",), AT, AT + until), {})
            rows = await store.ask(lambda c: c.execute("SELECT count(*) FROM level_span").fetchone()[0], 0)
            assert rows == len(found["api"])
    return [(s.began - AT, s.ended - AT, s.level.value, s.planned) for s in found["api"]]


async def test_one_span_for_as_long_as_nothing_changes_also_over_a_restart(tmp_path: Path) -> None:
    first = [result(second) for second in range(0, 60, 10)]
    second = [result(60), result(70, CRIT), result(80, CRIT), result(90)]
    assert await spans(tmp_path / "shop.db", first, second, until=95) == [
        (0, 70, "OK", False),
        (70, 90, "CRIT", False),
        (90, 95, "OK", False),
    ]


async def test_where_nobody_looked_nothing_is_known(tmp_path: Path) -> None:
    found = await spans(tmp_path / "shop.db", [result(0), result(10)], [result(300), result(310)])
    assert found == [(0, 35, "OK", False), (300, 335, "OK", False)]


async def test_maintenance_is_a_span_of_its_own(tmp_path: Path) -> None:
    batch = [result(0), result(10, CRIT, planned=True), result(20, CRIT, planned=True), result(30)]
    found = await spans(tmp_path / "shop.db", batch, until=40)
    assert found == [(0, 10, "OK", False), (10, 30, "CRIT", True), (30, 40, "OK", False)]


async def test_a_clock_that_is_set_back_counts_no_time_twice(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    await spans(path, [result(0), result(20), result(40, CRIT), result(5), result(15)])
    async with Store(path, SystemClock()) as store:
        found = await store.ask(lambda connection: spans_of(connection, ("api",), AT, AT + 1000), {})
    seen = uptime(found["api"], AT, AT + 1000)
    assert seen.up + seen.down <= 65
    assert seen.up + seen.down + seen.unknown == 1000

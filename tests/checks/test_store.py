"""The store as the engine and the agent hold it: nothing blocks, nothing raises, what fails is said."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from checks.board import Notice
from checks.clock import SystemClock
from checks.model import HistoryQuery, Level, Observation, Reading, Result
from checks.storage import database
from checks.storage.schema import Migration, migrations
from checks.storage.store import Store
from checks.storage.writer import BACKLOG
from checks.testing import FakeClock, MemoryStore

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.db"


def result(number: int, check: str = "api", level: Level = Level.OK) -> Result:
    readings = (Reading("latency", number / 1000, "s"),)
    return Result(
        check, level, 1_800_000_000.0 + number, 0.1, Observation(f"number {number}", readings=readings)
    )


async def until(condition: Callable[[], bool], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.005)


async def kept(store: Store | MemoryStore) -> list[int]:
    return [round(r.at - 1_800_000_000) for r in await store.results("api", 100_000)]


async def test_what_was_put_is_there_for_the_next_agent(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        for number in range(3):
            store.put(result(number))
    async with Store(path, SystemClock()) as store:
        assert await store.newest() == {"api": result(2)}
        assert await kept(store) == [2, 1, 0]
        (course,) = await store.history(HistoryQuery("api", "latency", 1_800_000_000, 1_800_000_010))
        assert course.mean == (0.0, 0.001, 0.002)
        assert (store.notices, store.dropped) == ((), 0)


async def test_results_are_written_within_two_seconds_without_being_told(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        store.put(result(1))
        started = time.monotonic()
        async with asyncio.timeout(10):
            while not await store.newest():
                await asyncio.sleep(0.01)
        assert time.monotonic() - started < 2.0


async def test_results_are_written_when_the_body_fails(path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Store(path, SystemClock()) as store:
            store.put(result(7))
            raise ZeroDivisionError
    async with Store(path, SystemClock()) as store:
        assert await kept(store) == [7]


async def test_the_double_answers_as_the_store_does(path: Path) -> None:
    query = HistoryQuery("api", "latency", 1_800_000_000, 1_800_001_000)
    async with Store(path, FakeClock()) as store, MemoryStore() as double:
        for number in (1, 2, 5, 3, 4):
            store.put(result(number))
            double.put(result(number))
        store.put(result(9, "db"))
        double.put(result(9, "db"))
        await store.flush()
        await double.flush()
        assert await store.newest() == await double.newest()
        assert await store.results("api", 3) == await double.results("api", 3)
        assert await store.history(query) == await double.history(query)
        assert (store.notices, store.dropped) == (double.notices, double.dropped)


async def test_no_call_to_sqlite_is_made_on_the_event_loop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connecting = set()
    connect = sqlite3.connect

    def noted(*args: object, **options: object) -> sqlite3.Connection:
        connecting.add(threading.current_thread().name)
        return connect(*args, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", noted)
    async with Store(path, SystemClock()) as store:
        store.put(result(1))
        await store.flush()
        await store.newest()
        await store.results("api", 1)
        await store.history(HistoryQuery("api", "latency", 0, 2e9))
    assert connecting == {"store-write_0", "store-read_0"}


async def test_a_store_that_cannot_be_made_is_a_notice_and_results_wait(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    clock = FakeClock()
    told: list[tuple[Notice, ...]] = []
    async with Store(path, clock, on_notice=told.append) as store:
        (notice,) = store.notices
        assert (notice.source, notice.level, notice.at) == ("store", Level.WARN, clock.now())
        assert str(path.parent) in notice.text
        store.put(result(1))
        assert await store.newest() == {}
        assert await store.history(HistoryQuery("api", "latency", 0, 2e9)) == ()
        path.parent.unlink()
        await clock.advance(2)
        await until(lambda: store.notices == ())
        await until(lambda: told[-1] == ())
        assert await kept(store) == [1]
    assert told == [(notice,), ()]


async def test_the_next_tries_come_after_ever_longer_pauses(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    tries: list[float] = []

    def fail(*_: object) -> None:
        tries.append(clock.monotonic())
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr("checks.storage.writer.open_database", fail)
    async with Store(path, clock) as store:
        for _ in range(100):
            await clock.advance(1)
            await store._run(store._writing, lambda: None)
        assert "Read-only file system" in store.notices[0].text
        pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:7] == [1, 2, 4, 8, 15, 30, 30]


async def test_a_full_backlog_drops_the_oldest_and_counts(path: Path) -> None:
    path.parent.write_text("")
    clock = FakeClock()
    async with Store(path, clock) as store:
        for number in range(BACKLOG + 25):
            store.put(result(number))
        assert store.dropped == 25
        await store.flush()
        assert store.dropped == 25
        path.parent.unlink()
        await store.flush()
        assert (await kept(store))[:2] == [BACKLOG + 24, BACKLOG + 23]
        assert min(await kept(store)) == 25


async def test_what_could_not_be_written_at_the_end_is_counted(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.write_text("")
    async with Store(path, SystemClock()) as store:
        store.put(result(1))
    assert store.dropped == 1
    assert "ends without 1 results" in caplog.text


@contextlib.contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Make every write beyond `size` bytes into a file fail, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_on_a_full_disk_what_is_stored_can_be_read_and_the_rest_is_written_later(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        store.put(result(0))
        await store.flush()
        with files_limited_to(path.stat().st_size):
            for number in range(1, 2000):
                store.put(result(number, f"check-{number % 50}"))
            await store.flush()
            assert store.notices[0].source == "store"
            assert await kept(store) == [0]
        await store.flush()
        assert store.notices == ()
        assert len(await store.newest()) == 51
        assert store.dropped == 0
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


async def test_a_store_locked_by_another_process_is_a_notice_while_the_loop_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    async with Store(path, SystemClock()) as store:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        store._writer._close()
        store.put(result(1))
        lag, before = 0.0, time.monotonic()
        writing = asyncio.ensure_future(store.flush())
        while not writing.done():
            await asyncio.sleep(0.005)
            lag, before = max(lag, time.monotonic() - before), time.monotonic()
        assert "locked" in store.notices[0].text
        assert lag < 0.2
        assert await kept(store) == []
        holder.execute("COMMIT")
        holder.close()
        await until(lambda: store.notices == ())
        assert await kept(store) == [1]


async def test_a_damaged_store_is_set_aside_and_said(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        store.put(result(1))
    path.write_bytes(os.urandom(40_000))
    async with Store(path, SystemClock()) as store:
        store.put(result(2))
        await store.flush()
        (notice,) = store.notices
        assert notice.source == "damaged store"
        (saved,) = path.parent.glob("shop.db.corrupt-*")
        assert str(saved) in notice.text
        assert await kept(store) == [2]


async def test_damage_found_while_running_is_set_aside_too(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        for number in range(300):
            store.put(result(number, f"check-{number}"))
        await store.flush()
        await store._run(store._writing, store._writer._close)
        async with Store(path, SystemClock()):
            with path.open("r+b") as file:
                file.seek(4096)
                file.write(b"\xff" * (path.stat().st_size - 4096))
            store.put(result(1))
            await store.flush()
        await until(lambda: [notice.source for notice in store.notices] == ["damaged store"])
        store.put(result(2))
        await store.flush()
        assert 2 in await kept(store)


async def test_a_store_deleted_under_the_agent_is_made_anew(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        store.put(result(1))
        await store.flush()
        for file in path.parent.iterdir():
            file.unlink()
        store.put(result(2))
        await store.flush()
        assert await kept(store) == [2]


async def test_a_store_of_a_newer_version_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    future = (*migrations(), Migration(9999, "9999_future", "CREATE TABLE future (id INTEGER);\n"))
    database.open_database(path, 0.0, future).connection.close()
    async with Store(path, SystemClock()) as store:
        store.put(result(1))
        await store.flush()
        assert "newer walkdown" in store.notices[0].text
        assert await kept(store) == []
    assert [file.name for file in path.parent.iterdir()] == ["shop.db"]


KILLED = """
import asyncio, sys
from pathlib import Path
from checks.clock import SystemClock
from checks.model import Level, Observation, Reading, Result
from checks.storage.store import Store

async def main():
    clock = SystemClock()
    async with Store(Path(sys.argv[1]), clock) as store:
        stored = (await store.newest()).values()
        number = max((round(result.observation.readings[0].value) for result in stored), default=0)
        while True:
            number += 1
            for check in range(20):
                seen = Observation("x", readings=(Reading("number", number), Reading("latency", 0.5, "s")))
                store.put(Result(f"check-{check}", Level.OK, clock.now(), 0.1, seen))
            print(number, clock.now(), flush=True)
            await clock.sleep(0.02)

asyncio.run(main())
"""


async def test_a_killed_agent_loses_at_most_two_seconds_and_never_the_store(path: Path) -> None:
    dice = random.Random(7)
    last_seen = 0
    for _ in range(6):
        agent = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert agent.stdout is not None
        lines = [agent.stdout.readline()]
        killer = threading.Timer(dice.uniform(0.0, 2.5), agent.send_signal, (signal.SIGKILL,))
        killer.start()
        lines += agent.stdout.readlines()
        killer.join()
        agent.wait()
        agent.stdout.close()
        put = {
            int(number): float(at) for number, at in (line.split() for line in lines if line.endswith("\n"))
        }
        check = sqlite3.connect(path)
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        check.close()
        async with Store(path, SystemClock()) as store:
            assert store.notices == ()
            numbers = {round(r.observation.readings[0].value) for r in (await store.newest()).values()}
        last = max(numbers, default=0)
        assert len(numbers) <= 1, "a batch is stored whole or not at all"
        assert last >= last_seen, "what was stored stays stored"
        lost = [at for number, at in put.items() if number > last]
        assert max(put.values()) - min(lost, default=max(put.values())) <= 2.0
        last_seen = last

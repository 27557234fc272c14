"""A journal that cannot be written: said within five seconds, with nothing written and nothing blocked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.host import procfs
from checks.storage import database
from checks.testing import FakeClock
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.verify import verify
from tests.runbooks.journal.drafting import ANNA, MIB, is_intact, noted, notes, opened, until

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.journal.db"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MiB; the tests lay ballast of 2."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=700", "none", str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def fill(disk: Path) -> None:
    """Leave no block free on the disk."""
    with (disk / "filler").open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


@contextlib.asynccontextmanager
async def responsive(within: float = 0.2) -> AsyncIterator[None]:
    """Demand that the event loop goes on meanwhile."""
    lag = 0.0

    async def watch() -> None:
        nonlocal lag
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            lag = max(lag, time.monotonic() - before)

    watching = asyncio.ensure_future(watch())
    yield
    watching.cancel()
    assert lag < within


async def beaten(clock: FakeClock, use: Awaitable[object], seconds: int) -> object:
    """Let seconds pass until the use is through."""
    task = asyncio.ensure_future(use)
    for _ in range(seconds):
        for _ in range(40):
            await asyncio.sleep(0.001)
            if task.done():
                return task.result()
        await clock.advance(1)
    return await task


@root
async def test_on_a_full_disk_nothing_is_begun_but_what_has_happened_is_written(small_disk: Path) -> None:
    path = small_disk / "state" / "shop.journal.db"
    clock = FakeClock()
    async with Journal(path, clock, ballast=2 * MIB) as journal:
        ballast = path.with_name("shop.ballast")
        assert ballast.stat().st_size == 2 * MIB
        assert ballast.stat().st_blocks * 512 >= 2 * MIB
        await journal.append(opened("w1"))
        await fill(small_disk)
        written = 0
        with pytest.raises(JournalError, match="the disk is full") as refused:
            while True:
                async with responsive():
                    await journal.append(noted("w1", f"{written} {'x' * 2000}"))
                written += 1
        assert str(path) in str(refused.value)
        assert len(await journal.entries("w1")) == written + 1, "what is there can be read"
        with pytest.raises(JournalError, match="the disk is full"):
            await journal.take("shop", "w1", ANNA)

        await beaten(clock, journal.append_after(noted("w1", "it ended" + "y" * 5000)), 3)
        assert not ballast.exists()
        assert notes(path)[-1].startswith("it ended")

        (small_disk / "filler").unlink()
        await journal.append(noted("w1", "room again"))
        await clock.advance(60)
        await until(ballast.exists)
    assert is_intact(path)
    assert verify(path).exit_code == 0
    assert len(notes(path)) == written + 2


@root
async def test_with_the_ballast_gone_it_is_tried_for_a_minute(small_disk: Path) -> None:
    path, clock = small_disk / "state" / "shop.journal.db", FakeClock()
    async with Journal(path, clock, ballast=0) as journal:
        await journal.append(opened("w1"))
        await fill(small_disk)
        with pytest.raises(JournalError):
            while True:
                await journal.append(noted("w1", "x" * 2000))
        rows = len(await journal.entries("w1"))
        began = clock.monotonic()
        with pytest.raises(JournalError, match="the disk is full"):
            await beaten(clock, journal.append_after(noted("w1", "z" * 9000)), 70)
        assert 59 <= clock.monotonic() - began <= 61
        assert len(await journal.entries("w1")) == rows

        late = asyncio.ensure_future(
            beaten(clock, journal.append_after(noted("w1", "late" + "z" * 9000)), 70)
        )
        await until(lambda: clock.monotonic() - began > 80)
        (small_disk / "filler").unlink()
        await late
    assert notes(path)[-1].startswith("late")
    assert verify(path).exit_code == 0


@root
async def test_an_agent_that_starts_on_a_full_disk_reads_refuses_and_records(small_disk: Path) -> None:
    path, clock = small_disk / "state" / "shop.journal.db", FakeClock()
    async with Journal(path, clock, ballast=2 * MIB) as journal:
        await journal.append(opened("w1"))
    await fill(small_disk)
    async with Journal(path, clock, ballast=2 * MIB) as journal:
        assert journal.broken == ""
        assert len(await journal.entries("w1")) == 1
        with pytest.raises(JournalError, match="the disk is full"):
            await journal.append(noted("w1"))
        await beaten(clock, journal.append_after(noted("w1", "it ended")), 3)
    assert notes(path) == ["it ended"]
    assert verify(path).bad == 0


@root
async def test_where_nothing_may_be_written_it_is_read_and_refused(small_disk: Path) -> None:
    path = small_disk / "state" / "shop.journal.db"
    async with Journal(path, SystemClock(), ballast=0) as journal:
        await journal.append(opened("w1"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        async with Journal(path, SystemClock(), ballast=0) as journal:
            assert journal.broken == ""
            with pytest.raises(JournalError, match=r"read-only|written to|opened") as refused:
                await journal.append(noted("w1"))
            assert str(path) in str(refused.value)
            assert len(await journal.entries("w1")) == 1
        assert verify(path).exit_code == 0
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    async with Journal(path, SystemClock(), ballast=0) as journal:
        await journal.append(noted("w1"))


async def test_without_a_folder_it_is_refused_until_there_is_one(path: Path) -> None:
    path.parent.parent.joinpath("state").write_text("a file where the folder should be")
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with pytest.raises(JournalError, match=str(path.parent)):
            await journal.append(noted("w1"))
        path.parent.unlink()
        await journal.append(noted("w1"))
    assert notes(path) == ["x"]


async def test_a_file_that_may_not_grow_is_refused_and_goes_on_later(path: Path) -> None:
    async with Journal(path, SystemClock(), ballast=0) as journal:
        await journal.append(opened("w1"))
        log = path.with_name("shop.journal.db-wal").stat().st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (log, hard))
        try:
            with pytest.raises(JournalError, match=str(path)):
                await journal.append(noted("w1", "a"), noted("w1", "b"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        await journal.append(noted("w1", "c"))
    assert notes(path) == ["c"]
    assert verify(path).exit_code == 0


@contextlib.contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def test_a_lock_of_a_second_is_waited_for(path: Path) -> None:
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with locked(path) as other:
            async with responsive():
                writing = asyncio.ensure_future(journal.append(noted("w1")))
                await asyncio.sleep(1.0)
                assert not writing.done()
                assert await journal.entries("w1") == (), "readers are not held up"
                other.execute("COMMIT")
                await writing
    assert notes(path) == ["x"]


async def test_a_lock_for_ever_is_waited_for_five_seconds(path: Path) -> None:
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with locked(path):
            started = time.monotonic()
            async with responsive():
                with pytest.raises(JournalError, match="another process keeps it locked") as refused:
                    await journal.append(noted("w1"))
            assert 4.5 < time.monotonic() - started < 7.0
            assert str(path) in str(refused.value)
        await journal.append(noted("w1", "afterwards"))
    assert notes(path) == ["afterwards"]


async def test_what_has_happened_is_written_once_the_lock_is_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    clock = FakeClock()
    async with Journal(path, clock, ballast=MIB) as journal:
        with locked(path):
            writing = asyncio.ensure_future(beaten(clock, journal.append_after(noted("w1")), 60))
            await until(lambda: clock.monotonic() > 20)
        await writing
        assert path.with_name("shop.ballast").exists(), "it was not for want of room"
    assert notes(path) == ["x"]


async def test_a_journal_locked_from_the_start_is_not_taken_for_broken(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    async with Journal(path, SystemClock(), ballast=0) as journal:
        await journal.append(noted("w1", "before"))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        async with Journal(path, SystemClock(), ballast=0) as journal:
            with pytest.raises(JournalError, match="locked"):
                await journal.append(noted("w1"))
            assert journal.broken == ""
            holder.execute("COMMIT")
            holder.close()
            await journal.append(noted("w1", "after"))
    assert notes(path) == ["before", "after"]


async def test_a_network_is_refused_unless_it_is_allowed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proc = path.parent.parent / "proc"
    (proc / "self").mkdir(parents=True)
    path.parent.mkdir(mode=0o700)
    device = path.parent.stat().st_dev
    (proc / "self" / "mountinfo").write_text(
        "21 1 0:99 / / rw - ext4 /dev/vda rw\n"
        f"22 21 {os.major(device)}:{os.minor(device)} /x /home rw,relatime shared:1 - nfs4 server:/home rw\n"
    )
    monkeypatch.setattr(procfs, "ROOT", str(proc))
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with pytest.raises(JournalError, match=r"lies on a network \(nfs4\)"):
            await journal.append(noted("w1"))
    assert not path.exists()
    async with Journal(path, SystemClock(), network=True, ballast=0) as journal:
        await journal.append(noted("w1"))

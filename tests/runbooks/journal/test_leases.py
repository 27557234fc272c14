"""Leases: one holder at a time, told from those before him by a fence that never goes back."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.testing import FakeClock
from runbooks.journal.errors import FenceError, HeldError, JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.leases import Grip
from runbooks.journal.rows import Draft
from runbooks.walk_events import HolderChanged
from tests.runbooks.journal.drafting import ANNA, BERT, noted, notes, opened, python


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.journal.db"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_800_000_000.0)


@pytest.fixture
async def journal(path: Path, clock: FakeClock) -> AsyncIterator[Journal]:
    async with Journal(path, clock, ballast=0) as journal:
        yield journal


def change_lease(path: Path, **columns: object) -> None:
    """Make the lease that of another process."""
    connection = sqlite3.connect(path)
    for name, value in columns.items():
        connection.execute(f"UPDATE lease SET {name} = ?", (value,))
    connection.commit()
    connection.close()


async def test_one_at_a_time_holds_a_target(journal: Journal, clock: FakeClock) -> None:
    await clock.advance(7)
    grip = await journal.take("shop", "w1", ANNA)
    assert grip == Grip("shop", 1, "w1")
    with pytest.raises(HeldError, match="shop is held by anna, for the walk w1") as refused:
        await journal.take("shop", "w2", BERT)
    assert (refused.value.holder, refused.value.walk, refused.value.since) == (ANNA, "w1", 1_800_000_007.0)
    held = await journal.holder("shop")
    assert held is not None
    assert (held.holder, held.walk, held.fence, held.since) == (ANNA, "w1", 1, 1_800_000_007.0)
    assert (await journal.take("another shop", "w2", BERT)).fence == 1


async def test_a_lease_given_back_is_free_and_its_grip_worth_nothing(journal: Journal) -> None:
    first = await journal.take("shop", "w1", ANNA)
    await journal.append(noted("w1", "mine"), grip=first)
    await journal.release(first)
    assert await journal.holder("shop") is None
    for use in (journal.append(noted("w1"), grip=first), journal.renew(first)):
        with pytest.raises(FenceError, match="given back"):
            await use
    second = await journal.take("shop", "w1", ANNA)
    assert second.fence == 2
    await journal.release(first)
    assert await journal.holder("shop") is not None, "an old grip gives nothing back"


async def test_a_lease_lasts_thirty_seconds_after_its_last_renewal(
    journal: Journal, clock: FakeClock
) -> None:
    grip = await journal.take("shop", "w1", ANNA)
    for _ in range(20):
        await clock.advance(10)
        clock.jump(3600)
        await journal.renew(grip)
    await clock.advance(29.9)
    await journal.append(noted("w1"), grip=grip)
    with pytest.raises(HeldError):
        await journal.take("shop", "w2", BERT)
    await clock.advance(0.1)
    for use in (journal.append(noted("w1"), grip=grip), journal.renew(grip)):
        with pytest.raises(FenceError, match="not renewed for 30 s"):
            await use
    assert await journal.holder("shop") is None
    assert (await journal.take("shop", "w2", BERT)).fence == 2


async def test_a_lease_is_of_something_and_for_something(journal: Journal) -> None:
    for target, walk in (("", "w1"), ("shop", "")):
        with pytest.raises(ValueError, match="of a target and for a walk"):
            await journal.take(target, walk, ANNA)


async def test_a_grip_of_what_nobody_ever_held_is_worth_nothing(journal: Journal) -> None:
    with pytest.raises(FenceError, match="nobody has ever held shop"):
        await journal.append(noted("w1"), grip=Grip("shop", 1, "w1"))


async def test_the_wall_clock_moves_no_lease(journal: Journal, clock: FakeClock) -> None:
    grip = await journal.take("shop", "w1", ANNA)
    for jump in (3600.0, -7200.0, 10 * 365 * 86_400.0):
        clock.jump(jump)
        await journal.append(noted("w1"), grip=grip)
        with pytest.raises(HeldError):
            await journal.take("shop", "w2", BERT)


async def test_whoever_was_relieved_writes_nothing_and_is_told_by_whom(journal: Journal, path: Path) -> None:
    old = await journal.take("shop", "w1", ANNA)
    await journal.append(opened("w1"), grip=old)
    new = await journal.take_over("shop", "w1", BERT, "anna has gone home")
    assert new == Grip("shop", 2, "w1")
    with pytest.raises(FenceError, match=r"fence 1, by now 2\): bert holds it now"):
        await journal.append(noted("w1", "too late"), noted("w1", "too late"), grip=old)
    with pytest.raises(FenceError):
        await journal.append_after(noted("w1", "too late"), grip=old)
    with pytest.raises(FenceError):
        await journal.renew(old)
    (row,) = await journal.append(Draft("w1", HolderChanged(2, BERT, "anna has gone home"), BERT), grip=new)
    assert row.fence == 2
    assert notes(path) == []
    held = await journal.holder("shop")
    assert held is not None
    assert (held.holder, held.reason) == (BERT, "anna has gone home")


async def test_fences_rise_with_every_take_for_ever(journal: Journal, clock: FakeClock) -> None:
    fences = []
    for number in range(30):
        if number % 3 == 0:
            grip = await journal.take_over("shop", f"w{number}", BERT, "again")
        else:
            await clock.advance(30)
            grip = await journal.take("shop", f"w{number}", ANNA)
        fences.append(grip.fence)
        if number % 2:
            await journal.release(grip)
    assert fences == list(range(1, 31))


async def test_the_fence_can_be_asked_for_by_whoever_reads_the_file(journal: Journal, path: Path) -> None:
    """A supervisor does, right before it starts a program."""
    await journal.take("shop", "w1", ANNA)
    await journal.take_over("shop", "w1", BERT, "again")
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    assert connection.execute("SELECT fence FROM lease WHERE target = ?", ("shop",)).fetchone() == (2,)
    connection.close()


async def test_a_lease_of_another_boot_is_expired(journal: Journal, path: Path) -> None:
    grip = await journal.take("shop", "w1", ANNA)
    change_lease(path, boot="the one before")
    with pytest.raises(FenceError):
        await journal.append(noted("w1"), grip=grip)
    assert await journal.holder("shop") is None
    assert (await journal.take("shop", "w2", BERT)).fence == 2


async def test_a_pid_that_was_given_to_another_process_holds_nothing(journal: Journal, path: Path) -> None:
    await journal.take("shop", "w1", ANNA)
    change_lease(path, started=1)
    assert await journal.holder("shop") is None
    assert (await journal.take("shop", "w2", BERT)).fence == 2


async def test_a_process_that_we_cannot_see_is_taken_to_live(
    journal: Journal, path: Path, clock: FakeClock
) -> None:
    await journal.take("shop", "w1", ANNA)
    change_lease(path, space="pid:[1]", pid=999_999_999)
    with pytest.raises(HeldError):
        await journal.take("shop", "w2", BERT)
    await clock.advance(30)
    assert (await journal.take("shop", "w2", BERT)).fence == 2


TAKES = """
import asyncio, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.operators import Operator
from runbooks.journal.journal import Journal

async def main():
    async with Journal(Path(sys.argv[1]), SystemClock(), ballast=0) as journal:
        await journal.take("shop", "w1", Operator("anna"))
        print("held", flush=True)
        sys.stdin.readline()

asyncio.run(main())
"""


async def test_the_lease_of_a_killed_process_is_free_at_once(path: Path) -> None:
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with python(TAKES, path) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(HeldError):
                await journal.take("shop", "w2", BERT)
            other.kill()
            other.wait()
            assert await journal.holder("shop") is None
            assert (await journal.take("shop", "w2", BERT)).fence == 2


async def test_who_holds_it_must_be_readable(journal: Journal, path: Path) -> None:
    await journal.take("shop", "w1", ANNA)
    change_lease(path, holder=b"\xff")
    with pytest.raises(JournalError, match="who holds shop cannot be read"):
        await journal.take("shop", "w2", BERT)
    with pytest.raises(JournalError, match="who holds shop cannot be read"):
        await journal.holder("shop")

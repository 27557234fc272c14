"""The journal as walkers and agents hold it: what is returned is kept, in order, all of it or nothing."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.testing import FakeClock
from checks.version import __version__
from runbooks.events import JournalBegun, Noted
from runbooks.journal.chain import linked
from runbooks.journal.errors import JournalError, UnfitError
from runbooks.journal.journal import Journal
from runbooks.journal.questions import StepDuration
from runbooks.journal.rows import Draft
from runbooks.journal.verify import verify
from runbooks.outcome import succeeded
from runbooks.step_events import StepEnded
from runbooks.walk_events import WalkEnding
from tests.runbooks.journal.drafting import ANNA, BERT, ended, noted, notes, opened, rows, took, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.journal.db"


def journal_of(path: Path) -> Journal:
    return Journal(path, SystemClock(), ballast=0)


async def test_what_was_written_is_there_for_the_next_agent(path: Path) -> None:
    async with journal_of(path) as journal:
        written = await journal.append(opened("w1"), noted("w1"), Draft("w1", Noted("by itself")))
        assert await journal.entries("w1") == written
    async with journal_of(path) as journal:
        assert await journal.entries("w1") == written
        assert [entry.seq for entry in written] == [2, 3, 4]
        assert [entry.operator.name for entry in written] == ["anna", "anna", "walkdown"]
        assert journal.head == (4, rows(path)[-1].hash.hex())
        assert await journal.entries("another") == ()


async def test_it_begins_with_who_it_is(path: Path) -> None:
    async with journal_of(path) as journal, journal_of(path.with_name("other.journal.db")) as other:
        (first,), (second,) = await journal.since(0), await other.since(0)
    assert isinstance(first.event, JournalBegun)
    assert isinstance(second.event, JournalBegun)
    assert (first.seq, first.walk, first.event.version, first.event.after) == (1, "", __version__, "")
    assert first.host
    assert first.boot
    assert first.event.install != second.event.install


async def test_rows_carry_both_clocks_and_the_fence(path: Path) -> None:
    clock = FakeClock(1_800_000_000.0)
    async with Journal(path, clock, ballast=0) as journal:
        grip = await journal.take("shop", "w1", ANNA)
        await clock.advance(5)
        clock.jump(-3600)
        (held,) = await journal.append(noted("w1"), grip=grip)
        (free,) = await journal.append(noted("w1"))
    assert (held.at, held.mono, held.fence) == (1_799_996_405.0, 5.0, 1)
    assert free.fence == 0
    assert verify(path).bad == 0, "a wall clock that is set back does no harm"


async def test_a_batch_is_written_whole_or_not_at_all(path: Path) -> None:
    async with journal_of(path) as journal:
        for text in ("\udcff", "x" * 10):
            elapsed = float("nan") if text[0] == "x" else 1.0
            unfit = Draft("w1", StepEnded("s1", 1, succeeded(text), elapsed))
            with pytest.raises(UnfitError, match="StepEnded") as refused:
                await journal.append(noted("w1"), unfit)
            assert str(path) in str(refused.value)
        assert await journal.entries("w1") == ()
        await journal.append(noted("w1"))
    assert [row.seq for row in rows(path)] == [1, 2]


async def test_rows_can_be_added_but_never_changed_or_deleted(path: Path) -> None:
    async with journal_of(path) as journal:
        await journal.append(noted("w1"), noted("w1"))
        grip = await journal.take("shop", "w1", ANNA)
        await journal.take_over("shop", "w1", BERT, "she has gone")
        before = rows(path)
        connection = sqlite3.connect(path, isolation_level=None)
        for statement, why in (
            ("UPDATE entry SET walk = 'w2' WHERE seq = 2", "never change"),
            ("UPDATE entry SET seq = 9 WHERE seq = 3", "never change"),
            ("DELETE FROM entry WHERE seq = 3", "never deleted"),
            ("DELETE FROM entry", "never deleted"),
            (
                "INSERT INTO entry SELECT 9, walk, kind, runbook, body, hash FROM entry WHERE seq = 3",
                "only follow",
            ),
            (
                "INSERT OR REPLACE INTO entry SELECT 3, 'w2', kind, runbook, body, hash FROM entry",
                "only follow",
            ),
            ("REPLACE INTO entry SELECT seq, 'w2', kind, runbook, body, hash FROM entry", "only follow"),
            ("UPDATE lease SET fence = 1", "never goes back"),
            ("DELETE FROM lease", "given back"),
        ):
            with pytest.raises(sqlite3.IntegrityError, match=why):
                connection.execute(statement)
        connection.close()
        assert rows(path) == before
        assert grip.fence == 1


async def test_walks_are_listed_newest_first(path: Path) -> None:
    clock = FakeClock(1_800_000_000.0)
    async with Journal(path, clock, ballast=0) as journal:
        for number in range(5):
            await journal.append(opened(f"w{number}", "update" if number % 2 else "restart"))
            await clock.advance(10)
        await journal.append(ended("w1", WalkEnding.ROLLED_BACK), ended("w4"))
        heads = await journal.walks()
        assert [head.id for head in heads] == ["w4", "w3", "w2", "w1", "w0"]
        first, fourth = heads[3], heads[1]
        assert (first.runbook, first.title, first.opened_by) == ("update", "The update", ANNA)
        assert (first.opened_at, first.ended_at, first.ending) == (
            1_800_000_010.0,
            1_800_000_050.0,
            WalkEnding.ROLLED_BACK,
        )
        assert (fourth.ended_at, fourth.ending) == (0.0, None)
        assert [head.id for head in await journal.walks(2)] == ["w4", "w3"]
        assert [head.id for head in await journal.walks(2, open_only=True)] == ["w3", "w2"]


async def test_how_long_steps_took_is_told_of_the_newest_walks_that_succeeded(path: Path) -> None:
    async with journal_of(path) as journal:
        for number in range(4):
            walk = f"w{number}"
            await journal.append(opened(walk), took(walk, "s1", number), took(walk, "s2", 9, well=False))
        await journal.append(opened("other", "restart"), took("other", "s1", 99.0))
        assert await journal.durations("update", 2) == (
            StepDuration("s1", 3.0, "w3"),
            StepDuration("s1", 2.0, "w2"),
        )
        assert len(await journal.durations("update")) == 4
        assert await journal.durations("unheard of") == ()


async def test_all_rows_can_be_followed_in_portions(path: Path) -> None:
    async with journal_of(path) as journal:
        await journal.append(*(noted(f"w{n % 3}", f"{n}") for n in range(25)))
        seen, portions = 0, []
        while portion := await journal.since(seen, 10):
            seen = portion[-1].seq
            portions.append(len(portion))
    assert (portions, seen) == ([10, 10, 6], 26)


async def test_a_row_of_a_later_version_is_not_guessed_at(path: Path) -> None:
    async with journal_of(path) as journal:
        await journal.append(noted("w1"))
    last = rows(path)[-1]
    body = last.body.replace(b'"seq":2', b'"seq":3').replace(b"Noted", b"Later")
    with sqlite3.connect(path) as connection:
        row = (3, "w1", "Later", "", body, linked(last.hash, body))
        connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.close()
    async with journal_of(path) as journal:
        with pytest.raises(JournalError, match="row 3 says what this version does not know"):
            await journal.entries("w1")
    assert verify(path).bad == 0


async def test_no_call_to_sqlite_is_made_on_the_event_loop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connecting = set()
    connect = sqlite3.connect

    def seen(*args: object, **options: object) -> sqlite3.Connection:
        connecting.add(threading.current_thread().name)
        return connect(*args, **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", seen)
    async with journal_of(path) as journal:
        grip = await journal.take("shop", "w1", ANNA)
        await journal.append(opened("w1"), grip=grip)
        await journal.append_after(noted("w1"))
        await journal.renew(grip)
        await journal.entries("w1")
        await journal.walks()
        await journal.holder("shop")
        await journal.release(await journal.take_over("shop", "w1", BERT, "why not"))
        await journal.anchor()
    assert connecting == {"journal-write_0", "journal-read_0"}


async def test_a_walk_of_ten_thousand_rows_is_read_in_less_than_two_seconds(path: Path) -> None:
    others = [took(f"w{n}", "s1", 1.0) for n in range(2, 7) for _ in range(2000)]
    write(path, [opened("w1", steps=200), *others, *(took("w1", f"s{n % 200}", 1.0) for n in range(9999))])
    started = time.process_time()
    async with journal_of(path) as journal:
        entries = await journal.entries("w1")
    assert time.process_time() - started < 2.0
    assert len(entries) == 10_000
    assert [entry.seq for entry in entries] == sorted(entry.seq for entry in entries)


async def test_a_hundred_walks_are_written_side_by_side(path: Path) -> None:
    async with journal_of(path) as journal:

        async def walk(name: str) -> None:
            grip = await journal.take(name, name, ANNA)
            await journal.append(opened(name), grip=grip)
            for number in range(10):
                await journal.append(noted(name, f"{name} {number}"), grip=grip)
            await journal.append_after(ended(name), grip=grip)
            await journal.release(grip)

        async with asyncio.TaskGroup() as walks:
            for number in range(100):
                walks.create_task(walk(f"w{number}"))
        for number in range(100):
            texts = [e.event.text for e in await journal.entries(f"w{number}") if isinstance(e.event, Noted)]
            assert texts == [f"w{number} {n}" for n in range(10)]
        assert len(await journal.walks(open_only=True)) == 0
    assert verify(path).exit_code == 0


async def test_two_agents_write_into_one_chain(path: Path) -> None:
    async with journal_of(path) as one, journal_of(path) as other:
        for number in range(20):
            await asyncio.gather(
                one.append(noted("w1", f"a{number}")), other.append(noted("w1", f"b{number}"))
            )
        assert one.head.seq in (40, 41)
        assert len(await one.entries("w1")) == 40
    assert verify(path).exit_code == 0
    assert [text for text in notes(path) if text[0] == "b"] == [f"b{n}" for n in range(20)]

"""A damaged, foreign, cut or missing journal: refused, left as it is, and begun anew only when told so."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.storage import database
from checks.storage.schema import Migration, migrations
from checks.testing import FakeClock
from runbooks.events import JournalBegun
from runbooks.journal.anchors import anchors_file
from runbooks.journal.database import FOLDER, open_journal, renew_journal
from runbooks.journal.errors import BrokenError, JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Scribe, read_entry
from runbooks.journal.verify import verify
from tests.runbooks.journal.drafting import ANNA, BERT, ended, hands_on, is_intact, noted, opened, rows, write

PAGE = 4096


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A journal with a walk of two hundred rows, anchored."""
    path = tmp_path / "state" / "shop.journal.db"
    async with journal_of(path) as journal:
        grip = await journal.take("shop", "w1", ANNA)
        await journal.append(opened("w1"), *(noted("w1", f"{n} " * 50) for n in range(198)), grip=grip)
        for _ in range(4):
            grip = await journal.take_over("shop", "w1", ANNA, "again")
    return path


def journal_of(path: Path) -> Journal:
    return Journal(path, SystemClock(), ballast=0)


def overwrite(path: Path, place: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(content)


def newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO migration VALUES (9999, '9999_future', 'x', 0)")
        connection.commit()


def of_another_program(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (precious TEXT)")


def without_rows(path: Path) -> None:
    with hands_on(path) as connection:
        connection.execute("DELETE FROM entry")


def cut_tail(path: Path) -> None:
    with hands_on(path) as connection:
        connection.execute("DELETE FROM entry WHERE seq > 150")


def forged_row(path: Path) -> None:
    with hands_on(path) as connection:
        connection.execute(
            "UPDATE entry SET body = CAST(replace(body, 'anna', 'bert') AS BLOB) WHERE seq = 180"
        )


def without_a_table(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE entry RENAME TO something")


def replaced(path: Path) -> None:
    """Another journal, as long and sound in itself, was put in its place."""
    other = path.parent.parent / "other" / "shop.journal.db"
    write(other, [opened("w1"), *(noted("w1") for _ in range(198))])
    shutil.copy(other, path)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "page overwritten": (lambda path: overwrite(path, PAGE * 9, random.Random(1).randbytes(PAGE)), ""),
    "header overwritten": (lambda path: overwrite(path, 0, random.Random(2).randbytes(PAGE)), ""),
    "cut in half": (lambda path: os.truncate(path, path.stat().st_size // PAGE // 2 * PAGE), ""),
    "cut by a page": (lambda path: os.truncate(path, path.stat().st_size - PAGE), ""),
    "cut by a byte": (lambda path: os.truncate(path, path.stat().st_size - 1), ""),
    "zero length": (lambda path: os.truncate(path, 0), "is empty"),
    "no database": (lambda path: path.write_bytes(b"certainly not a database\n" * 1000), "not a database"),
    "newer version": (newer, "newer walkdown"),
    "another program's": (of_another_program, "not written by walkdown"),
    "no rows": (without_rows, "no rows"),
    "tail cut off": (cut_tail, "its tail was cut off"),
    "row forged": (forged_row, "row 180"),
    "no table": (without_a_table, "no such table"),
    "replaced by another": (replaced, "not the one that was anchored"),
    "gone": (lambda path: path.unlink(), "is gone; it had 200 rows"),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_journal_is_refused_and_left_as_it_is(path: Path, damage: str) -> None:
    deed, why = DAMAGES[damage]
    deed(path)
    content = path.read_bytes() if path.exists() else None
    for _ in range(2):
        async with journal_of(path) as journal:
            assert str(path) in journal.broken
            assert why in journal.broken
            for use in (
                journal.append(noted("w1")),
                journal.append_after(noted("w1")),
                journal.take("shop", "w2", BERT),
                journal.anchor(),
            ):
                with pytest.raises(BrokenError) as refused:
                    await use
                assert str(refused.value) == journal.broken
    assert (path.read_bytes() if path.exists() else None) == content
    assert verify(path).exit_code == (0 if damage == "newer version" else 2)


@pytest.mark.parametrize("damage", ["row forged", "tail cut off", "newer version", "replaced by another"])
async def test_what_can_be_read_of_it_is_read(path: Path, damage: str) -> None:
    DAMAGES[damage][0](path)
    async with journal_of(path) as journal:
        assert journal.broken
        assert len(await journal.entries("w1")) >= 149
        assert [head.id for head in await journal.walks()] == ["w1"]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_begun_anew_it_keeps_the_old_one_aside_and_names_its_head(path: Path, damage: str) -> None:
    head = rows(path)[-1].hash.hex()
    DAMAGES[damage][0](path)
    content = path.read_bytes() if path.exists() else None
    async with journal_of(path) as journal:
        kept = await journal.begin_anew("the disk was bad", BERT)
        assert journal.broken == ""
        await journal.append(opened("w2"))
        first, second = await journal.since(0)
        assert (await journal.take("shop", "w2", BERT)).fence > 1_700_000_000, (
            "above all fences of the old one"
        )
    assert (first.seq, second.seq, first.operator) == (1, 2, BERT)
    assert isinstance(first.event, JournalBegun)
    assert first.event.reason == "the disk was bad"
    if damage in ("newer version", "gone", "header overwritten", "no database", "zero length"):
        assert first.event.after == head
    if content is None:
        assert kept is None
    else:
        assert kept is not None
        assert kept.name.startswith("shop.journal.db.corrupt-")
        assert kept.read_bytes() == content
    (old_anchors,) = path.parent.glob("shop.anchors.corrupt-*")
    assert head in old_anchors.read_text()
    assert verify(path).exit_code == 0
    assert is_intact(path)


def test_fences_that_can_be_read_are_not_used_again(path: Path) -> None:
    clock = FakeClock(3.0)
    forged_row(path)
    renew_journal(path, clock, "the clock is wrong as well")
    with contextlib.closing(open_journal(path, Scribe(clock))) as connection:
        assert connection.execute("SELECT fence FROM fence_floor").fetchone() == (5,)


def test_nothing_that_was_put_aside_is_overwritten(path: Path) -> None:
    clock, kept = FakeClock(), set()
    for number in range(3):
        overwrite(path, 0, b"%d" % number * PAGE)
        kept.add(renew_journal(path, clock, "again"))
    assert len(kept) == 3
    assert all(file is not None and file.exists() for file in kept)


async def test_a_sound_journal_is_not_begun_anew(path: Path) -> None:
    before = rows(path)
    async with journal_of(path) as journal:
        with pytest.raises(JournalError, match="is sound"):
            await journal.begin_anew("I feel like it", BERT)
        await journal.append(ended("w1"))
    assert rows(path)[:-1] == before


async def test_a_renewal_that_was_killed_half_way_is_seen_and_done_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged_row(path)

    def die(*_: object) -> None:
        raise OSError(5, "killed here")

    monkeypatch.setattr("runbooks.journal.database.make", die)
    with pytest.raises(JournalError, match="killed here"):
        renew_journal(path, SystemClock(), "first try")
    monkeypatch.undo()
    async with journal_of(path) as journal:
        assert "is gone" in journal.broken
        await journal.begin_anew("second try", BERT)
        (begun,) = await journal.since(0)
    assert isinstance(begun.event, JournalBegun)
    (old_anchors,) = path.parent.glob("shop.anchors.corrupt-*")
    assert f"200:{begun.event.after} " in old_anchors.read_text()


async def test_damage_that_comes_while_it_is_open_is_refused(path: Path) -> None:
    async with journal_of(path) as journal:
        await journal.append(noted("w1"))
        with hands_on(path) as connection:
            connection.execute("DELETE FROM entry WHERE seq > 190")
        with pytest.raises(BrokenError, match="has lost rows"):
            await journal.append(noted("w1"))
        with pytest.raises(BrokenError, match="has lost rows"):
            await journal.append(noted("w1"))


@pytest.mark.parametrize("deed", ["deleted", "moved away"])
async def test_a_journal_taken_away_while_it_is_open_is_missed(path: Path, deed: str) -> None:
    async with journal_of(path) as journal:
        await journal.append(noted("w1"))
        path.unlink() if deed == "deleted" else path.rename(path.with_name("elsewhere"))
        with pytest.raises(BrokenError, match="is gone"):
            await journal.append(noted("w1"))
    assert not path.exists()


async def test_a_log_without_its_journal_is_not_taken_for_a_beginning(tmp_path: Path) -> None:
    path = tmp_path / "state" / "shop.journal.db"
    path.parent.mkdir()
    path.with_name("shop.journal.db-wal").write_bytes(b"rows that were not carried over yet")
    async with journal_of(path) as journal:
        assert "only its log is there" in journal.broken
    assert [file.name for file in path.parent.iterdir()] == ["shop.journal.db-wal"]


async def test_the_log_of_another_journal_is_not_believed(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "shop.journal.db"
    async with journal_of(other) as journal:
        await journal.append(noted("w9", "from elsewhere"))
        log = other.with_name("shop.journal.db-wal").read_bytes()
    path.with_name("shop.journal.db-wal").write_bytes(log)
    async with journal_of(path) as journal:
        assert journal.broken
        assert path.read_bytes()


def test_random_damage_is_refused_or_harmless(path: Path, tmp_path: Path) -> None:
    """No damage makes it crash, or write on after rows that are not right."""
    dice, copy = random.Random(7), tmp_path / "copy" / "shop.journal.db"
    copy.parent.mkdir()
    size, refused = path.stat().st_size, 0
    for _ in range(150):
        for file in copy.parent.iterdir():
            file.unlink()
        shutil.copy(path, copy)
        shutil.copy(anchors_file(path), anchors_file(copy))
        overwrite(copy, dice.randrange(size), dice.randbytes(dice.choice((1, 16, 512, PAGE))))
        try:
            write(copy, [noted("w1", "after")])
        except (BrokenError, sqlite3.DatabaseError):
            refused += 1
        else:
            last = rows(copy)[-1]
            assert b"after" in last.body
            assert read_entry(last.seq, last.body).seq == 201
    assert refused > 75


def test_an_older_journal_is_brought_up_to_date_and_a_copy_kept(path: Path) -> None:
    known = (*migrations(FOLDER), Migration(2, "0002_more", "CREATE TABLE more (id INTEGER) STRICT;\n"))
    before = rows(path)
    with contextlib.closing(open_journal(path, Scribe(SystemClock()), known=known)) as connection:
        assert connection.execute("SELECT count(*) FROM more").fetchone() == (0,)
    assert rows(path) == before
    assert rows(path.with_name("shop.journal.db.before-0002")) == before
    with pytest.raises(BrokenError, match="newer walkdown"):
        open_journal(path, Scribe(SystemClock()))


def test_the_search_for_damage_ends_in_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CHECK_SECONDS", 0.0)
    write(path, [noted("w1")])
    assert len(rows(path)) == 201

"""A damaged, foreign, cut or missing journal: refused and left as it is, and read as far as it can be."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.storage import database
from checks.storage.schema import Migration, migrations
from runbooks.journal.anchors import anchors_file
from runbooks.journal.database import FOLDER, open_journal
from runbooks.journal.errors import BrokenError
from runbooks.journal.rows import Scribe, read_entry
from runbooks.journal.verify import verify
from tests.runbooks.journal.damages import DAMAGES, PAGE, journal_of, make_long, overwrite
from tests.runbooks.journal.drafting import BERT, MIB, hands_on, noted, rows, write


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "shop.journal.db"
    await make_long(path)
    return path


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
        except (BrokenError, sqlite3.DatabaseError, UnicodeDecodeError):
            refused += 1
        else:
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                last = connection.execute("SELECT seq, body FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
            assert read_entry(*last).seq == 201
            assert b"after" in last[1]
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
    write(path, [noted("w1", "x" * MIB) for _ in range(40)])
    monkeypatch.setattr(database, "CHECK_SECONDS", 0.001)
    write(path, [noted("w1")])
    assert len(rows(path)) == 241

"""How a store's file is opened: whose it is, whether it is sound, which schema it has."""

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.errors import StoreError
from checks.storage import database
from checks.storage.database import open_database, reading, transaction
from checks.storage.schema import Migration, migrations

NOW = 1_800_000_000.0
FIRST = Migration(1, "0001_first", "CREATE TABLE thing (id INTEGER PRIMARY KEY);\n")
SECOND = Migration(
    2, "0002_second", "ALTER TABLE thing ADD COLUMN name TEXT;\nCREATE TABLE other (id INTEGER);\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.db"


def make(path: Path, *known: Migration) -> None:
    """Make or migrate a store with one more row in it."""
    connection = open_database(path, NOW, known or (FIRST,)).connection
    connection.execute("INSERT INTO thing DEFAULT VALUES")
    connection.close()


def rows(path: Path) -> int:
    with reading(path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM thing").fetchone()
    return int(count)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_any_file(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make(path)
        connection = open_database(path, NOW, (FIRST, SECOND)).connection
        connection.execute("INSERT INTO thing DEFAULT VALUES")
    finally:
        os.umask(before)
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    connection.close()
    assert set(files) == {"shop.db", "shop.db-wal", "shop.db-shm", "shop.db.before-0002"}
    assert set(files.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_and_file_left_open_to_others_are_closed(path: Path) -> None:
    make(path)
    path.chmod(0o644)
    path.parent.chmod(0o755)
    make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_state_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to("elsewhere")
    with pytest.raises(StoreError, match="symbolic link"):
        open_database(tmp_path / "state" / "shop.db", NOW)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_planted_link_is_refused_and_its_target_untouched(path: Path, ending: str) -> None:
    make(path)
    victim = path.parent / "victim"
    victim.write_text("precious")
    planted = path.with_name(path.name + ending)
    planted.unlink(missing_ok=True)
    planted.symlink_to(victim)
    with pytest.raises(StoreError, match="not a regular file"):
        open_database(path, NOW, (FIRST,))
    assert victim.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_somebody_else_is_refused(path: Path) -> None:
    path.parent.mkdir()
    os.chown(path.parent, 12345, 12345)
    with pytest.raises(StoreError, match="belongs to uid 12345"):
        open_database(path, NOW)


def test_connections_keep_the_discipline(path: Path) -> None:
    connection = open_database(path, NOW).connection
    pragmas = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
    }
    connection.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 1}


def test_a_writer_waits_for_another_process_instead_of_failing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    make(path)
    one, other = (open_database(path, NOW, (FIRST,)).connection for _ in range(2))
    with transaction(one), pytest.raises(sqlite3.OperationalError, match="locked"), transaction(other):
        pass
    with transaction(other):
        other.execute("INSERT INTO thing DEFAULT VALUES")
    one.close()
    other.close()
    assert rows(path) == 2


def test_a_failed_transaction_leaves_nothing(path: Path) -> None:
    connection = open_database(path, NOW, (FIRST,)).connection
    with pytest.raises(ZeroDivisionError), transaction(connection):
        connection.execute("INSERT INTO thing DEFAULT VALUES")
        raise ZeroDivisionError
    connection.close()
    assert rows(path) == 0


def test_a_reader_cannot_write(path: Path) -> None:
    make(path)
    with reading(path) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM thing")


def test_a_reader_sees_one_picture_while_others_write(path: Path) -> None:
    make(path)
    with reading(path) as connection:
        before = connection.execute("SELECT count(*) FROM thing").fetchone()
        make(path)
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == before
    assert rows(path) == 2


def test_a_migration_keeps_the_rows_and_a_copy_from_before(path: Path) -> None:
    make(path, FIRST)
    make(path, FIRST, SECOND)
    assert rows(path) == 2
    assert rows(path.with_name("shop.db.before-0002")) == 1


def test_migrations_are_applied_once(path: Path) -> None:
    make(path, FIRST, SECOND)
    make(path, FIRST, SECOND)
    with reading(path) as connection:
        applied = connection.execute("SELECT number, name, applied_at FROM migration").fetchall()
    assert applied == [(1, "0001_first", NOW), (2, "0002_second", NOW)]


def test_a_migration_that_fails_half_way_changes_nothing(path: Path) -> None:
    make(path, FIRST)
    broken = Migration(2, "0002_broken", SECOND.sql + "CREATE TABLE thing (id INTEGER);\n")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        open_database(path, NOW, (FIRST, broken))
    make(path, FIRST, SECOND)
    assert rows(path) == 2


def test_a_store_of_a_newer_version_is_refused_and_untouched(path: Path) -> None:
    make(path, FIRST, SECOND)
    with pytest.raises(StoreError, match="newer walkdown"):
        open_database(path, NOW, (FIRST,))
    make(path, FIRST, SECOND)
    assert rows(path) == 2


def test_a_migration_changed_after_it_was_applied_is_refused(path: Path) -> None:
    make(path, FIRST)
    with pytest.raises(StoreError, match="0001_first"):
        open_database(path, NOW, (Migration(1, "0001_first", FIRST.sql + "-- more"),))


def test_shipped_migrations_are_numbered_without_a_gap() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


def fill(path: Path) -> None:
    connection = open_database(path, NOW, (FIRST,)).connection
    connection.execute("CREATE TABLE big (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    with transaction(connection):
        connection.executemany("INSERT INTO big (text) VALUES (?)", ((f"{n:0200}",) for n in range(500)))
    connection.close()


def overwrite_pages(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 5)
        file.write(os.urandom(4096))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "pages overwritten": overwrite_pages,
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "empty": lambda path: os.truncate(path, 0),
    "no database": lambda path: path.write_bytes(b"certainly not a database\n" * 1000),
    "header overwritten": lambda path: path.write_bytes(os.urandom(4096) + path.read_bytes()[4096:]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_kept_and_a_fresh_one_begun(path: Path, damage: str) -> None:
    fill(path)
    DAMAGES[damage](path)
    content = path.read_bytes()
    opened = open_database(path, NOW, (FIRST,))
    opened.connection.execute("INSERT INTO thing DEFAULT VALUES")
    opened.connection.close()
    assert opened.kept == path.with_name("shop.db.corrupt-20270115T080000Z")
    assert opened.kept.read_bytes() == content
    assert rows(path) == 1


def test_a_sound_store_is_not_set_aside(path: Path) -> None:
    fill(path)
    opened = open_database(path, NOW, (FIRST,))
    opened.connection.close()
    assert opened.kept is None


def test_the_log_of_a_store_that_is_gone_is_not_replayed_into_the_next(path: Path) -> None:
    connection = open_database(path, NOW, (FIRST,)).connection
    connection.execute("INSERT INTO thing DEFAULT VALUES")
    log = path.with_name("shop.db-wal").read_bytes()
    connection.close()
    path.unlink()
    path.with_name("shop.db-wal").write_bytes(log)
    make(path)
    assert rows(path) == 1


def test_a_start_that_was_killed_while_making_the_store_does_no_harm(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.with_name("shop.db.new").write_bytes(b"half")
    make(path)
    assert rows(path) == 1
    assert not path.with_name("shop.db.new").exists()


def test_the_search_for_damage_ends_in_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path)
    monkeypatch.setattr(database, "CHECK_SECONDS", 0.0)
    make(path)
    assert rows(path) == 1

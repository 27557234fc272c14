"""Verification of a journal in its file: what was done to it is found; what vouches for its rows is said."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.testing import FakeClock
from runbooks.journal.anchors import anchors_file
from runbooks.journal.chain import Head
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.journal.verify import verify
from tests.runbooks.journal.drafting import ended, hands_on, noted, opened, rows, took, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of 60 rows, of which the 40th is anchored."""
    path = tmp_path / "state" / "shop.journal.db"
    write(path, [opened("w1"), opened("w2", "restart"), *(noted("w1", f"{n}") for n in range(37))])
    anchor(path, 40)
    write(path, [*(took("w2", "s1", n) for n in range(18)), ended("w1"), ended("w2")])
    return path


def anchor(path: Path, seq: int) -> Head:
    head = Head(seq, rows(path)[seq - 1].hash.hex())
    with anchors_file(path).open("a") as file:
        file.write(f"{head} 2026-11-23T03:47:00.000Z\n")
    return head


def test_what_was_written_is_right_and_the_end_is_not_vouched_for(path: Path) -> None:
    verdict = verify(path)
    assert (verdict.exit_code, verdict.bad, verdict.unanchored, verdict.head.seq) == (3, 0, 20, 60)


def test_all_is_well_once_the_end_is_anchored(path: Path) -> None:
    head = anchor(path, 60)
    verdict = verify(path)
    assert (verdict.exit_code, verdict.unanchored, verdict.head) == (0, 0, head)


def test_a_head_from_a_printed_report_vouches_too(path: Path) -> None:
    head = Head(55, rows(path)[54].hash.hex())
    assert verify(path, [Head.parse(str(head))]).unanchored == 5
    verdict = verify(path, [Head(55, "ab" * 32)])
    assert (verdict.exit_code, verdict.bad) == (2, 55)


def test_the_short_form_of_messages_vouches_too(path: Path) -> None:
    short = rows(path)[54].hash.hex()[:16]
    for said in (f"55:{short}", f"journal 55:{short}", f"  journal 55:{short.upper()}\n"):
        assert verify(path, [Head.given(said)]).unanchored == 5, said
    verdict = verify(path, [Head.given("journal 55:" + "ab" * 8)])
    assert (verdict.exit_code, verdict.bad) == (2, 55)
    cut = verify(path, [Head.given(f"journal 99:{short}")])
    assert (cut.exit_code, cut.bad) == (2, 61)


@pytest.mark.parametrize(
    "said", ["", "55", "55:", "55:ab", "journal", "55:" + "g" * 16, f"55:{'a ' * 8}b", f"x 55:{'a' * 16}"]
)
def test_what_is_no_head_vouches_for_nothing(said: str) -> None:
    with pytest.raises(ValueError, match="no SEQ:HASH"):
        Head.given(said)


def test_the_file_of_anchors_holds_whole_hashes_alone(path: Path) -> None:
    with anchors_file(path).open("a") as file:
        file.write(f"60:{rows(path)[59].hash.hex()[:16]} 2026-11-23T03:48:00.000Z\n")
    verdict = verify(path)
    assert (verdict.unanchored, len(verdict.remarks)) == (20, 1)


def test_without_anchors_nothing_is_vouched_for(path: Path) -> None:
    anchors_file(path).unlink()
    assert (verify(path).exit_code, verify(path).unanchored) == (3, 60)


def test_it_changes_nothing(path: Path) -> None:
    before = {
        file.name: file.read_bytes() for file in path.parent.iterdir() if file.name != f"{path.name}-shm"
    }
    verify(path)
    after = {
        file.name: file.read_bytes() for file in path.parent.iterdir() if file.name != f"{path.name}-shm"
    }
    assert {name: content for name, content in after.items() if content} == before


def test_bits_flipped_in_the_file_are_found_in_every_column(path: Path, tmp_path: Path) -> None:
    dice, copy = random.Random(5), tmp_path / "copy" / "shop.journal.db"
    copy.parent.mkdir()
    for column in ("body", "hash", "walk", "kind", "runbook", "seq"):
        for _ in range(12):
            shutil.copy(path, copy)
            seq = dice.randint(1, 60) if column != "runbook" else dice.choice((2, 3))
            with hands_on(copy) as connection:
                flip(connection, column, seq, dice)
            verdict = verify(copy)
            assert (verdict.exit_code, 0 < verdict.bad <= seq) == (2, True), (column, seq, verdict)


def flip(connection: sqlite3.Connection, column: str, seq: int, dice: random.Random) -> None:
    (value,) = connection.execute(f"SELECT {column} FROM entry WHERE seq = ?", (seq,)).fetchone()
    if column == "seq":
        forged: object = 1000 + (value ^ 1 << dice.randrange(6))
    else:
        data = bytearray(value if isinstance(value, bytes) else value.encode() or b"\0")
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(7)
        forged = bytes(data) if isinstance(value, bytes) else data.decode()
    connection.execute(f"UPDATE entry SET {column} = ? WHERE seq = ?", (forged, seq))


def delete(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entry WHERE seq = 30")


def close_the_gap(connection: sqlite3.Connection) -> None:
    delete(connection)
    for seq in range(31, 61):
        connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (seq - 1, seq))


def put_in(connection: sqlite3.Connection) -> None:
    for seq in range(60, 29, -1):
        connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (seq + 1, seq))
    connection.execute(
        "INSERT INTO entry SELECT 30, walk, kind, runbook, body, hash FROM entry WHERE seq = 29"
    )


def put_in_before_the_first(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO entry SELECT -7, walk, kind, runbook, body, hash FROM entry WHERE seq = 29"
    )


def swap(connection: sqlite3.Connection) -> None:
    for old, new in ((30, 0), (44, 30), (0, 44)):
        connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (new, old))


def cut_behind_the_anchor(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entry WHERE seq > 45")


def cut(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entry WHERE seq > 29")


def empty(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM entry")


def forget_an_index(connection: sqlite3.Connection) -> None:
    """Make a walk's rows vanish for who asks by the index, while the table has them."""
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("DELETE FROM sqlite_schema WHERE name = 'entry_walk'")
    connection.execute("PRAGMA writable_schema = RESET")
    connection.execute("CREATE INDEX entry_walk ON entry (walk) WHERE seq < 20")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_schema SET sql = 'CREATE INDEX entry_walk ON entry (walk)' WHERE name = 'entry_walk'"
    )


@pytest.mark.parametrize(
    ("deed", "code", "bad"),
    [
        (delete, 2, 30),
        (close_the_gap, 2, 30),
        (put_in, 2, 30),
        (put_in_before_the_first, 2, 1),
        (swap, 2, 30),
        (cut, 2, 30),
        (cut_behind_the_anchor, 3, 0),
        (empty, 2, 1),
        (forget_an_index, 2, 61),
    ],
)
def test_what_was_done_to_the_rows_is_found(
    path: Path, deed: Callable[[sqlite3.Connection], None], code: int, bad: int
) -> None:
    with hands_on(path) as connection:
        deed(connection)
    verdict = verify(path)
    assert (verdict.exit_code, verdict.bad) == (code, bad), verdict


def test_a_rewritten_end_is_found_when_one_of_its_rows_was_anchored(path: Path, tmp_path: Path) -> None:
    """The forger chains everything anew, as only the anchor tells."""
    forged = tmp_path / "forged" / "shop.journal.db"
    write(forged, [opened("w1"), *(noted("w1", f"forged {n}") for n in range(60))])
    assert verify(forged).bad == 0
    shutil.copy(anchors_file(path), anchors_file(forged))
    verdict = verify(forged)
    assert (verdict.exit_code, verdict.bad) == (2, 40)
    assert "anchored" in verdict.why


def test_two_journals_spliced_are_found(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "shop.journal.db"
    write(other, [noted("w1", f"{n}") for n in range(59)])
    with hands_on(path) as connection:
        connection.execute("ATTACH ? AS other", (str(other),))
        connection.execute("DELETE FROM entry WHERE seq > 45")
        connection.execute("INSERT INTO entry SELECT * FROM other.entry WHERE seq > 45")
    assert verify(path).bad == 46


def test_lines_that_are_no_anchors_are_said(path: Path) -> None:
    with anchors_file(path).open("a") as file:
        file.write("nonsense\n41:12")
    verdict = verify(path)
    assert verdict.exit_code == 3
    assert verdict.remarks == (f"line 2 of {anchors_file(path)} is no anchor",)


def test_anchors_that_may_not_be_followed_are_said(path: Path) -> None:
    anchors = anchors_file(path)
    anchors.rename(anchors.with_name("elsewhere"))
    anchors.symlink_to("elsewhere")
    verdict = verify(path)
    assert (verdict.exit_code, str(anchors) in verdict.why) == (2, True)


@pytest.mark.parametrize("content", [b"", b"certainly not a database\n" * 400, None])
def test_what_is_no_journal_is_broken(path: Path, content: bytes | None) -> None:
    anchors_file(path).unlink()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    verdict = verify(path)
    assert (verdict.exit_code, verdict.bad) == (2, 1)
    assert verdict.why


def test_tables_of_another_make_break_no_verification(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE entry RENAME TO was")
        connection.execute("CREATE TABLE entry (seq, walk, kind, runbook, body, hash)")
        connection.execute(
            "INSERT INTO entry SELECT seq, walk, kind, runbook, cast(body AS TEXT), 1 FROM was"
        )
    assert (verify(path).exit_code, verify(path).bad) == (2, 1)


async def test_a_journal_in_use_can_be_verified_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "state" / "shop.journal.db"
    async with Journal(path, SystemClock(), ballast=0) as journal:
        for number in range(130):
            await journal.append(noted("w1", f"{number}"))
            verdict = verify(path)
            assert (verdict.bad, verdict.head.seq) == (0, number + 2)
            assert verdict.unanchored < 60
    assert verify(path).exit_code == 0


def test_a_hundred_thousand_rows_take_less_than_five_seconds(tmp_path: Path) -> None:
    path = tmp_path / "state" / "shop.journal.db"
    drafts: list[Draft] = []
    for number in range(25_000):
        walk = f"w{number // 50}"
        first = opened(walk) if number % 50 == 0 else noted(walk, f"{number}")
        drafts += [first, took(walk, "s1", 1.0), took(walk, "s2", 1.0, well=False), noted(walk, "z" * 200)]
    write(path, drafts, FakeClock())
    started = time.process_time()
    verdict = verify(path)
    elapsed = time.process_time() - started
    assert (verdict.bad, verdict.head.seq) == (0, 100_001)
    assert elapsed < 5.0

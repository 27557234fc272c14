"""What can happen to the file of a journal, and what is said of it then."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from checks.clock import SystemClock
from runbooks.journal.journal import Journal
from tests.runbooks.journal.drafting import ANNA, hands_on, noted, opened, write

PAGE = 4096


def journal_of(path: Path) -> Journal:
    return Journal(path, SystemClock(), ballast=0)


async def make_long(path: Path) -> None:
    """Make a journal with a walk of 199 rows, all of them anchored, and five fences."""
    async with journal_of(path) as journal:
        grip = await journal.take("shop", "w1", ANNA)
        await journal.append(opened("w1"), *(noted("w1", f"{n} " * 50) for n in range(198)), grip=grip)
        for _ in range(4):
            grip = await journal.take_over("shop", "w1", ANNA, "again")


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

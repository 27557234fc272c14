"""What the tests of the journal write into it, and how they look at it and lay hands on it from outside."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from checks.clock import Clock, SystemClock
from runbooks.events import Entry, Noted
from runbooks.journal.chain import Row
from runbooks.journal.database import open_journal
from runbooks.journal.rows import COLUMNS, Draft, Scribe, read_entry
from runbooks.model import Plan, StepPlan
from runbooks.operators import Operator
from runbooks.outcome import FailedError, succeeded
from runbooks.step_events import StepEnded
from runbooks.walk_events import WalkEnded, WalkEnding, WalkOpened

ROOT = Path(__file__).parents[3]
MIB = 1024 * 1024
ANNA = Operator("anna", 1001, "anna", ssh="192.0.2.7 50000 192.0.2.1 22")
BERT = Operator("bert", 1002, "bert")


def opened(walk: str, runbook: str = "update", steps: int = 3) -> Draft:
    plan = Plan(
        runbook,
        f"The {runbook}",
        steps=tuple(StepPlan(f"s{n}", "command") for n in range(steps)),
        target="shop",
    )
    return Draft(walk, WalkOpened(plan, plan.sha256, "shop"), ANNA)


def ended(walk: str, ending: WalkEnding = WalkEnding.DONE) -> Draft:
    return Draft(walk, WalkEnded(ending), ANNA)


def noted(walk: str, text: str = "x") -> Draft:
    return Draft(walk, Noted(text), ANNA)


def took(walk: str, step: str, seconds: float, well: bool = True) -> Draft:
    outcome = succeeded("done") if well else FailedError("exit_code", "it ended with 1").outcome
    return Draft(walk, StepEnded(step, 1, outcome, seconds), ANNA)


def write(path: Path, drafts: Iterable[Draft], clock: Clock | None = None) -> tuple[Entry, ...]:
    """Write them in one transaction, without anchoring anything."""
    scribe = Scribe(clock or SystemClock())
    with contextlib.closing(open_journal(path, scribe)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        entries = scribe.write(connection, drafts)
        connection.execute("COMMIT")
    return entries


@contextlib.contextmanager
def hands_on(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as somebody would who is not held up by our triggers."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


def rows(path: Path) -> list[Row]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [Row(*row) for row in connection.execute(f"SELECT {COLUMNS} FROM entry ORDER BY seq")]


def notes(path: Path) -> list[str]:
    """Return the texts that were noted, in order, as the file has them."""
    entries = (read_entry(row.seq, row.body) for row in rows(path))
    return [entry.event.text for entry in entries if isinstance(entry.event, Noted)]


async def until(condition: Callable[[], bool], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.005)


def is_intact(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def python(code: str, *words: object, **options: object) -> subprocess.Popen[str]:
    """Start a Python program that can import walkdown, and talk with it line by line."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )

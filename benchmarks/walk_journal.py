"""Compares the journal's reading with what reading costs at least: SQLite alone, and sha256sum alone.

A walk of 200 steps with 10,000 rows, ten attempts of each step, is taken up; and 100,000 rows are verified,
each with its hash, its columns and its times.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.rounds import Row, Target, interleaved
from benchmarks.walk_stand import OPERATOR, TARGET, Here, is_shown, plan_of
from checks.clock import SystemClock
from runbooks import events, step_events, walk_events
from runbooks.action import Action
from runbooks.fold import fold_all
from runbooks.journal.database import open_journal
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft, Scribe
from runbooks.journal.verify import verify
from runbooks.outcome import FailedError, succeeded

STEPS, ATTEMPTS = 200, 10
PER_ATTEMPT = 5
"""Rows that an attempt writes: planned, confirmed, started, ended, and what was decided then."""
RESUMED = STEPS * ATTEMPTS * PER_ATTEMPT
VERIFIED = 100_000
WALK = "20260101-0000-abcdef"
ROUNDS = 5
SELECT, SHA256SUM = "SQLite, the same SELECT", "sha256sum, the same bytes"
HASH = "0" * 64


def rows() -> list[Row]:
    """Return both comparisons."""
    with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as name:
        return [*_resumed(Path(name) / "resumed"), *_verified(Path(name) / "verified")]


def _resumed(folder: Path) -> list[Row]:
    plan = plan_of(STEPS + 1, "true")
    path = Here(folder, plan).database
    _write(path, [_opened(WALK), *_attempts(WALK, STEPS)])
    seen = interleaved(
        {
            SELECT: partial(_timed, partial(_selected, path)),
            "read": partial(_timed, partial(_read, path)),
            "ready": partial(_timed, partial(_taken_up, folder)),
        },
        ROUNDS,
    )
    floor = seen[SELECT]
    return [
        Row(f"{RESUMED:,} rows of a walk: read, decoded, folded", seen["read"], "ms", SELECT, floor),
        Row(
            "the same walk taken up: the next step is shown",
            seen["ready"],
            "ms",
            SELECT,
            floor,
            Target("<=", 2000, "ours"),
        ),
    ]


def _verified(folder: Path) -> list[Row]:
    path, bodies = folder / "state" / "bench.journal.db", folder / "bodies"
    walks = VERIFIED // (20 * PER_ATTEMPT * ATTEMPTS)
    each = (draft for n in range(walks) for draft in (_opened(f"w{n}"), *_attempts(f"w{n}", 20)))
    _write(path, each)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        written = [body for (body,) in connection.execute("SELECT body FROM entry ORDER BY seq")]
    bodies.write_bytes(b"".join(written))

    def judged() -> None:
        verdict = verify(path)
        if verdict.bad or verdict.head.seq != len(written):
            raise RuntimeError(f"row {verdict.bad}: {verdict.why}")

    hashed = partial(subprocess.run, ("sha256sum", str(bodies)), stdout=subprocess.DEVNULL, check=True)
    seen = interleaved({SHA256SUM: partial(_timed, hashed), "ours": partial(_timed, judged)}, ROUNDS)
    what = f"{len(written):,} rows of the chain verified"
    return [Row(what, seen["ours"], "ms", SHA256SUM, seen[SHA256SUM], Target("<=", 5000, "ours"))]


def _selected(path: Path) -> None:
    """Read the rows of the walk, and nothing else."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            "SELECT seq, body FROM entry WHERE walk = ? ORDER BY seq", (WALK,)
        ).fetchall()
    if len(found) < RESUMED:
        raise RuntimeError(f"{len(found)} rows were read")


def _read(path: Path) -> None:
    """Open the journal and fold the walk."""

    async def read() -> None:
        async with Journal(path, SystemClock()) as journal:
            fold_all(await journal.entries(WALK))

    asyncio.run(read())


def _taken_up(folder: Path) -> None:
    """Take the walk up until its next step can be confirmed."""

    async def take_up() -> None:
        async with Here(folder, plan_of(1, "true")).walking(WALK) as here:
            await here.until(lambda walk: walk.current is not None and is_shown(walk.current.id)(walk))

    asyncio.run(take_up())


def _timed(work: partial[object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _opened(walk: str) -> Draft:
    plan = plan_of(STEPS + 1, "true")
    return Draft(walk, walk_events.WalkOpened(plan, plan.sha256, TARGET), OPERATOR)


def _attempts(walk: str, steps: int) -> Iterator[Draft]:
    """Yield what ten attempts at each step wrote: nine failed and were wanted again, the last succeeded."""
    action = Action(lines=("true",), where="bench", user="bench")
    failure = FailedError("exit_code", "it ended with exit code 1").outcome
    for number in range(steps):
        step = f"s{number}"
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            key = f"{number:016x}{attempt:016x}"
            ending = succeeded("done") if last else failure
            what: tuple[events.Event, ...] = (
                step_events.StepPlanned(step, attempt, action, HASH),
                step_events.StepConfirmed(step, attempt, HASH),
                step_events.StepStarted(step, attempt, HASH, key, f"{walk}/{number:03}-{step}-{attempt}"),
                step_events.StepEnded(step, attempt, ending, 0.1, (step_events.Evidence("out", HASH, 0),)),
                events.Noted("went well", step)
                if last
                else step_events.RetryWanted(step, attempt + 1, "again"),
            )
            yield from (Draft(walk, event, OPERATOR) for event in what)


def _write(path: Path, drafts: Iterator[Draft] | list[Draft]) -> None:
    """Write them in one transaction."""
    scribe = Scribe(SystemClock())
    with contextlib.closing(open_journal(path, scribe)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        scribe.write(connection, drafts)
        connection.execute("COMMIT")

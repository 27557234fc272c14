"""Leases among real processes: two never hold one, and a holder that was stopped does not write on."""

from __future__ import annotations

import asyncio
import collections
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.storage import database
from runbooks.events import Noted
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft, read_entry
from runbooks.walk_events import HolderChanged
from tests.runbooks.journal.drafting import BERT, python, rows, write

RACES = {2: 300, 3: 300, 5: 200, 10: 200}
"""Processes -> races; a thousand in all."""

RACER = """
import asyncio, os, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.events import Noted
from runbooks.operators import Operator
from runbooks.journal.errors import HeldError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft

async def main(path, races):
    me = Operator(str(os.getpid()))
    async with Journal(path, SystemClock(), ballast=0) as journal:
        print("ready", flush=True)
        for race in range(races):
            sys.stdin.readline()
            target = f"target {race}"
            try:
                grip = await journal.take(target, me.name, me)
                await journal.append(Draft(me.name, Noted(target)), grip=grip)
                print("won", flush=True)
            except HeldError as held:
                print("lost to", held.holder.name, flush=True)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("processes", RACES)
def test_of_any_number_of_processes_one_gets_the_lease(tmp_path: Path, processes: int) -> None:
    path, races = tmp_path / "state" / "shop.journal.db", RACES[processes]
    racers = [python(RACER, path, races) for _ in range(processes)]
    assert [told(racer) for racer in racers] == ["ready"] * processes
    wins: collections.Counter[str] = collections.Counter()
    for race in range(races):
        for racer in racers:
            say(racer)
        answers = {str(racer.pid): told(racer) for racer in racers}
        (winner,) = (pid for pid, answer in answers.items() if answer == "won")
        assert set(answers.values()) == {"won", f"lost to {winner}"}, race
        wins[winner] += 1
    for racer in racers:
        racer.communicate()
        assert racer.returncode == 0
    entries = [read_entry(row.seq, row.body) for row in rows(path)[1:]]
    assert sorted(entry.event.text for entry in entries if isinstance(entry.event, Noted)) == sorted(
        f"target {race}" for race in range(races)
    )
    assert wins == collections.Counter(entry.walk for entry in entries)


HOLDER = """
import asyncio, os, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.events import Noted
from runbooks.operators import Operator
from runbooks.journal.errors import FenceError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft

async def main(path, rounds):
    async with Journal(path, SystemClock(), ballast=0) as journal:
        for round in range(rounds):
            grip = await journal.take(f"target {round}", "w1", Operator("anna"))
            print("held", flush=True)
            written = 0
            try:
                while True:
                    await journal.append(Draft("w1", Noted("still mine")), grip=grip)
                    written += 1
                    if written == 3:
                        print("at it", flush=True)
                    await asyncio.sleep(0.001)
            except FenceError:
                print("relieved", flush=True)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


async def test_a_holder_stopped_at_any_moment_writes_nothing_once_it_was_relieved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path, rounds = tmp_path / "state" / "shop.journal.db", 100
    write(path, [])
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with python(HOLDER, path, rounds) as holder:
            for round_ in range(rounds):
                assert [told(holder), told(holder)] == ["held", "at it"]
                await relieve(journal, holder, f"target {round_}")
                os.kill(holder.pid, signal.SIGCONT)
                assert told(holder) == "relieved"
    relieved = 0
    for row in rows(path):
        entry = read_entry(row.seq, row.body)
        if isinstance(entry.event, HolderChanged):
            relieved += 1
            last = row.seq
        elif entry.operator == BERT:
            assert row.seq == last + 1, "what he wrote next follows his taking over"
    assert relieved == rounds


async def relieve(journal: Journal, holder: subprocess.Popen[str], target: str) -> None:
    """Take over from the stopped holder; when it was stopped in the middle of writing, at another moment."""
    while True:
        os.kill(holder.pid, signal.SIGSTOP)
        try:
            grip = await journal.take_over(target, "w1", BERT, "she does not answer")
        except JournalError:
            os.kill(holder.pid, signal.SIGCONT)
            await asyncio.sleep(0.002)
            continue
        changed = Draft("w1", HolderChanged(grip.fence, BERT, "she does not answer"), BERT)
        await journal.append(changed, Draft("w1", Noted("mine"), BERT), grip=grip)
        return


def test_fences_in_the_file_are_as_high_as_takes_were_many(tmp_path: Path) -> None:
    path = tmp_path / "state" / "shop.journal.db"
    takers = [python(TAKER, path, 40) for _ in range(3)]
    for taker in takers:
        taker.communicate()
        assert taker.returncode == 0
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT fence FROM lease").fetchone() == (120,)
    connection.close()


TAKER = """
import asyncio, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.operators import Operator
from runbooks.journal.journal import Journal

async def main():
    async with Journal(Path(sys.argv[1]), SystemClock(), ballast=0) as journal:
        for number in range(int(sys.argv[2])):
            await journal.take_over("shop", "w1", Operator(), "again")

asyncio.run(main())
"""


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()

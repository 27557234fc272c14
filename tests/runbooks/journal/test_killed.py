"""A writer killed, or let down by the disk, at any of its system calls: what it was told is kept, is kept.

Points are spread over all of them; `WALKDOWN_KILL_POINTS=all` goes through every one.
"""

from __future__ import annotations

import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runbooks.journal.verify import verify
from tests.runbooks.journal.drafting import ROOT, is_intact, notes, python

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "link", "unlink", "fallocate")
MOST = 10_000 if os.environ.get("WALKDOWN_KILL_POINTS") == "all" else 36
"""Points that are tried of one sort of trouble."""
BATCHES = 8

WRITER = """
import asyncio, os, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.events import Noted
from runbooks.operators import Operator
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft

def say(*words):
    os.writev(1, [" ".join(words).encode() + b"\\n"])

async def main(path, name):
    anna = Operator("anna")
    async with Journal(path, SystemClock(), ballast=65536) as journal:
        grip = None
        try:
            grip = await journal.take("shop", name, anna)
            say("fence", str(grip.fence))
        except JournalError:
            say("refused", "the lease")
        for number in range(int(sys.argv[3])):
            text = f"{name} {number}"
            try:
                await journal.append(*(Draft(name, Noted(text), anna) for _ in range(2)), grip=grip)
                say("kept", text)
            except JournalError:
                say("refused", text)
            if number == 4:
                try:
                    await journal.anchor()
                except JournalError:
                    say("refused", "an anchor")

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def run(path: Path, name: str, *inject: str) -> tuple[int, list[str]]:
    """Let a writer write; return how it ended and what it said."""
    tracing = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={','.join(CALLS)}"]
    tracing += [word for rule in inject for word in ("-e", f"inject={rule}")]
    done = subprocess.run(
        [*(tracing if inject else ()), sys.executable, "-c", WRITER, str(path), name, str(BATCHES)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Return every call of a writer that makes a journal, writes into it, and ends."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    folder = tmp_path_factory.mktemp("count")
    counted = ["strace", "-f", "--seccomp-bpf", "-o", str(folder / "calls"), "-e", f"trace={','.join(CALLS)}"]
    path = folder / "state" / "shop.journal.db"
    writer = [sys.executable, "-c", WRITER, str(path), "count", str(BATCHES)]
    if subprocess.run([*counted, *writer], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("processes may not be traced here")
    calls = collections.Counter(
        line.split()[1].partition("(")[0]
        for line in (folder / "calls").read_text().splitlines()
        if "(" in line
    )
    return [(call, number) for call in CALLS for number in range(1, calls[call] + 1)]


def spread(points: list[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """Return about so many of the points, from all along."""
    step = max(1.0, len(points) / most)
    return [points[int(number * step)] for number in range(int(len(points) / step))]


def look_at(path: Path, said: list[str], lasting: bool = False) -> None:
    """Demand that all is well after a last writer came through, and that everything kept is there once.

    What was refused is not there; only while a disk fails for ever may the last of it come to light.
    """
    code, last = run(path, "last")
    assert (code, len(last)) == (0, BATCHES + 1), last
    assert is_intact(path)
    verdict = verify(path)
    assert verdict.exit_code == 0, verdict
    times = collections.Counter(notes(path))
    kept = [line.removeprefix("kept ") for line in [*said, *last] if line.startswith("kept ")]
    assert all(times[text] == 2 for text in kept), "what was kept is there, once"
    assert set(times.values()) <= {2}, "a batch is there whole or not at all, and never again"
    refused = [line.removeprefix("refused ") for line in said if line.startswith("refused first")]
    back = [text for text in refused if text in times]
    assert back == [] or (lasting and back == refused[-1:])
    fences = [int(line.split()[1]) for line in [*said, *last] if line.startswith("fence ")]
    assert fences == sorted(set(fences)), "fences rise"
    assert not [file.name for file in path.parent.iterdir() if ".new-" in file.name]


def test_killed_at_any_call_it_loses_nothing_that_was_kept(
    points: list[tuple[str, int]], tmp_path: Path
) -> None:
    def killed(point: tuple[str, int]) -> None:
        path = tmp_path / "-".join(map(str, point)) / "shop.journal.db"
        code, said = run(path, "first", f"{point[0]}:signal=SIGKILL:when={point[1]}")
        assert code in (-signal.SIGKILL, 128 + signal.SIGKILL), point
        look_at(path, said)

    edges = [point for point in points if point[1] == 1 or (point[0], point[1] + 1) not in points]
    every(sorted({*spread(points, MOST), *edges}), killed)


def test_killed_again_while_it_recovers_it_loses_nothing_either(
    points: list[tuple[str, int]], tmp_path: Path
) -> None:
    def killed(point: tuple[str, int]) -> None:
        path = tmp_path / "-".join(map(str, point)) / "shop.journal.db"
        dice = random.Random(str(point))
        _, said = run(path, "first", f"{point[0]}:signal=SIGKILL:when={point[1]}")
        for number in range(2):
            call = dice.choice(("pwrite64", "fdatasync", "ftruncate"))
            said += run(path, f"again{number}", f"{call}:signal=SIGKILL:when={dice.randint(1, 12)}")[1]
        look_at(path, said)

    every(spread(points, MOST // 6), killed)


@pytest.mark.parametrize("trouble", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for ever"])
def test_let_down_by_the_disk_at_any_call_it_refuses_and_loses_nothing(
    points: list[tuple[str, int]], tmp_path: Path, trouble: str, lasting: bool
) -> None:
    def let_down(point: tuple[str, int]) -> None:
        call, number = point
        path = tmp_path / f"{call}-{number}" / "shop.journal.db"
        code, said = run(path, "first", f"{call}:error={trouble}:when={number}{'+' * lasting}")
        assert code == 0, (point, said)
        assert len(said) >= BATCHES, "it says of each whether it was kept"
        look_at(path, said, lasting)

    every(spread([point for point in points if point[0] != "link"], MOST // 5), let_down)


def test_killed_at_random_it_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """Also where nothing may be traced."""
    path, dice, said = tmp_path / "state" / "shop.journal.db", random.Random(13), []
    for round_ in range(8):
        with python(WRITER, path, f"round{round_}", 10_000) as writer:
            assert writer.stdout is not None
            said.append(writer.stdout.readline().rstrip("\n"))
            killer = threading.Timer(dice.uniform(0.0, 0.3), writer.kill)
            killer.start()
            lines = writer.stdout.read().splitlines(keepends=True)
            said += [line.rstrip("\n") for line in lines if line.endswith("\n")]
            killer.join()
        assert writer.returncode == -signal.SIGKILL
    assert len(said) > 100
    look_at(path, said)


def every(points: list[tuple[str, int]], test: object) -> None:
    """Test every point, two at a time."""
    assert callable(test)
    assert len(points) > 5
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(test, points))

"""A `/proc` that tests write themselves, and two looks at it with time between them that they choose."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from checks.definition import Definition
from checks.host import procfs
from checks.kind import Check
from checks.model import Result
from checks.runner import open_runner
from checks.testing import FakeClock


@dataclass
class Proc:
    """A folder that stands for `/proc`."""

    root: Path

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def remove(self, path: str) -> None:
        target = self.root / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    def process(
        self,
        pid: int,
        name: str | bytes = "worker",
        *words: str | bytes,
        state: str = "S",
        parent: int = 1,
        ticks: int = 0,
        threads: int = 1,
        start: int = 100,
        pages: int = 10,
        cgroup: str = "/",
    ) -> None:
        """Add or change a process; `words` are its command line."""
        raw = name.encode() if isinstance(name, str) else name
        fields = [
            state,
            parent,
            0,
            0,
            0,
            -1,
            0,
            0,
            0,
            0,
            0,
            ticks,
            0,
            0,
            0,
            20,
            0,
            threads,
            0,
            start,
            0,
            pages,
        ]
        rest = " ".join(map(str, (*fields, *([0] * 30))))
        self.write(f"{pid}/stat", b"%d (%s) %s\n" % (pid, raw, rest.encode()))
        line = b"".join((word.encode() if isinstance(word, str) else word) + b"\0" for word in words)
        self.write(f"{pid}/cmdline", line)
        self.write(f"{pid}/cgroup", f"0::{cgroup}\n")


@pytest.fixture
def proc(tmp_path, monkeypatch) -> Proc:
    """An empty `/proc` of the test's own."""
    root = tmp_path / "proc"
    root.mkdir()
    monkeypatch.setattr(procfs, "ROOT", str(root))
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(root))
    return Proc(root)


class SteppingClock(FakeClock):
    """A clock that goes on by itself while somebody sleeps, and at no other time."""

    async def sleep(self, seconds: float) -> None:
        await self.advance(seconds)


async def two_probes(
    check: Check, change: Callable[[], object], seconds: float = 10.0
) -> tuple[Result, Result]:
    """Probe, let the test change the machine and time pass, and probe again."""
    clock = SteppingClock()
    definition = Definition("check", "kind", check)
    memory: dict[str, object] = {}
    async with open_runner({}, clock) as runner:
        first = await runner.run(definition, memory=memory)
        change()
        await clock.advance(seconds)
        return first, await runner.run(definition, memory=memory)


def values(result: Result) -> dict[str, float]:
    """Return the readings by name, with their labels where they have some: `core.0`, `growth./var`."""
    return {
        ".".join((reading.name, *(value for _, value in reading.labels))): reading.value
        for reading in result.observation.readings
    }

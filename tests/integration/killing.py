"""Walks under a hail of SIGKILL, and the oracle that says what of them must hold (reliability 3.8)."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from agent.ask import visiting
from checks import paths
from checks.errors import LinkError
from runbooks import step_events, walk_events
from runbooks.events import Entry, decoder
from runbooks.journal.verify import verify
from runbooks.outcome import Ending
from runbooks.records import State, look

STEPS = 5
SYSTEM = "system: kills\nchecks:\n  here: {kind: load, every: 5s, warn: load1 > 1000}\n"
STEP = """\
  - id: s{n}
    kind: command
    run:
      - sh
      - -c
      - 'sleep 0.1; echo "$WALKDOWN_KEY $WALKDOWN_STEP" >> "$1"; sleep 0.1'
      - sh
      - {world}
    undo: none
"""
KILLS = ("console", "agent", "supervisor")


@dataclass
class Tally:
    """What came of many walks."""

    walks: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    started: int = 0
    effects: int = 0
    twice: int = 0
    unrecorded: int = 0
    unknown: int = 0
    reconciled: int = 0
    not_applied: int = 0
    unsound: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


class Hail:
    """One system whose walks are walked while their processes are killed."""

    def __init__(self, folder: Path, victims: tuple[str, ...], seed: int, environment: dict[str, str]):
        self.folder = folder
        self.victims = victims
        self.random = random.Random(seed)
        self.source = folder / "system"
        self.world = folder / "world"
        self.environment = environment
        self.tally = Tally()
        (self.source / "runbooks").mkdir(parents=True)
        (self.source / "system.yaml").write_text(SYSTEM)
        steps = "".join(STEP.format(n=n, world=self.world) for n in range(STEPS))
        (self.source / "runbooks" / "test.yaml").write_text(f"runbook: test\nwindow: any\nsteps:\n{steps}")
        self.world.touch()

    def walk(self, most_kills: int, within: float = 120.0) -> None:
        """Walk one walk to its end, killing on the way: each time after something was written since."""
        deadline = time.monotonic() + within
        console = self._console()
        kills, seen = 0, 0
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if console.wait(self.random.uniform(0.05, 0.6)) == 0:
                    break
                console = self._console()
                continue
            assert time.monotonic() < deadline, f"the walk does not end: {self._last()}"
            if kills < most_kills and (rows := self._rows()) > seen:
                kills += self._kill(console)
                seen = rows
        self.tally.walks += 1
        self._judge()

    def walk_into(self, point: str, within: float = 60.0) -> None:
        """Walk with a process that dies at the point, until it has; then end console and agent, too."""
        console = self._console({"WALKDOWN_CRASH_AT": point})
        deadline = time.monotonic() + within
        while not self._has_died():
            if console.poll() == 0:
                return  # it died after its record was written, and nobody had to notice
            assert time.monotonic() < deadline, f"nobody died at {point}"
            time.sleep(0.05)
        console.kill()
        console.wait()
        if agent := self._agent():
            os.kill(agent, signal.SIGKILL)
            while self._agent() == agent:
                time.sleep(0.02)

    def _has_died(self) -> bool:
        """Return whether an agent had to take the walk up, or a supervisor has left it in the dark."""
        if not paths.journal_file(self.source).exists():
            return False
        with contextlib.suppress(sqlite3.OperationalError):
            for entry in self._entries():
                event = entry.event
                dark = (
                    isinstance(event, step_events.StepEnded) and event.outcome.ending is not Ending.SUCCEEDED
                )
                if dark or isinstance(event, walk_events.WalkResumed | step_events.StepResolved):
                    return True
        return False

    def _console(self, more: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "tests.integration.auto_operator"]
        return subprocess.Popen(
            [*command, str(self.source), str(self.world)], env=self.environment | (more or {})
        )

    def _kill(self, console: subprocess.Popen[bytes]) -> bool:
        """Kill each of the victims that is there; return whether any was."""
        hit = False
        for victim in self.victims:
            pid = {"console": lambda: console.pid, "agent": self._agent, "supervisor": self._supervisor}[
                victim
            ]()
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.tally.kills[victim] += 1
                    hit = True
        return hit

    def _agent(self) -> int:
        with contextlib.suppress(LinkError), visiting(paths.socket_file(self.source), patience=1.0) as visit:
            if visit is not None:
                return visit.welcome.pid
        return 0

    def _supervisor(self) -> int:
        for folder in paths.evidence_folder(self.source).glob("*/*"):
            with contextlib.suppress(OSError):
                found = look(folder)
                if found.state is State.RUNNING and found.supervisor.alive:
                    return found.supervisor.pid
        return 0

    def _rows(self) -> int:
        """Return how many rows the journal has; 0 while there is none that can be read."""
        with contextlib.suppress(sqlite3.OperationalError):
            place = f"file:{paths.journal_file(self.source)}?mode=ro"
            with contextlib.closing(sqlite3.connect(place, uri=True)) as connection:
                return int(connection.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()[0])
        return 0

    def _entries(self) -> list[Entry]:
        with contextlib.closing(sqlite3.connect(paths.journal_file(self.source))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [
                decoder.decode(body) for (body,) in connection.execute("SELECT body FROM entry ORDER BY seq")
            ]

    def _last(self) -> str:
        return "\n".join(f"{type(entry.event).__name__} {entry.event}" for entry in self._entries()[-5:])

    def _judge(self) -> None:
        """Hold the journal against the world, which knows nothing of it."""
        entries = self._entries()
        started = {
            e.event.key for e in entries if isinstance(e.event, step_events.StepStarted) and e.event.key
        }
        done = Counter(line.split()[0] for line in self.world.read_text().splitlines())
        ended = [e.event for e in entries if isinstance(e.event, step_events.StepEnded)]
        resolved = [e.event for e in entries if isinstance(e.event, step_events.StepResolved)]
        tally = self.tally
        tally.started, tally.effects = len(started), sum(done.values())
        tally.twice = sum(count > 1 for count in done.values())
        tally.unrecorded = sum(key not in started for key in done)
        tally.unknown = sum(event.outcome.ending is Ending.UNKNOWN for event in ended)
        tally.reconciled = sum(event.reconciled for event in ended)
        tally.not_applied = sum(event.by_look for event in resolved)
        tally.unsound = int(verify(paths.journal_file(self.source)).exit_code == 2)

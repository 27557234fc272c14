"""Owns our own program as benchmarks run it: a console and its agent, in folders of their own."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.ask import visiting
from benchmarks import peers
from benchmarks.origin import Origin
from benchmarks.programs import Program, running

HOST_KINDS = ("cpu", "memory", "disk", "load", "network", "process")
PANELS_EVERY = 2
"""Seconds between two looks of the checks that the panels of Resources show."""
EVERY = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A console in a terminal, and the agent that it is attached to."""

    terminal: Program
    agent: int
    """The agent's process."""

    @property
    def pids(self) -> list[int]:
        """Return both processes."""
        return [self.terminal.pid, self.agent]


@contextlib.contextmanager
def opened(system: Path, shows: str) -> Iterator[Opened]:
    """Open a console on the system until the context ends; it shows the text by then. Its agent ends too."""
    with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as state:
        env = dict.fromkeys(("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), state)
        try:
            with running(peers.ours("--system", str(system)), env) as terminal:
                terminal.wait_for(shows)
                yield Opened(terminal, agent_of(state))
        finally:
            stop_agent(state)


def agent_of(state: str) -> int:
    """Return the process of the agent whose socket lies below this folder."""
    for path in Path(state).rglob("*.sock"):
        with visiting(path) as visit:
            if visit is not None:
                return visit.welcome.pid
    raise RuntimeError("no agent answers")


def stop_agent(state: str, seconds: float = 10.0) -> None:
    """End the agent whose socket lies below this folder, if there is one, and wait until it has left it."""
    for path in Path(state).rglob("*.sock"):
        with visiting(path) as visit:
            if visit is None:
                continue
            visit.stop("the benchmark ends")
            deadline = time.monotonic() + seconds
            while Path(f"/proc/{visit.welcome.pid}").exists() and time.monotonic() < deadline:
                time.sleep(0.02)


def write_system(folder: Path, here: Origin, checks: int) -> Path:
    """Write a system of so many checks, the host's among them, of which nothing is wrong; return its file."""
    lines = [f"defaults: {{every: {EVERY}s, timeout: 5s}}", "checks:"]
    lines += [f"  {kind}: {{kind: {kind}, group: host, every: {PANELS_EVERY}s}}" for kind in HOST_KINDS]
    lines += [
        f'  site-{number:04}: {{kind: http, group: group {number % 5}, url: "http://127.0.0.1:{here.plain}/{number}"}}'
        for number in range(checks - len(HOST_KINDS))
    ]
    (folder / "checks.yaml").write_text("\n".join(lines) + "\n")
    (folder / "system.yaml").write_text("system: bench\ntitle: Benchmark\nenvironment: staging\n")
    os.chmod(folder, 0o700)
    return folder

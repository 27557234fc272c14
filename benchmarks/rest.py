"""Owns the look at programs that have nothing to do but to show this machine, all of them at the same time.

Shared by `idle` (CPU and memory) and `terminal` (bytes to the terminal), which look once when run together.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks import peers
from benchmarks.console import opened, write_system
from benchmarks.origin import origin
from benchmarks.programs import Program, cpu_seconds, pss_mib, pump, running

CHECKS = 50
SECONDS = 30
SETTLE = 12
"""Seconds for the first round of checks and for imports that come late."""
GLANCES, BTOP = "glances", "btop"
SCREENS = {"Health": "1", "Resources": "2"}
"""Screens of ours, and the keys that lead there."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What a program costs while it shows this machine."""

    cpu: float
    """Per cent of one core."""
    pss: float
    """MiB."""
    sent: float
    """Bytes per second to its terminal."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A program to look at, and the processes that it is made of."""

    terminal: Program
    pids: tuple[int, ...]


@cache
def at_rest() -> dict[str, dict[str, Rest]]:
    """Return what each program costs at rest, for each screen of ours; a missing peer is left out."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="walkdown-bench-")))
        system = write_system(folder, stack.enter_context(origin()), CHECKS)
        console = stack.enter_context(opened(system, "site-0001"))
        watched = {"ours": Watched(console.terminal, tuple(console.pids))}
        for name, argv in peer_programs().items():
            terminal = stack.enter_context(running(argv, {"XDG_CONFIG_HOME": str(folder)}))
            watched[name] = Watched(terminal, (terminal.pid,))
        return {screen: _look(watched, key) for screen, key in SCREENS.items()}


def _look(watched: dict[str, Watched], key: str) -> dict[str, Rest]:
    """Return what each program costs while ours shows the screen of that key."""
    terminals = [each.terminal for each in watched.values()]
    watched["ours"].terminal.type(key)
    pump(terminals, SETTLE)
    before = {name: (cpu_seconds(each.pids), each.terminal.received) for name, each in watched.items()}
    pump(terminals, SECONDS)
    return {name: _rest(each, *before[name]) for name, each in watched.items()}


def _rest(watched: Watched, cpu: float, received: int) -> Rest:
    return Rest(
        (cpu_seconds(watched.pids) - cpu) / SECONDS * 100,
        pss_mib(watched.pids),
        (watched.terminal.received - received) / SECONDS,
    )


def peer_programs() -> dict[str, list[str]]:
    """Return how the peers that are here are started."""
    found: dict[str, list[str]] = {}
    if glances := peers.glances():
        found[GLANCES] = [glances]
    if btop := peers.find(peers.BTOP):
        found[BTOP] = [btop, "--utf-force"]
    return found


def missing() -> list[str]:
    """Return a word on each peer that is left out."""
    return [
        f"{name} is not here, so it is left out" for name in (GLANCES, BTOP) if name not in peer_programs()
    ]

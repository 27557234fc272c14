"""Owns probing without an agent: the same parts, opened in this process, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from checks import board
from checks.board import Notice, Snapshot, SystemInfo
from checks.clock import SystemClock
from checks.engine import Engine
from checks.load import load
from checks.model import Result
from checks.runner import open_runner
from checks.system import System


class Forgetful:
    """A recorder that keeps nothing."""

    notices: tuple[Notice, ...] = ()

    def put(self, result: Result) -> None:
        """Forget the result."""


def probe_once(
    source: Path | None, choose: Callable[[SystemInfo], tuple[str, ...]]
) -> tuple[SystemInfo, Snapshot]:
    """Probe the chosen checks of a system once and return what was seen of them.

    Raises:
        ConfigError: when its files cannot be used.
        UsageError: when `choose` does.
    """
    system = load(source)
    return system.info, asyncio.run(_probe(system, choose(system.info)))


async def _probe(system: System, names: tuple[str, ...]) -> Snapshot:
    clock = SystemClock()
    async with open_runner(system.secrets, clock) as runner:
        engine = Engine(system.info, system.definitions, runner, Forgetful(), clock)
        return board.only(await engine.run_once(names), system.info, names)

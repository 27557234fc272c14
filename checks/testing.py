"""Owns the doubles that tests of walkdown and of third parties' kinds use; published, so kept stable."""

from __future__ import annotations

import asyncio

from checks.clock import SystemClock
from checks.definition import Definition
from checks.expressions import Rule
from checks.kind import Check
from checks.model import Result
from checks.runner import open_runner


class FakeClock:
    """A clock that stands still until `advance`; sleepers wake in order, without waiting for real."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        """Start at `now`, with the monotonic clock at zero."""
        self._now = now
        self._monotonic = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the wall clock."""
        return self._now

    def monotonic(self) -> float:
        """Return the monotonic clock."""
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        """Wait until `advance` has gone that far."""
        if seconds <= 0:
            await asyncio.sleep(0)  # noqa: TID251
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (self._monotonic + seconds, woken)
        self._sleepers.append(entry)
        try:
            await woken
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back; the monotonic clock does not notice."""
        self._now += seconds

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its moment and letting it run."""
        goal = self._monotonic + seconds
        await _settle()
        while due := [entry for entry in self._sleepers if entry[0] <= goal]:
            wake, future = min(due, key=lambda entry: entry[0])
            self._sleepers.remove((wake, future))
            self._now += max(0.0, wake - self._monotonic)
            self._monotonic = max(self._monotonic, wake)
            if not future.done():
                future.set_result(None)
            await _settle()
        self._now += goal - self._monotonic
        self._monotonic = goal


async def _settle() -> None:
    """Let every task that can run do so."""
    for _ in range(20):
        await asyncio.sleep(0)  # noqa: TID251


async def probe(check: Check, *rules: Rule, timeout: float = 5.0, name: str = "check") -> Result:
    """Probe the check once through a real runner and return its Result."""
    async with open_runner({}, SystemClock()) as runner:
        return await runner.run(Definition(name, "kind", check, timeout=timeout, rules=rules))

"""Owns the doubles that tests of walkdown and of third parties' kinds use; published, so kept stable."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from checks.board import Notice
from checks.clock import SystemClock
from checks.definition import Definition
from checks.expressions import Rule
from checks.kind import Check
from checks.model import HistoryQuery, Labels, Result, Series
from checks.runner import open_runner
from checks.storage.history import as_series, has_labels
from checks.storage.points import Point, sample


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


class MemoryStore:
    """A store without a file: it has what `Store` has, keeps all, and forgets it at the end."""

    def __init__(self) -> None:
        """Start empty."""
        self.notices: tuple[Notice, ...] = ()
        """What a test wants the operator to know."""
        self.dropped = 0
        self._results: list[Result] = []

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: there is no file."""

    def put(self, result: Result) -> None:
        """Keep a result."""
        self._results.append(result)

    async def flush(self) -> None:
        """Do nothing: what was put is there at once."""

    async def newest(self) -> dict[str, Result]:
        """Return the last result of each check."""
        return {result.check: result for result in self._results}

    async def results(self, check: str, limit: int) -> tuple[Result, ...]:
        """Return the last results of a check, newest first."""
        return tuple(result for result in reversed(self._results) if result.check == check)[:limit]

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the courses asked for, every sample as it was."""
        members: dict[tuple[Labels, str], list[Point]] = {}
        for result in self._results:
            for reading in result.observation.readings:
                if (result.check, reading.name) == (query.check, query.reading):
                    point = sample(round(result.at * 1000), float(reading.value))
                    members.setdefault((reading.labels, reading.unit), []).append(point)
        found = (
            as_series(query, labels, unit, points, width=0)
            for (labels, unit), points in members.items()
            if has_labels(query.labels, labels)
        )
        return tuple(series for series in found if series.at)


async def probe(check: Check, *rules: Rule, timeout: float = 5.0, name: str = "check") -> Result:
    """Probe the check once through a real runner and return its Result."""
    async with open_runner({}, SystemClock()) as runner:
        return await runner.run(Definition(name, "kind", check, timeout=timeout, rules=rules))

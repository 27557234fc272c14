"""How soon a guard that got worse pauses a walk, by a clock that the test moves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from checks.model import Level
from checks.testing import FakeClock
from runbooks.model import Plan
from runbooks.testing import FakeBoard
from runbooks.walk import Walk
from runbooks.walk_events import WalkPaused
from runbooks.walking.watching import Watch
from tests.runbooks.reports.telling import Telling, step


class Board(FakeBoard):
    """A board whose checks come at an interval of the test's."""

    every = 1.0

    def interval(self, name: str) -> float:
        return self.every


@dataclass
class Held:
    """A walk that is held, and when it was paused."""

    clock: FakeClock
    walk: Walk
    relieved: bool = False
    pauses: list[float] = field(default_factory=list)

    async def write(self, event: Any) -> None:
        assert isinstance(event, WalkPaused)
        self.pauses.append(self.clock.monotonic())
        self.walk = replace(self.walk, paused=event.reason, worse=event.guards)


@pytest.mark.parametrize(("every", "within"), [(8.0, 16.0), (2.0, 4.0), (1.0, 2.0), (0.25, 1.25)])
async def test_a_guard_that_answers_at_once_pauses_in_the_time_that_is_promised(
    every: float, within: float
) -> None:
    clock = FakeClock()
    board = Board({"api": [Level.OK]}, clock=clock, attempts=3)
    board.every = every
    walk = replace(Telling(Plan("update", guards=("api",), steps=(step("a"),))).walk, baseline={"api": "OK"})
    held = Held(clock, walk)
    watch = Watch(held, SimpleNamespace(board=board), clock, str, float, lambda: None)  # type: ignore[arg-type]
    doubting = asyncio.create_task(watch.doubt())
    await clock.advance(0.0)
    board.show("api", Level.CRIT)
    # At worst it broke just after it was looked at: the engine's own probe sees it one interval later.
    await board.probed(("api",))
    while not held.pauses and clock.monotonic() < 4 * within:
        await clock.advance(0.05)
    doubting.cancel()
    assert len(held.pauses) == 1
    assert every + held.pauses[0] <= within

"""Responses by a clock that the test moves: what was begun is remembered, and nothing is begun unwritten."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from agent.alerting import Nothing
from agent.responding import Responding
from checks.model import Level
from checks.storage.store import Store
from tests.agent.alert_stage import Stage

RULE = {
    "revive": {"when": {"check": "api", "times": 1}, "run": "revive", "most": "2 per 1 h", "escalate": "ops"}
}


class Works(Stage):
    """A stage with one response, whose runs the test counts."""

    def __init__(self, path: Path, clock=None) -> None:
        super().__init__(path, ("api",), {}, clock)
        self.responses = RULE
        self.load(("api",), {})
        self.runs: list[float] = []
        self.told: list[tuple[str, str]] = []
        self.code = 0
        self.at_work = False
        self.heard = Nothing()
        self.told_anyway: tuple[str, str, int] | None = None

    def tell(self, route: str, subject: str, text: str) -> None:
        self.told.append((route, text))

    async def tells_of(self, route: str, runbook: str, since: int) -> bool:
        return (route, runbook, since) == self.told_anyway

    async def walk(self, runbook: str) -> int:
        self.runs.append(self.clock.now())
        return self.code

    @contextlib.asynccontextmanager
    async def responding(self):
        async with (
            Store(self.path, self.clock) as self.store,
            Responding(self, self.clock, lambda: self.at_work, self.walk, self).opened(),
        ):
            yield

    async def bad_for(self, seconds: int) -> None:
        for _ in range(seconds):
            self.see(api=Level.CRIT)
            await self.pass_by(1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.db"


async def test_it_runs_again_after_a_pause_and_is_then_left_to_people_once(path: Path) -> None:
    works = Works(path)
    async with works.responding():
        await works.bad_for(290)
        assert len(works.runs) == 1
        await works.bad_for(60)
        assert len(works.runs) == 2
        await works.bad_for(60)
        assert works.told == [("ops", "api: 2 runs were begun, and it is CRIT still")]
        assert works.notices[0].text == "revive: 2 runs were begun, and it is CRIT still"
        works.see(api=Level.OK)
        await works.pass_by(3)
        assert works.notices == ()


async def test_a_walk_that_failed_is_told_once(path: Path) -> None:
    works = Works(path)
    works.code, works.told_anyway = 10, ("ops", "revive", 0)
    async with works.responding():
        await works.bad_for(3)
        assert (len(works.runs), works.told) == (1, []), "its walk is news on that route already"
        assert works.notices[0].text == "revive: revive ended as failed"


async def test_what_was_begun_counts_for_the_next_agent_also_when_nobody_knows_how_it_ended(
    path: Path,
) -> None:
    works = Works(path)
    works.code = -9
    async with works.responding():
        await works.bad_for(3)
        assert works.told == [("ops", "api: revive ended as an error (-9)")]
    again = Works(path, works.clock)
    async with again.responding():
        await again.bad_for(200)
        assert (again.runs, again.told) == ([], [])
        await again.bad_for(120)
        assert len(again.runs) == 1


async def test_while_somebody_is_at_work_and_in_maintenance_it_rests(path: Path) -> None:
    works = Works(path)
    works.at_work = True
    async with works.responding():
        await works.bad_for(10)
        assert works.runs == []
        works.engine.maintain("api")
        works.at_work = False
        await works.bad_for(10)
        assert works.runs == []
        works.engine.maintain()
        await works.bad_for(5)
        assert len(works.runs) == 1


async def test_nothing_is_begun_that_cannot_be_written_down(path: Path) -> None:
    path.parent.write_text("in the way")
    works = Works(path)
    async with works.responding():
        await works.bad_for(10)
        assert works.runs == []
        path.parent.unlink()
        await works.bad_for(60)
        assert len(works.runs) == 1

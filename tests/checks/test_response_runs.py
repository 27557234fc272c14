"""What responses have done, in the store."""

from __future__ import annotations

from pathlib import Path

from checks.alerts.responses import Past
from checks.clock import SystemClock
from checks.storage.response_runs import REMEMBERED, begin_run, end_run, leave_to_people, past_of
from checks.storage.store import Store


async def test_runs_are_there_for_the_next_agent_and_are_left_to_people_once_each(tmp_path: Path) -> None:
    path = tmp_path / "state" / "shop.db"
    async with Store(path, SystemClock()) as store:
        run = await store.write(lambda connection: begin_run(connection, "a", "revive", 1.0))
        await store.write(lambda connection: begin_run(connection, "b", "look", 2.0))
        await store.write(lambda connection: end_run(connection, run, 10, 3.0))
        await store.write(lambda connection: leave_to_people(connection, "a"))
    async with Store(path, SystemClock()) as store:
        assert await store.ask(lambda connection: past_of(connection, "a"), None) == Past((1.0,), True)
        assert await store.ask(lambda connection: past_of(connection, "b"), None) == Past((2.0,))
        await store.write(lambda connection: begin_run(connection, "a", "revive", 4.0))
        assert await store.ask(lambda connection: past_of(connection, "a"), None) == Past((1.0, 4.0))
        assert await store.ask(lambda connection: past_of(connection, "c"), None) == Past()


async def test_old_runs_go(tmp_path: Path) -> None:
    async with Store(tmp_path / "state" / "shop.db", SystemClock()) as store:

        def many(connection) -> int:
            for number in range(REMEMBERED + 20):
                begin_run(connection, "a", "revive", float(number))
            return connection.execute("SELECT count(*) FROM response_run").fetchone()[0]

        assert await store.write(many) == REMEMBERED

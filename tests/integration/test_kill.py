"""An agent with two hundred checks is killed at random moments: its store is intact, 2 s are lost at most."""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from agent.link import Attached
from checks import paths
from checks.model import HistoryQuery, Level

CHECKS = 200
ROUNDS = 4
LOST = 2.0
"""Seconds of results that a killed agent may take with it."""


@pytest.fixture
async def source(agents):
    """A system of 200 checks of one listener on loopback, every second."""

    async def meet(reader, writer):
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0, backlog=1024) as server:
        port = server.sockets[0].getsockname()[1]
        check = f"{{kind: tcp, host: 127.0.0.1, port: {port}, every: 1s, timeout: 1s}}"
        lines = [f"  c{number:03}: {check}" for number in range(CHECKS)]
        yield agents.system("\n".join(["system: many", "checks:", *lines, ""]), "many")


def newest_stored(source, until):
    """Return when each check was last probed by what a killed agent left, once that is found to be intact."""
    with contextlib.closing(sqlite3.connect(f"file:{paths.store_file(source)}?mode=ro", uri=True)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        question = "SELECT check_name, max(at) FROM result WHERE at <= ? GROUP BY check_name"
        return dict(store.execute(question, (until,)))


async def look_on(events, seconds):
    """Return the newest snapshot that came in that time."""
    event, until = await events.next(), time.monotonic() + seconds
    while time.monotonic() < until:
        event = await events.next()
    return event.snapshot


def well_since(moment, count):
    """Return whether so many checks were probed after the moment, all of them well."""

    def holds(snapshot):
        fresh = [state for state in snapshot.states if state.last.at > moment]
        return len(fresh) >= count and all(state.level is Level.OK for state in fresh)

    return holds


def by_another_than(pid):
    return lambda event: isinstance(event, Attached) and event.agent_pid != pid


async def test_killed_at_any_moment_it_loses_two_seconds_at_most_and_comes_back_by_itself(agents, source):
    dice = random.Random(11)
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        await events.snapshot(well_since(0, CHECKS), within=30)
        for _ in range(ROUNDS):
            seen = await look_on(events, dice.uniform(0.0, 2.5))
            os.kill(pid, signal.SIGKILL)
            killed, missed = time.time(), time.monotonic()
            await events.detached(within=2.0)
            stored = newest_stored(source, killed)
            assert len(stored) == CHECKS
            assert max(stored.values()) >= killed - LOST
            lost = [s for s in seen.states if s.last.at > stored[s.name]]
            assert all(state.last.at + state.last.elapsed > killed - LOST for state in lost)

            again = await events.until(by_another_than(pid))
            assert time.monotonic() - missed < 6.0
            assert not again.snapshot.notices, "nothing is wrong with the store"
            for state in again.snapshot.states:
                assert state.last.at >= stored[state.name], "what was stored is shown at once"
            (series,) = await events.link.history(HistoryQuery("c000", "latency", killed - 60, killed))
            assert series.at[-1] >= stored["c000"] - 1.0
            await events.snapshot(well_since(killed, 10))
            pid = again.agent_pid
        await events.snapshot(well_since(killed, 50))
    assert "Traceback" not in Path(paths.log_file(source)).read_text()

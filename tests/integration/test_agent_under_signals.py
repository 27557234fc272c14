"""An agent that is hung up on, frozen or told to end while checks of every kind with a server are at work."""

import asyncio
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from checks import paths
from checks.model import Level

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.docker,
    pytest.mark.fault("http", "signals"),
    pytest.mark.fault("postgres", "signals"),
    pytest.mark.fault("container", "signals"),
    pytest.mark.fault("command", "signals"),
]

NAMES = ("web", "database", "box", "job")
LONG = "  long: {{kind: command, run: [sleep, '{seconds}'], every: 1h, timeout: 1h}}"
"""A check that is always under way."""


def settled(snapshot):
    return all(snapshot.state(name).level is Level.OK for name in NAMES)


def newer_than(before):
    return lambda now: all(now.state(name).last.at > before.state(name).last.at for name in NAMES)


def sleeping(seconds):
    """Return the processes that sleep for so long."""
    wanted = b"sleep\0%d\0" % seconds
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if place.read_bytes() == wanted:
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


async def until(condition, within=10.0):
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture
def source(agents, shop):
    """A system of four checks with a server, and one that never ends."""
    seconds = 100_000 + os.getpid()
    return agents.system(shop.text(*NAMES, more=LONG.format(seconds=seconds)), "shop")


async def test_a_hang_up_changes_nothing(agents, source):
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        before = await events.snapshot(settled)
        for _ in range(3):
            os.kill(pid, signal.SIGHUP)
        after = await events.snapshot(newer_than(before))
        assert settled(after)
        assert agents.pid(source) == pid


async def test_after_a_freeze_every_check_is_probed_once_and_not_in_a_burst(agents, source):
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        before = await events.snapshot(settled)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(4.0)
        finally:
            os.kill(pid, signal.SIGCONT)
        woken = time.time()
        after = await events.snapshot(lambda now: newer_than(before)(now) and settled(now))
        assert not after.notices, "no clock jumped"
        await asyncio.sleep(2.0)  # a batch is written within two seconds
        for name in NAMES:
            results = await events.link.results(name)
            soon = [result for result in results if woken <= result.at < woken + 1.0]
            assert len(soon) <= 2, "the one that was due, and the next one of the schedule"


async def test_told_to_end_it_leaves_no_process_no_session_and_a_sound_store(agents, source, postgres):
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        seen = await events.snapshot(settled)
        (child,) = sleeping(100_000 + os.getpid())
        sessions = {session for session, _ in postgres.ours()}
        assert sessions
        os.kill(pid, signal.SIGTERM)
        assert "ends" in (await events.detached(within=5.0)).reason
        gone = time.monotonic()
        await until(lambda: not Path(f"/proc/{child}").exists(), within=1.0)
        await until(lambda: sessions.isdisjoint(session for session, _ in postgres.ours()), within=2.0)
        store = sqlite3.connect(f"file:{paths.store_file(source)}?mode=ro", uri=True)
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        store.close()
        again = await events.attached()
        assert again.agent_pid != pid
        assert time.monotonic() - gone < 5.0
        for name in NAMES:
            assert again.snapshot.state(name).last.at >= seen.state(name).last.at, "nothing seen was lost"


@pytest.mark.fault("container", "helper_hang")
async def test_told_to_end_it_waits_for_no_engine_that_hangs(agents, fake_engine):
    fake_engine.answers["/containers/json"] = None
    text = f"  box: {{kind: container, host: '{fake_engine.host}', every: 60s, timeout: 60s}}\n"
    source = agents.system("system: quick\nchecks:\n" + text)
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        await until(lambda: fake_engine.times_asked("/containers/json") > 0)
        os.kill(pid, signal.SIGTERM)
        await events.detached(within=5.0)
        fake_engine.answers["/containers/json"] = []
        assert (await events.attached(within=10.0)).agent_pid != pid

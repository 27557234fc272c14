"""A store that is full, locked, damaged or read-only: probing goes on, it is said, and the store recovers."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import time

import pytest

from checks import paths
from checks.model import Level
from tests.servers.faults import http, say

pytestmark = [pytest.mark.fault("http", "store"), pytest.mark.fault("command", "store")]

NAMES = ("web", "job")
STORE = ("store", "damaged store")
SYSTEM = """\
system: quick
checks:
  web: {{kind: http, url: "http://127.0.0.1:{port}/", every: 1s, timeout: 1s}}
  job: {{kind: command, run: [echo, well], every: 1s, timeout: 1s}}
"""
WATCH = "import sys, pathlib, agent.run; sys.exit(agent.run.run(pathlib.Path(sys.argv[1]), stay=True))"
"""What `walkdown watch` does."""


def told(snapshot):
    """Return what the operator is told of the store."""
    return [notice.text for notice in snapshot.notices if notice.source in STORE]


def well_and_newer_than(before):
    return lambda now: all(
        now.state(name).level is Level.OK and now.state(name).last.at > before.state(name).last.at
        for name in NAMES
    )


@contextlib.contextmanager
def small_disk(folder, *options):
    """Mount a disk of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    folder.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "walkdown-test", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def full(store):
    """Fill the disk that the store lies on."""
    ballast = store.with_name("ballast")
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


@contextlib.contextmanager
def locked(store):
    """Hold the store's lock, as another process might."""
    holder = sqlite3.connect(store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


@contextlib.contextmanager
def overwritten(store):
    """Damage the store under the agent."""
    for file in (store.with_name(store.name + "-wal"), store):
        with file.open("r+b") as damaged:
            damaged.write(os.urandom(file.stat().st_size))
    yield


@contextlib.contextmanager
def emptied(store):
    """Cut the store to nothing under the agent."""
    for file in (store.with_name(store.name + "-wal"), store):
        os.truncate(file, 0)
    yield


async def stored(events, name):
    return {result.at for result in await events.link.results(name)}


@pytest.mark.parametrize("trouble", [full, locked, overwritten, emptied])
async def test_results_go_on_while_they_cannot_be_stored_and_are_stored_after_it(agents, faults, trouble):
    source = agents.system(SYSTEM.format(port=await faults.serve(say(http()))))
    store = paths.store_file(source)
    with small_disk(store.parent.parent):
        async with agents.link(source) as events:
            pid = (await events.attached()).agent_pid
            async with asyncio.timeout(10):
                while not all([await stored(events, name) for name in NAMES]):
                    await asyncio.sleep(0.1)
            with trouble(store):
                warned = await events.snapshot(told)
                assert store.name in told(warned)[0]
                later = await events.snapshot(well_and_newer_than(warned))
                later = await events.snapshot(well_and_newer_than(later))
            if trouble in (full, locked):
                await events.snapshot(lambda now: not told(now), within=20)
            during = [later.state(name).last.at for name in NAMES]
            async with asyncio.timeout(20):
                for name, at in zip(NAMES, during, strict=True):
                    while at not in await stored(events, name):
                        await asyncio.sleep(0.2)
            if trouble in (overwritten, emptied):
                assert [file.name for file in store.parent.glob("*.corrupt-*") if "-wal" not in file.name]
            assert agents.pid(source) == pid
        agents.end()


async def test_on_a_disk_that_is_read_only_at_the_start_results_are_shown_and_not_stored(
    agents, faults, tmp_path
):
    source = agents.system(SYSTEM.format(port=await faults.serve(say(http()))))
    state, runtime = tmp_path / "ro", tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch, small_disk(state):
        patch.setenv("STATE_DIRECTORY", str(state))
        patch.setenv("RUNTIME_DIRECTORY", str(runtime))
        subprocess.run(["mount", "-o", "remount,ro", state], check=True)
        watch = subprocess.Popen([sys.executable, "-P", "-c", WATCH, str(source)])
        try:
            deadline = time.monotonic() + 15
            while not paths.socket_file(source).exists():
                assert watch.poll() is None and time.monotonic() < deadline
                await asyncio.sleep(0.05)
            async with agents.link(source) as events:
                assert (await events.attached()).agent_pid == watch.pid
                warned = await events.snapshot(told)
                await events.snapshot(well_and_newer_than(warned))
                subprocess.run(["mount", "-o", "remount,rw", state], check=True)
                healed = await events.snapshot(lambda now: not told(now), within=20)
                await events.snapshot(well_and_newer_than(healed))
                async with asyncio.timeout(10):
                    while not await stored(events, "web"):
                        await asyncio.sleep(0.1)
        finally:
            watch.terminate()
            assert watch.wait(10) == 0

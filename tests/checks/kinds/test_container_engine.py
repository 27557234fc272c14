"""What an operator sees of containers on a real Docker Engine."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.kinds.container import ContainerCheck, Expect
from checks.model import Level
from checks.runner import open_runner
from checks.testing import probe
from tests.checks.watching import Watcher, value
from tests.servers.docker import arguments


@pytest.mark.docker
async def test_a_container_that_runs_is_ok_and_measured(containers):
    box = containers.run("sh", "-c", "while :; do :; done", mem_limit="32m", cpu_quota=50_000)
    result = await probe(ContainerCheck(containers.host, name=box.name))
    assert (result.level, result.error_class) == (Level.OK, "")
    assert result.summary.startswith(f"{box.name}: Up ")
    assert value(result, "running") == value(result, "total") == 1
    assert 10 < value(result, "cpu", container=box.name) <= 100 * os.cpu_count()
    assert 0 < value(result, "memory", container=box.name) < 32 * 2**20
    assert value(result, "memory_used", container=box.name) == pytest.approx(
        100 * value(result, "memory", container=box.name) / (32 * 2**20)
    )
    assert value(result, "restarts", container=box.name) == 0
    assert value(result, "block_read", container=box.name) is not None
    assert result.observation.rows.rows[0][:2] == (box.name, "running")


@pytest.mark.docker
async def test_the_engine_and_the_files_agree_on_what_a_container_uses(containers, watcher, monkeypatch):
    megabytes = "dd if=/dev/zero of=/dev/shm/ballast bs=1M count=16; sleep 3600"
    box = containers.run("sh", "-c", megabytes, mem_limit="64m")
    check = ContainerCheck(containers.host, name=box.name)
    from_files = await watcher.until(
        check, lambda result: (value(result, "memory", container=box.name) or 0) > 16 * 2**20
    )
    monkeypatch.setattr("checks.containers.listing.read_counters", lambda *_: None)
    from_engine = await watcher.probe(check, timeout=15)
    for name in ("memory", "memory_used"):
        assert value(from_engine, name, container=box.name) == pytest.approx(
            value(from_files, name, container=box.name), rel=0.1
        )
    assert 0 <= value(from_engine, "cpu", container=box.name) <= 100 * os.cpu_count()


@pytest.mark.docker
async def test_a_container_that_was_asked_for_must_run(containers, watcher):
    box = containers.run("sh", "-c", "exit 3")
    check = ContainerCheck(containers.host, name=box.name)
    result = await watcher.until(check, lambda result: result.error_class == "not_running")
    assert result.level is Level.CRIT
    assert result.summary == f"{box.name} is exited with code 3"
    assert value(result, "stopped") == 1


@pytest.mark.docker
async def test_a_paused_container_does_not_run(containers):
    box = containers.run()
    box.pause()
    result = await probe(ContainerCheck(containers.host, name=box.name))
    box.unpause()
    assert (result.level, result.error_class) == (Level.CRIT, "not_running")
    assert "is paused" in result.summary


@pytest.mark.docker
async def test_an_unhealthy_container_is_crit_and_its_check_is_quoted(containers, watcher):
    second = 1_000_000_000
    health = {"test": ["CMD-SHELL", "echo no heartbeat; exit 1"], "interval": second // 5, "retries": 1}
    box = containers.run(healthcheck=health)
    check = ContainerCheck(containers.host, name=box.name)
    result = await watcher.until(check, lambda result: result.error_class == "unhealthy")
    assert result.level is Level.CRIT
    assert value(result, "unhealthy") == 1
    assert "no heartbeat" in result.observation.detail


@pytest.mark.docker
async def test_a_container_that_restarts_over_and_over_is_warn_and_counted(containers, watcher):
    box = containers.run("sh", "-c", "sleep 0.2; exit 1", restart_policy={"Name": "always"})
    check = ContainerCheck(containers.host, name=box.name)
    result = await watcher.until(check, lambda result: result.error_class == "restarting")
    assert result.level is Level.WARN
    assert value(result, "restarting") == 1
    await watcher.until(check, lambda result: (value(result, "restarts", container=box.name) or 0) >= 2)


@pytest.mark.docker
async def test_one_that_does_its_work_and_ends_can_be_expected(containers, watcher):
    good, bad = containers.run("true"), containers.run("false")
    ended = Expect(state="exited")
    result = await watcher.until(
        ContainerCheck(containers.host, name=good.name, expect=ended), lambda result: value(result, "stopped")
    )
    assert result.level is Level.OK
    result = await probe(ContainerCheck(containers.host, name=bad.name, expect=ended))
    assert (result.level, result.error_class) == (Level.CRIT, "exit_code")
    box = containers.run()
    result = await probe(ContainerCheck(containers.host, name=box.name, expect=ended))
    assert (result.level, result.error_class) == (Level.WARN, "still_running")


@pytest.mark.docker
@pytest.mark.fault("container", "restart")
async def test_a_restart_between_two_looks_leaves_its_rates_out_once(containers, watcher):
    box = containers.run("sh", "-c", "while :; do :; done")
    check = ContainerCheck(containers.host, name=box.name)
    assert value(await watcher.probe(check), "cpu", container=box.name) is not None
    box.restart(timeout=0)
    result = await watcher.until(check, lambda result: "started anew" in result.observation.detail)
    assert value(result, "cpu", container=box.name) is None
    assert value(result, "memory", container=box.name) is not None
    assert "n/a" in result.observation.rows.rows[0]
    assert value(await watcher.probe(check), "cpu", container=box.name) is not None


@pytest.mark.docker
@pytest.mark.fault("container", "restart")
async def test_an_engine_that_went_and_came_back_is_seen_both_times(own_engine, watcher):
    check = ContainerCheck(own_engine.host)
    assert (await watcher.probe(check)).summary == "no containers"
    own_engine.process.terminate()
    own_engine.process.wait(20)
    result = await watcher.probe(check)
    assert (result.level, result.error_class) == (Level.CRIT, "daemon_down")
    folder = str(Path(own_engine.host.removeprefix("unix://")).parent)
    again = subprocess.Popen(
        arguments(folder), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await watcher.until(check, lambda result: result.level is Level.OK)
    finally:
        again.terminate()
        again.wait(20)


@pytest.mark.docker
@pytest.mark.fault("container", "helper_hang")
@pytest.mark.fault("container", "total_timeout")
async def test_a_frozen_engine_times_out_holds_one_thread_and_is_found_again(own_engine, watcher):
    check = ContainerCheck(own_engine.host)
    await watcher.probe(check)
    before = threading.active_count()
    own_engine.process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(4):
            began = time.monotonic()
            result = await watcher.probe(check, timeout=0.5)
            assert time.monotonic() - began < 1.0
            assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
            assert "does not answer within" in result.summary
        assert threading.active_count() <= before + 1
    finally:
        own_engine.process.send_signal(signal.SIGCONT)
    await watcher.until(check, lambda result: result.level is Level.OK)


@pytest.mark.docker
async def test_one_hung_engine_does_not_hold_up_another(own_engine, fake_engine, watcher):
    own_engine.process.send_signal(signal.SIGSTOP)
    try:
        async with asyncio.TaskGroup() as tasks:
            hung = tasks.create_task(probe(ContainerCheck(own_engine.host), timeout=1.0))
            began = time.monotonic()
            assert (await watcher.probe(ContainerCheck(fake_engine.host))).level is Level.OK
            assert time.monotonic() - began < 0.9
        assert hung.result().error_class == "total_timeout"
    finally:
        own_engine.process.send_signal(signal.SIGCONT)


@pytest.mark.docker
@pytest.mark.fault("container", "auth")
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
async def test_a_socket_that_we_may_not_use_is_unknown_and_says_what_to_do(own_engine):
    os.chmod(Path(own_engine.host.removeprefix("unix://")).parent, 0o711)
    os.chmod(own_engine.host.removeprefix("unix://"), 0o660)
    async with open_runner({}, SystemClock()) as runner:
        os.seteuid(65534)
        try:
            result = await Watcher(runner).probe(ContainerCheck(own_engine.host))
        finally:
            os.seteuid(0)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")
    assert "group" in result.summary
    assert "equals root" in result.summary

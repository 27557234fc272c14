"""What an operator sees of containers, on a real engine and on one that misbehaves as told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from checks import control_groups, procfs
from checks.clock import SystemClock
from checks.container_stats import HOST_MEMORY
from checks.containers import ONE_OFF, PROJECT, SERVICE
from checks.definition import Definition
from checks.docker_engine import Tls
from checks.kinds.container import Compose, ContainerCheck, Expect
from checks.model import Level, Result
from checks.runner import Runner, open_runner
from checks.testing import probe
from tests.checks.configurations import load
from tests.servers import faults as fault
from tests.servers.certificates import BAD
from tests.servers.docker import answers, arguments
from tests.servers.fake_engine import inspected, listed, stats

HOSTILE = "x\x1b]52;c;ZXZpbA==\x07\x1b[31m[@click=app.quit]y[/nope]\u202e\x9b" + "A" * 4096


def value(result: Result, name: str, container: str = "") -> float | None:
    wanted = {("container", container)} if container else set()
    for reading in result.observation.readings:
        if reading.name == name and wanted <= set(reading.labels):
            return reading.value
    return None


class Engine:
    """A runner and the memory of one check: probes after the first have an earlier look to go by."""

    def __init__(self, runner: Runner):
        self.runner = runner
        self.memory: dict = {}

    async def probe(self, check: ContainerCheck, timeout: float = 5.0) -> Result:
        return await self.runner.run(
            Definition("box", "container", check, timeout=timeout), memory=self.memory
        )

    async def until(self, check: ContainerCheck, condition, seconds: float = 20.0) -> Result:
        """Probe again and again until the condition holds of the result."""
        async with asyncio.timeout(seconds):
            while not condition(result := await self.probe(check)):
                await asyncio.sleep(0.1)
        return result


@pytest.fixture
async def watcher():
    async with open_runner({}, SystemClock()) as runner:
        yield Engine(runner)


# On a real engine.


@pytest.mark.docker
async def test_a_container_that_runs_is_ok_and_measured(containers):
    box = containers.run("sh", "-c", "while :; do :; done", mem_limit="32m", cpu_quota=50_000)
    result = await probe(ContainerCheck(containers.host, name=box.name))
    assert (result.level, result.error_class) == (Level.OK, "")
    assert result.summary.startswith(f"{box.name}: Up ")
    assert value(result, "running") == value(result, "total") == 1
    assert 10 < value(result, "cpu", box.name) <= 100 * os.cpu_count()
    assert 0 < value(result, "memory", box.name) < 32 * 2**20
    assert value(result, "memory_used", box.name) == pytest.approx(
        100 * value(result, "memory", box.name) / (32 * 2**20)
    )
    assert value(result, "restarts", box.name) == 0
    assert value(result, "block_read", box.name) is not None
    assert result.observation.rows.rows[0][:2] == (box.name, "running")


@pytest.mark.docker
async def test_the_engine_and_the_files_agree_on_what_a_container_uses(containers, watcher, monkeypatch):
    megabytes = "dd if=/dev/zero of=/dev/shm/ballast bs=1M count=16; sleep 3600"
    box = containers.run("sh", "-c", megabytes, mem_limit="64m")
    check = ContainerCheck(containers.host, name=box.name)
    from_files = await watcher.until(
        check, lambda result: (value(result, "memory", box.name) or 0) > 16 * 2**20
    )
    monkeypatch.setattr("checks.containers.read_counters", lambda *_: None)
    from_engine = await watcher.probe(check, timeout=15)
    for name in ("memory", "memory_used"):
        assert value(from_engine, name, box.name) == pytest.approx(value(from_files, name, box.name), rel=0.1)
    assert 0 <= value(from_engine, "cpu", box.name) <= 100 * os.cpu_count()


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
    await watcher.until(check, lambda result: (value(result, "restarts", box.name) or 0) >= 2)


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
    assert value(await watcher.probe(check), "cpu", box.name) is not None
    box.restart(timeout=0)
    result = await watcher.until(check, lambda result: "started anew" in result.observation.detail)
    assert value(result, "cpu", box.name) is None
    assert value(result, "memory", box.name) is not None
    assert "n/a" in result.observation.rows.rows[0]
    assert value(await watcher.probe(check), "cpu", box.name) is not None


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
    own_engine.process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(4):
            began = time.monotonic()
            result = await watcher.probe(check, timeout=0.5)
            assert time.monotonic() - began < 1.0
            assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
            assert "does not answer within" in result.summary
        assert threading.active_count() < 8
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
            result = await Engine(runner).probe(ContainerCheck(own_engine.host))
        finally:
            os.seteuid(0)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")
    assert "group" in result.summary
    assert "equals root" in result.summary


# On an engine that says what it is told to.


@pytest.mark.fault("container", "refused")
async def test_an_engine_that_does_not_listen_is_down(tmp_path, closed_port):
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(stale))
    for host in (f"unix://{tmp_path}/none.sock", f"unix://{stale}", f"tcp://127.0.0.1:{closed_port}"):
        began = time.monotonic()
        result = await probe(ContainerCheck(host))
        assert (result.level, result.error_class) == (Level.CRIT, "daemon_down"), host
        assert host in result.summary
        assert time.monotonic() - began < 1.0


async def test_the_environment_names_the_engine_when_the_check_does_not(fake_engine, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", fake_engine.host)
    assert (await probe(ContainerCheck())).level is Level.OK
    monkeypatch.setenv("DOCKER_HOST", "ssh://somewhere")
    assert (await probe(ContainerCheck())).error_class == "host"


async def test_proxies_of_the_environment_are_not_asked(fake_engine, monkeypatch, closed_port):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    assert (await probe(ContainerCheck(fake_engine.host))).level is Level.OK


async def test_an_engine_is_only_ever_asked_to_show(fake_engine, watcher):
    fake_engine.show(listed(1), listed(2, State="exited", Status="Exited (0) 1 hour ago"))
    for _ in range(3):
        await watcher.probe(ContainerCheck(fake_engine.host))
    assert {line.split()[0] for line in fake_engine.asked} == {"GET"}
    assert {line.split()[1].partition("?")[0].split("/")[-1] for line in fake_engine.asked} == {
        "version",
        "json",
        "stats",
    }


async def test_fifty_containers_cost_one_list_call_once_they_are_known(fake_engine, watcher):
    fake_engine.show(*(listed(n, State="exited", Status="Exited (0) 1 hour ago") for n in range(50)))
    check = ContainerCheck(fake_engine.host)
    assert value(await watcher.probe(check), "stopped") == 50
    fake_engine.asked.clear()
    await watcher.probe(check)
    assert len(fake_engine.asked) == 1


async def test_a_changed_status_is_looked_into(fake_engine, watcher):
    fake_engine.show(listed())
    check = ContainerCheck(fake_engine.host)
    await watcher.probe(check)
    fake_engine.show(listed(Status="Up 2 seconds"))
    fake_engine.answers[f"/containers/{listed()['Id']}/json"] = inspected("2026-11-23T02:00:00Z", restarts=4)
    result = await watcher.probe(check)
    assert value(result, "restarts", "box-1") == 4
    assert "box-1 was started anew at 2026-11-23T02:00:00Z" in result.observation.detail


SHOP = {PROJECT: "shop", SERVICE: "api", "tier": "web"}
SELECTIONS = [
    (ContainerCheck(name="box-1"), {"box-1"}),
    (ContainerCheck(name="box"), set()),
    (ContainerCheck(label="tier"), {"box-1", "box-2"}),
    (ContainerCheck(label="tier=web"), {"box-1"}),
    (ContainerCheck(label=("tier", "tier=db")), {"box-2"}),
    (ContainerCheck(compose=Compose("shop")), {"box-1", "box-2"}),
    (ContainerCheck(compose=Compose("shop", "api")), {"box-1"}),
    (ContainerCheck(compose=Compose("shop", "api"), label="tier=db"), set()),
    (ContainerCheck(), {"box-1", "box-2", "box-3", "box-4"}),
]


@pytest.mark.parametrize(("check", "names"), SELECTIONS)
async def test_containers_are_selected_by_name_label_and_compose_service(
    fake_engine, monkeypatch, check, names
):
    monkeypatch.setenv("DOCKER_HOST", fake_engine.host)
    fake_engine.show(
        listed(1, Labels=SHOP, Names=["/other/alias", "/box-1"]),
        listed(2, Labels={PROJECT: "shop", SERVICE: "db", "tier": "db"}),
        listed(3, Labels={PROJECT: "shop", SERVICE: "api", ONE_OFF: "True"}),
        listed(4, Labels=None),
    )
    result = await probe(check)
    assert {row[0] for row in result.observation.rows.rows} == names
    assert result.error_class == ("" if names else "missing")


async def test_too_few_containers_are_crit(fake_engine):
    fake_engine.show(listed(1, Labels=SHOP))
    result = await probe(
        ContainerCheck(fake_engine.host, compose=Compose("shop", "api"), expect=Expect(count=2))
    )
    assert (result.level, result.error_class) == (Level.CRIT, "missing")
    assert result.summary == "shop/api 1 of 2 there"


@pytest.mark.parametrize(
    ("container", "state", "level"),
    [
        ({"State": "exited"}, {"ExitCode": 0}, Level.OK),
        ({"State": "exited"}, {"ExitCode": 137}, Level.OK),
        ({"State": "exited"}, {"ExitCode": 143}, Level.OK),
        ({"State": "created"}, {}, Level.OK),
        ({"State": "paused"}, {}, Level.OK),
        ({"State": "exited"}, {"ExitCode": 1}, Level.WARN),
        ({"State": "exited"}, {"ExitCode": 137, "OOMKilled": True}, Level.WARN),
        ({"State": "restarting"}, {"ExitCode": 1}, Level.WARN),
        ({"Status": "Up 1 hour (unhealthy)"}, {}, Level.CRIT),
        ({"Status": "Up 1 second (health: starting)"}, {}, Level.OK),
    ],
)
async def test_of_all_containers_only_those_in_trouble_are_red(fake_engine, container, state, level):
    fake_engine.show(listed(1), listed(2, **container))
    fake_engine.answers[f"/containers/{listed(2)['Id']}/json"] = inspected(**state)
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is level
    assert len(result.observation.rows.rows) == 2


async def test_the_worst_trouble_decides_and_the_others_are_named(fake_engine):
    fake_engine.show(
        *(listed(n, State="restarting") for n in range(1, 5)), listed(5, Status="Up (unhealthy)")
    )
    result = await probe(ContainerCheck(fake_engine.host))
    assert (result.level, result.error_class) == (Level.CRIT, "unhealthy")
    assert result.summary.endswith("; and 2 more")
    assert "box-5 is unhealthy" in result.observation.detail


async def test_statistics_of_the_engine_become_rates(fake_engine, watcher):
    fake_engine.show(listed())
    check, path = ContainerCheck(fake_engine.host), f"/containers/{listed()['Id']}/stats"
    await watcher.probe(check)
    await asyncio.sleep(0.3)
    fake_engine.answers[path] = stats(cpu=1.1, memory=2500, received=3000, read=600)
    result = await watcher.probe(check)
    assert 0 < value(result, "cpu", "box-1") < 100 * 0.1 / 0.3 + 1
    assert value(result, "memory", "box-1") == 2500
    assert value(result, "memory_used", "box-1") == 25
    assert value(result, "received", "box-1") == pytest.approx(5 * value(result, "block_read", "box-1"))
    fake_engine.answers[path] = stats(cpu=1e6)
    assert value(await watcher.probe(check), "cpu", "box-1") == 200
    fake_engine.answers[path] = stats(cpu=0.5)
    assert value(await watcher.probe(check), "cpu", "box-1") is None


@pytest.mark.fault("container", "restart")
@pytest.mark.parametrize(
    "answer", [(404, {"message": "gone"}), (409, {"message": "removing"}), {"read": "0001-01-01T00:00:00Z"}]
)
async def test_a_container_that_goes_during_the_look_has_no_values_this_time(fake_engine, answer):
    fake_engine.show(listed(1), listed(2))
    fake_engine.answers[f"/containers/{listed(1)['Id']}/stats"] = answer
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is Level.OK
    assert value(result, "memory", "box-1") is None
    assert value(result, "memory", "box-2") == 1000
    del fake_engine.answers[f"/containers/{listed(2)['Id']}/json"]
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is Level.OK
    assert value(result, "restarts", "box-2") is None


@pytest.mark.fault("container", "restart")
async def test_an_engine_that_restarts_during_the_call_is_asked_anew_the_next_time(fake_engine, watcher):
    check = ContainerCheck(fake_engine.host)
    await watcher.probe(check)
    fake_engine.answers["/containers/json"] = b""
    assert (await watcher.probe(check)).error_class == "connection_lost"
    fake_engine.show(listed())
    assert (await watcher.probe(check)).level is Level.OK


@pytest.mark.parametrize(
    ("answer", "level", "error_class"),
    [
        pytest.param(
            (500, {"message": "on fire"}),
            Level.CRIT,
            "http_5xx",
            marks=pytest.mark.fault("container", "server_error"),
        ),
        pytest.param(
            (503, {"message": "on fire"}),
            Level.CRIT,
            "http_5xx",
            marks=pytest.mark.fault("container", "overloaded"),
        ),
        pytest.param(
            (429, {"message": "on fire"}),
            Level.WARN,
            "http_429",
            marks=pytest.mark.fault("container", "overloaded"),
        ),
        pytest.param(
            (403, {"message": "on fire"}),
            Level.UNKNOWN,
            "permission",
            marks=pytest.mark.fault("container", "auth"),
        ),
        pytest.param(
            (401, {"message": "on fire"}),
            Level.UNKNOWN,
            "permission",
            marks=pytest.mark.fault("container", "auth"),
        ),
        pytest.param((400, {"message": "on fire"}), Level.CRIT, "http_4xx"),
    ],
)
async def test_an_engine_that_refuses_is_quoted(fake_engine, answer, level, error_class):
    fake_engine.answers["/containers/json"] = answer
    result = await probe(ContainerCheck(fake_engine.host))
    assert (result.level, result.error_class) == (level, error_class)
    assert "on fire" in result.summary


@pytest.mark.fault("container", "malformed")
@pytest.mark.parametrize(
    "answer",
    [
        {"not": "a list"},
        [{"Id": 7, "State": "running"}],
        [{"State": "running"}],
        [{"Id": "../../secrets", "State": "running"}],
        [{"Id": listed()["Id"], "State": "running", "Names": "box"}],
        fault.http(b"<html>welcome</html>"),
        fault.http(b"[" * 100_000),
        fault.http(b"\xff\xfe[]"),
        b"220 smtp.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Pad: y\r\n" * 200_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-Pad: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_no_engine_is_told_from_one(fake_engine, answer):
    fake_engine.answers["/containers/json"] = answer
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is Level.CRIT
    assert result.error_class in ("malformed", "http_3xx")


@pytest.mark.fault("container", "reset")
@pytest.mark.parametrize("behaviour", [fault.reset, fault.cut])
async def test_a_connection_that_is_cut_is_said_to_be(faults, behaviour):
    result = await probe(ContainerCheck(f"tcp://127.0.0.1:{await faults.serve(behaviour)}"))
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("container", "reset")
async def test_an_answer_that_stops_half_way_is_no_answer(fake_engine):
    whole = fault.http(b"[" + b" " * 1000 + b"]")
    fake_engine.answers["/containers/json"] = whole[:-500]
    result = await probe(ContainerCheck(fake_engine.host))
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("container", "huge")
async def test_an_answer_without_end_is_not_read_to_its_end(faults):
    async def behaviour(reader, writer):
        line = await fault.request(reader)
        if b"/version" in line:
            writer.write(fault.http(b'{"ApiVersion": "1.41"}', Connection="keep-alive"))
            await writer.drain()
            await fault.flood(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n[", b" " * 65536)(
                reader, writer
            )

    result = await probe(ContainerCheck(f"tcp://127.0.0.1:{await faults.serve(behaviour)}"))
    assert (result.level, result.error_class) == (Level.CRIT, "too_large")


@pytest.mark.fault("container", "total_timeout")
async def test_an_engine_that_never_answers_times_out(fake_engine, watcher):
    for path in ("/containers/json", "/version"):
        fake_engine.answers[path] = None
        began = time.monotonic()
        result = await probe(ContainerCheck(fake_engine.host), timeout=0.5)
        assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
        assert time.monotonic() - began < 1.5


@pytest.mark.fault("container", "slow_loris")
async def test_an_engine_that_drips_times_out_and_holds_one_thread(faults, watcher):
    port = await faults.serve(fault.drip(fault.http(b" " * 10_000 + b"{}"), every=0.02))
    before = threading.active_count()
    for _ in range(4):
        began = time.monotonic()
        result = await watcher.probe(ContainerCheck(f"tcp://127.0.0.1:{port}"), timeout=0.4)
        assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
        assert time.monotonic() - began < 0.9
    assert threading.active_count() <= before + 1
    await faults.stop()


@pytest.mark.fault("container", "hostile_text")
async def test_nothing_in_names_labels_or_states_reaches_a_terminal_raw(fake_engine):
    hostile = listed(
        1, Names=[f"/{HOSTILE}"], Image=HOSTILE, Labels={HOSTILE: HOSTILE}, Status=f"Up {HOSTILE} (unhealthy)"
    )
    fake_engine.show(hostile, listed(2, State=HOSTILE, Names=["/[@click=app.bell]"]))
    log = {"Health": {"Log": [{"Output": HOSTILE}]}}
    fake_engine.answers[f"/containers/{hostile['Id']}/json"] = inspected(**log)
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.error_class == "unhealthy"
    texts = [result.summary, result.observation.detail, *sum(result.observation.rows.rows, ())]
    texts += [text for reading in result.observation.readings for _, text in reading.labels]
    for text in texts:
        assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in text)
        assert "\u202e" not in text
    assert len(result.summary) <= 512
    assert any("[@click=app.bell]" in text for text in texts)


@pytest.mark.fault("container", "hostile_text")
async def test_a_refusal_with_hostile_words_is_made_harmless(fake_engine):
    fake_engine.answers["/containers/json"] = (500, {"message": HOSTILE})
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.error_class == "http_5xx"
    assert "\x1b" not in result.summary


@pytest.mark.fault("container", "bad_certificates")
@pytest.mark.parametrize(("flaw", "error_class"), BAD.items())
async def test_a_bad_certificate_is_refused(fake_engine, authority, flaw, error_class):
    await fake_engine.start(authority.bad(flaw))
    result = await probe(ContainerCheck(fake_engine.host, Tls(authority.file)))
    assert (result.level, result.error_class) == (Level.CRIT, error_class)
    assert fake_engine.asked == []


async def test_an_engine_with_a_good_certificate_may_ask_for_ours(fake_engine, authority):
    context = authority.good()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    await fake_engine.start(context)
    ours = authority.issue(name="walkdown", hosts=(), purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    certificate, key = authority.write("ours.pem", ours.pem), authority.write("ours.key", ours.key_pem)
    tls = Tls(authority.file, str(certificate), str(key))
    assert (await probe(ContainerCheck(fake_engine.host, tls))).level is Level.OK
    result = await probe(ContainerCheck(fake_engine.host, Tls(authority.file)))
    assert result.level is Level.CRIT
    result = await probe(ContainerCheck(fake_engine.host, Tls("/no/such/file")))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "ca_file")


async def test_many_failing_looks_leave_nothing_behind(watcher, closed_port, tmp_path):
    checks = [ContainerCheck(f"tcp://127.0.0.1:{closed_port}"), ContainerCheck(f"unix://{tmp_path}/none")]
    for check in checks:
        await watcher.probe(check)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        for check in checks:
            await watcher.probe(check)
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_counters_are_read_from_control_groups_of_version_2(tmp_path, monkeypatch):
    group = f"/system.slice/docker-{listed()['Id']}.scope"
    zeros = " 0 0 0 0 0 0 0 "
    files = {
        "proc/7/cgroup": f"0::{group}\n",
        "proc/7/net/dev": f"a\nb\n lo: 9{zeros}9\n eth0: 100{zeros}200\n eth1:1{zeros}2\n",
        f"groups{group}/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
        f"groups{group}/memory.current": "5000\n",
        f"groups{group}/memory.stat": "anon 4000\ninactive_file 1000\n",
        f"groups{group}/memory.max": "max\n",
        f"groups{group}/io.stat": "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(procfs, "ROOT", str(tmp_path / "proc"))
    monkeypatch.setattr(control_groups, "ROOT", str(tmp_path / "groups"))
    seen = control_groups.read_counters(7, listed()["Id"], own_network=True, at=1.0)
    assert (seen.cpu, seen.memory, seen.limit) == (2.5, 4000, HOST_MEMORY)
    assert (seen.received, seen.sent, seen.block_read, seen.block_write) == (101, 202, 11, 22)
    assert control_groups.read_counters(7, listed()["Id"], own_network=False, at=1.0).received is None
    assert control_groups.read_counters(7, listed(2)["Id"], own_network=True, at=1.0) is None
    assert control_groups.read_counters(8, listed()["Id"], own_network=True, at=1.0) is None


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"host": "ssh://somewhere"}, "unix:///path or tcp"),
        ({"tls": {"ca_file": "/x"}}, "begins with tcp"),
        ({"host": "tcp://a:1", "tls": {"key": "/x"}}, "go together"),
        ({"expect": {"state": "exited"}}, "needs name, label or compose"),
        ({"name": "x", "expect": {"state": "dancing"}}, "running"),
        ({"compose": {"service": "x"}}, "project"),
        ({"name": "x", "expect": {"count": -1}}, "below 0"),
    ],
)
def test_options_that_cannot_work_are_refused_at_load(options, reason):
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter(ContainerCheck).validate_python(options)


def test_the_example_loads():
    options = YAML(typ="safe").load(ContainerCheck.EXAMPLE)
    for key in ("kind", "warn"):
        del options[key]
    assert TypeAdapter(ContainerCheck).validate_python(options).compose == Compose("shop", "api")
    assert answers("/no/such/socket") is False


def test_every_option_can_be_written_in_a_system_and_comes_back_as_it_was(folder: Path):
    text = """
        system: test
        checks:
          all: {kind: container, warn: "container[container=api].cpu > 80 % for 5 m"}
          api:
            kind: container
            host: tcp://10.0.0.1:2376
            tls: {ca_file: /a, certificate: /b, key: /c}
            compose: {project: shop, service: api}
            label: [tier=web, canary]
            expect: {count: 2}
          job: {kind: container, name: migrate, label: one, expect: {state: exited}}
    """
    _, api, job = load(folder, system=text).definitions
    assert api.check == ContainerCheck(
        "tcp://10.0.0.1:2376",
        Tls("/a", "/b", "/c"),
        label=("tier=web", "canary"),
        compose=Compose("shop", "api"),
        expect=Expect(count=2),
    )
    assert job.check == ContainerCheck(name="migrate", label="one", expect=Expect("exited"))

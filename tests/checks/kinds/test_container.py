"""Which containers a check means, what it makes of them, and what it reads of each."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from checks.containers import control_groups
from checks.containers.docker_engine import Tls
from checks.containers.listing import ONE_OFF, PROJECT, SERVICE
from checks.containers.stats import HOST_MEMORY
from checks.host import procfs
from checks.kinds.container import Compose, ContainerCheck, Expect
from checks.model import Level
from checks.testing import probe
from tests.checks.configurations import load
from tests.checks.watching import value
from tests.servers.docker import answers
from tests.servers.fake_engine import inspected, listed, stats

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
    assert value(result, "restarts", container="box-1") == 4
    assert "box-1 was started anew at 2026-11-23T02:00:00Z" in result.observation.detail


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
    assert 0 < value(result, "cpu", container="box-1") < 100 * 0.1 / 0.3 + 1
    assert value(result, "memory", container="box-1") == 2500
    assert value(result, "memory_used", container="box-1") == 25
    assert value(result, "received", container="box-1") == pytest.approx(
        5 * value(result, "block_read", container="box-1")
    )
    fake_engine.answers[path] = stats(cpu=1e6)
    assert value(await watcher.probe(check), "cpu", container="box-1") == 200
    fake_engine.answers[path] = stats(cpu=0.5)
    assert value(await watcher.probe(check), "cpu", container="box-1") is None


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

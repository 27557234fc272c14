"""The driver container: exactly the one that is meant, and every way in which an engine fails."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from runbooks.driver import Running
from runbooks.drivers.container import ContainerDriver
from runbooks.outcome import Applied, FailedError
from tests.runbooks.drivers.stands import context, until

pytestmark = pytest.mark.docker


def driver(engine, name: str, **more) -> ContainerDriver:
    return ContainerDriver(name, engine.host, settle=0.3, **more)


async def test_a_container_is_meant_by_its_whole_name_or_enough_of_its_id(containers):
    made = containers.run(name=f"wd-exact-{os.getpid()}")
    for name in (made.name, made.id, made.id[:12]):
        assert (await driver(containers, name).status(context())).running is Running.RUNNING
    for name in (made.name[:-1], made.id[:8], f"{made.name}0"):
        assert (await driver(containers, name).status(context())).running is Running.ABSENT


async def test_its_image_and_version_are_told(containers):
    made = containers.run(labels={"org.opencontainers.image.version": "4.5.6"})
    seen = await driver(containers, made.name).status(context())
    assert (seen.image, seen.version) == (made.image.id, "4.5.6")


async def test_a_container_that_ends_at_once_is_not_started(containers):
    made = containers.run("sh", "-c", "echo cannot work; exit 7")
    until(lambda: containers.state(made)["Status"] == "exited", "it ends")
    seen = await driver(containers, made.name).status(context())
    assert (seen.running, "exit code 7" in seen.detail) == (Running.FAILED, True)
    with pytest.raises(FailedError) as caught:
        await driver(containers, made.name).perform("restart", context())
    assert caught.value.error_class == "not_up"
    assert "cannot work" in caught.value.detail


async def test_a_container_that_is_started_over_and_over_is_failed(containers):
    made = containers.run("sh", "-c", "exit 1", restart_policy={"Name": "always"})
    one = driver(containers, made.name)
    until(lambda: containers.client.api.inspect_container(made.id)["RestartCount"] >= 3, "three restarts")
    assert (await one.status(context())).running is Running.FAILED
    assert (await one.perform("stop", context())).after.identity == ""


async def test_a_signal_that_ends_it_is_no_reload(containers):
    made = containers.run("sh", "-c", "sleep 1000")
    one = driver(containers, made.name)
    containers.client.api.kill(made.id, "STOP")
    containers.client.api.kill(made.id, "CONT")
    ended = containers.run("sh", "-c", "trap 'exit 1' HUP; while true; do sleep 0.1; done")
    assert (await one.perform("reload", context())).after.running is Running.RUNNING
    with pytest.raises(FailedError) as caught:
        await driver(containers, ended.name).perform("reload", context())
    assert (caught.value.error_class, caught.value.applied) == ("not_up", Applied.PARTIAL)


@pytest.mark.fault("step:service", "server_error")
async def test_what_the_engine_refuses_is_said_in_its_words(containers):
    made = containers.run()
    containers.client.api.pause(made.id)
    with pytest.raises(FailedError) as caught:
        await driver(containers, made.name).perform("start", context())
    assert (caught.value.error_class, caught.value.applied) == ("refused", Applied.NONE)
    assert "paused" in caught.value.summary
    containers.client.api.unpause(made.id)


@pytest.mark.fault("step:service", "refused")
@pytest.mark.fault("step:service", "helper_hang")
async def test_an_engine_that_is_down_hangs_or_may_not_be_used_is_told_apart(own_engine, tmp_path):
    nobody = ContainerDriver("box", f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(FailedError) as caught:
        await nobody.status(context())
    assert caught.value.error_class == "daemon_down"

    made = own_engine.run()
    one = driver(own_engine, made.name)
    os.kill(own_engine.process.pid, signal.SIGSTOP)
    try:
        for attempt in (one.status(context(1)), one.perform("restart", context(1))):
            began = time.monotonic()
            with pytest.raises(FailedError) as caught:
                await attempt
            assert caught.value.error_class == "timeout"
            assert time.monotonic() - began < 3
    finally:
        os.kill(own_engine.process.pid, signal.SIGCONT)


@pytest.mark.fault("step:service", "auth")
async def test_an_engine_that_this_account_may_not_use_is_told_with_the_way_out(containers):
    where = Path(containers.host.removeprefix("unix://")).parent
    mode = where.stat().st_mode
    where.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(FailedError) as caught:
            await driver(containers, "box").status(context())
    finally:
        os.seteuid(0)
        where.chmod(mode)
    assert caught.value.error_class == "permission"
    assert "group that owns the socket" in caught.value.summary


async def test_the_environment_names_the_engine_when_the_service_does_not(containers, monkeypatch):
    made = containers.run()
    monkeypatch.setenv("DOCKER_HOST", containers.host)
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    one = ContainerDriver(made.name, settle=0.3)
    deed = await one.perform("restart", context())
    assert deed.after.identity != deed.before.identity
    assert one.shown("restart") == (f"POST {containers.host} /containers/{made.name}/restart?t=10",)


@pytest.mark.fault("step:service", "hostile_text")
async def test_hostile_words_do_no_harm(containers):
    made = containers.run(
        "sh", "-c", r"printf '\033]0;t\007[/nope]\377\n'; sleep 1000", labels={"a": "\x1b" * 4096}
    )
    one = driver(containers, made.name)
    assert (await one.status(context())).running is Running.RUNNING
    assert "[/nope]\ufffd" in await one.logs(10, context())


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-a", "a b", "a?x=1"])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(ValueError, match="name is the name"):
        ContainerDriver(name)

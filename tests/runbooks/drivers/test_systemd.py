"""The driver systemd, against a systemd that is process 1 of a world of its own."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from runbooks.driver import Running
from runbooks.drivers.systemd import SystemdDriver
from runbooks.outcome import Applied, FailedError
from tests.runbooks.drivers.stands import context, until


@pytest.fixture
def unit(booted):
    """Make units for one test, and return their drivers."""
    made = []

    def make(text: str) -> SystemdDriver:
        name = booted.unit(f"wd-{uuid.uuid4().hex[:8]}.service", text)
        made.append(name)
        return SystemdDriver(name, through=booted.through, settle=0.3)

    yield make
    booted.systemctl("stop", "--no-block", *made, check=False)
    booted.systemctl("kill", "-s", "KILL", *made, check=False)
    booted.systemctl("reset-failed", check=False)


@pytest.mark.fault("step:service", "server_error")
async def test_a_restart_that_is_accepted_and_never_comes_up_fails_with_its_log(unit):
    driver = unit(
        "[Service]\nType=notify\nTimeoutStartSec=1\nExecStart=/bin/sh -c 'echo not today; sleep 100'\n"
    )
    with pytest.raises(FailedError) as caught:
        await driver.perform("restart", context())
    assert (caught.value.error_class, caught.value.applied) == ("job_failed", Applied.PARTIAL)
    assert "timeout was exceeded" in caught.value.detail
    assert "not today" in caught.value.detail
    seen = await driver.status(context())
    assert (seen.running, seen.identity) == (Running.FAILED, "")
    assert "result timeout" in seen.detail


async def test_a_unit_that_falls_over_right_after_its_start_is_not_started(unit):
    driver = unit("[Service]\nExecStart=/bin/sh -c 'sleep 0.1; echo no; exit 3'\n")
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert caught.value.error_class == "not_up"
    assert "exit code 3" in caught.value.summary


async def test_a_unit_that_is_started_over_and_over_is_failed(unit):
    often = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=50ms\n"
    driver = unit(f"{often}ExecStart=/bin/sh -c 'exit 1'\n")
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert caught.value.error_class == "not_up"
    seen = await driver.status(context())
    assert seen.running is Running.FAILED
    assert "by itself" in seen.detail


async def test_a_task_that_runs_to_its_end_was_started(unit):
    good = unit("[Service]\nType=oneshot\nExecStart=/bin/echo done\n")
    assert (await good.perform("start", context())).after.running is Running.STOPPED
    bad = unit("[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo broken; exit 4'\n")
    with pytest.raises(FailedError) as caught:
        await bad.perform("start", context())
    assert caught.value.error_class == "job_failed"
    assert "broken" in caught.value.detail


async def test_what_cannot_be_reloaded_says_so(unit):
    driver = unit("[Service]\nExecStart=/bin/sleep 1000\n")
    await driver.perform("start", context())
    with pytest.raises(FailedError) as caught:
        await driver.perform("reload", context())
    assert (caught.value.error_class, caught.value.applied) == ("job_failed", Applied.NONE)
    assert "reload" in caught.value.summary


async def test_a_unit_on_its_way_is_starting(unit, booted):
    driver = unit("[Service]\nType=notify\nTimeoutStartSec=30\nExecStart=/bin/sleep 1000\n")
    booted.systemctl("start", "--no-block", driver.unit)
    until(lambda: "start" in booted.systemctl("list-jobs", check=False).stdout, "a job")
    seen = await driver.status(context())
    assert seen.running is Running.STARTING
    assert seen.identity


async def test_a_masked_unit_is_there_and_cannot_be_started(booted):
    name = f"wd-{uuid.uuid4().hex[:8]}.service"
    booted.systemctl("mask", name)
    driver = SystemdDriver(name, through=booted.through)
    seen = await driver.status(context())
    assert (seen.running, "masked" in seen.detail) == (Running.STOPPED, True)
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert (caught.value.error_class, caught.value.applied) == ("job_failed", Applied.NONE)


async def test_where_no_systemd_runs_that_is_what_is_said():
    for driver in (SystemdDriver("ssh"), SystemdDriver("ssh", user=True)):
        here = replace(driver, through=("env", "SYSTEMD_IGNORE_CHROOT=1", "unshare", "-m", "--"))
        with pytest.raises(FailedError) as caught:
            await here.status(context())
        assert caught.value.error_class == "no_systemd"


@pytest.mark.fault("step:service", "auth")
@pytest.mark.fault("step:service", "fork_daemon")
async def test_sudo_never_waits_for_a_password(tmp_path):
    stand_in = tmp_path / "su"
    stand_in.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    stand_in.chmod(0o755)
    driver = SystemdDriver("ssh", sudo=True, through=(str(stand_in),))
    with pytest.raises(FailedError) as caught:
        await driver.status(context())
    assert caught.value.error_class == "needs_password"


@pytest.mark.fault("step:service", "hostile_text")
async def test_hostile_output_does_no_harm(unit):
    hostile = "[/nope][@click=app.quit]" + "n" * 4096
    driver = unit(
        f"[Unit]\nDescription={hostile[:200]}\n[Service]\nExecStart=/bin/sh -c 'echo {hostile}; exit 1'\n"
    )
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert "[/nope]" in caught.value.detail
    assert len(caught.value.detail) < 8192


def test_the_command_is_shown_as_it_will_run():
    assert SystemdDriver("nginx").shown("restart") == (
        "systemctl --no-ask-password --no-pager restart nginx.service",
    )
    assert SystemdDriver("a@b.timer", sudo=True).shown("stop") == (
        "sudo -n systemctl --no-ask-password --no-pager stop a@b.timer",
    )
    assert SystemdDriver("me", user=True).shown("start") == (
        "systemctl --user --no-ask-password --no-pager start me.service",
    )


@pytest.mark.parametrize("name", ["", "-H", "a*", "web[12]", "a b", "a?", "a/b"])
def test_names_that_are_none_or_many_are_refused(name):
    with pytest.raises(ValueError, match="exact name"):
        SystemdDriver(name)

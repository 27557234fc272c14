"""What every driver keeps to, each with a real service of its own kind."""

from __future__ import annotations

import asyncio
import time

import msgspec
import pytest

from runbooks.driver import Running
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.registry import DRIVERS, find_driver
from runbooks.step import options_of
from tests.runbooks.drivers.stands import context, stands
from tests.servers.compose_stack import READY

ended_within = 9.0
"""Seconds after its time in which a tool is ended that does not want to end, and some for a busy machine."""


@pytest.mark.parametrize("stand", stands(), indirect=True)
async def test_a_service_is_started_restarted_reloaded_and_stopped(stand):
    driver = stand.driver
    assert (await driver.status(context())).running in (Running.STOPPED, Running.FAILED)

    started = await driver.perform("start", context())
    assert started.after.running is Running.RUNNING
    assert started.after.identity
    assert abs(started.after.since - time.time()) < 30

    again = await driver.perform("start", context())
    assert again.after.identity == started.after.identity

    restarted = await driver.perform("restart", context())
    assert restarted.before.identity == started.after.identity
    assert restarted.after.running is Running.RUNNING
    assert restarted.after.identity != started.after.identity
    assert restarted.facts["identity_before"] == started.after.identity
    assert restarted.facts["identity_after"] == restarted.after.identity

    reloaded = await driver.perform("reload", context())
    assert reloaded.after.identity == restarted.after.identity

    log = await driver.logs(100, context())
    assert READY in log
    assert "told" in log

    stopped = await driver.perform("stop", context())
    assert (stopped.after.running, stopped.after.identity) == (Running.STOPPED, "")
    assert (await driver.perform("stop", context())).after.running is Running.STOPPED

    with pytest.raises(FailedError) as caught:
        await driver.perform("reload", context())
    assert (caught.value.error_class, caught.value.applied) == ("not_running", Applied.NONE)


@pytest.mark.parametrize("stand", stands(), indirect=True)
async def test_what_is_not_there_is_absent_and_nothing_is_done(stand):
    if stand.absent_class:
        with pytest.raises(FailedError) as caught:
            await stand.absent.status(context())
        assert caught.value.error_class == stand.absent_class
    else:
        assert (await stand.absent.status(context())).running is Running.ABSENT
    with pytest.raises(FailedError) as caught:
        await stand.absent.perform("start", context())
    assert (caught.value.error_class, caught.value.applied) == (stand.absent_class or "absent", Applied.NONE)


@pytest.mark.fault("step:service", "total_timeout")
@pytest.mark.parametrize("stand", stands("process"), indirect=True)
async def test_a_tool_that_hangs_costs_no_more_than_its_time(stand):
    for look in (stand.hung.status(context(0.5)), stand.hung.perform("restart", context(0.5))):
        began = time.monotonic()
        with pytest.raises(FailedError) as caught:
            await look
        assert (caught.value.error_class, caught.value.applied) == ("timeout", Applied.NONE)
        assert time.monotonic() - began < 0.5 + ended_within


@pytest.mark.fault("step:service", "reset")
@pytest.mark.parametrize("stand", stands("process"), indirect=True)
async def test_what_was_cut_in_the_middle_has_an_unknown_end(stand):
    before = await stand.slow.status(context())
    doing = asyncio.create_task(stand.slow.perform("restart", context()))
    await asyncio.to_thread(stand.cut)
    with pytest.raises(UnknownError) as caught:
        await doing
    assert caught.value.error_class in ("signal", "connection_lost")
    assert caught.value.facts["identity_before"] == before.identity


@pytest.mark.fault("step:service", "total_timeout")
@pytest.mark.parametrize("stand", stands("process"), indirect=True)
async def test_what_takes_longer_than_its_time_has_an_unknown_end(stand):
    began = time.monotonic()
    with pytest.raises(UnknownError) as caught:
        await stand.slow.perform("restart", context(2.0))
    assert caught.value.error_class == "timeout"
    assert time.monotonic() - began < 2.0 + ended_within


@pytest.mark.parametrize("stand", stands(), indirect=True)
async def test_what_it_cannot_do_is_refused(stand):
    assert set(stand.driver.available()) <= set(stand.driver.ACTIONS)
    with pytest.raises(FailedError) as caught:
        await stand.driver.perform("fly", context())
    assert (caught.value.error_class, caught.value.applied) == ("not_offered", Applied.NONE)


@pytest.mark.parametrize("stand", stands(), indirect=True)
async def test_its_options_are_kept_in_a_plan_and_read_again(stand):
    options = options_of(stand.driver)
    assert (
        msgspec.convert(msgspec.json.decode(msgspec.json.encode(options)), type(stand.driver)) == stand.driver
    )
    for action in stand.driver.available():
        assert all(line.strip() for line in stand.driver.shown(action))


@pytest.mark.parametrize("name", DRIVERS)
def test_its_example_can_be_loaded(name):
    from pydantic import TypeAdapter
    from ruamel.yaml import YAML

    driver = find_driver(name)
    example = dict(YAML(typ="safe").load(driver.EXAMPLE))
    assert example.pop("driver") == name
    assert TypeAdapter(driver).validate_python(example).available()

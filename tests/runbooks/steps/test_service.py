"""The step service: what it shows, what it leaves, and what can be told of it afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from checks.clock import SystemClock
from runbooks.action import Action
from runbooks.actor import OUTCOME, Request, order_for_act, write_request
from runbooks.boot import Moment
from runbooks.driver import Driver, Running
from runbooks.drivers.process import ProcessDriver
from runbooks.drivers.script import ScriptDriver, Scripts
from runbooks.model import ServicePlan, StepPlan
from runbooks.outcome import Applied, Ending, FailedError, Outcome
from runbooks.registry import DRIVERS
from runbooks.services import tracing
from runbooks.step import Act, StepContext, Traceable, options_of
from runbooks.steps.service import ServiceStep
from runbooks.testing import step_context
from tests.runbooks.drivers.stands import context as given
from tests.servers.compose_stack import stack

__all__ = ["stack"]


@pytest.fixture
def shop(tmp_path):
    """A service that is one process; it does not outlive the test."""
    driver = ProcessDriver(("sh", "-c", "echo hello; sleep 1000"), str(tmp_path / "shop.pid"), settle=0.2)
    yield driver
    with contextlib.suppress(OSError, IndexError):
        os.kill(int((tmp_path / "shop.pid").read_text().split()[0]), signal.SIGKILL)


def context_of(step: ServiceStep, driver: Driver, folder: Path, **more) -> StepContext:
    name = next(name for name, where in DRIVERS.items() if where.endswith(f":{type(driver).__name__}"))
    services = {"api": ServicePlan("api", name, msgspec.json.decode(msgspec.json.encode(options_of(driver))))}
    evidence = folder / "evidence"
    evidence.mkdir(exist_ok=True)
    plan = StepPlan("one", "service", options=options_of(step), changes=step.changes(), timeout=20.0)
    return step_context(step, evidence, plan=plan, clock=SystemClock(), services=services, **more)


async def done(action: str, driver: Driver, folder: Path, **more) -> Outcome:
    step = ServiceStep("api", action)
    return await step.act(context_of(step, driver, folder, **more))


async def prepared(action: str, driver: Driver, folder: Path, **more) -> Action:
    step = ServiceStep("api", action)
    return await step.prepare(context_of(step, driver, folder, **more))


async def traced(action: str, driver: Driver, folder: Path, **more) -> Outcome:
    step = ServiceStep("api", action)
    return await step.trace(context_of(step, driver, folder, **more))


def test_it_is_an_act_whose_effect_can_be_looked_for():
    step = ServiceStep("api", "restart")
    assert isinstance(step, Act)
    assert isinstance(step, Traceable)
    assert step.changes()
    assert not any(ServiceStep("api", look).changes() for look in ("status", "logs", "version"))


async def test_what_is_shown_is_what_will_run_and_stays_the_same_while_nobody_does_anything(shop, tmp_path):
    await shop.perform("start", given())
    first = await prepared("restart", shop, tmp_path)
    assert first.lines == shop.shown("restart")
    assert first.where.startswith("api (process) on ")
    assert first.user
    await asyncio.sleep(1.1)
    assert (await prepared("restart", shop, tmp_path)).sha256 == first.sha256


async def test_what_is_so_already_need_not_be_done(shop, tmp_path):
    assert (await prepared("stop", shop, tmp_path)).done_already == "api does not run"
    assert not (await prepared("start", shop, tmp_path)).done_already
    await shop.perform("start", given())
    assert (await prepared("start", shop, tmp_path)).done_already == "api runs"
    again = await done("start", shop, tmp_path)
    assert (again.ending, again.applied) == (Ending.SUCCEEDED, Applied.NONE)
    assert "nothing was done" in again.summary


async def test_what_cannot_be_done_is_refused_before_anything_happens(shop, tmp_path):
    absent = ProcessDriver(("/nowhere/server",), shop.pid_file)
    alone = ScriptDriver(Scripts(("true",), start=("true",)))
    missing = ScriptDriver(Scripts(("/nowhere/status.sh",), start=("true",)))
    for driver, action, why in (
        (absent, "start", "absent"),
        (shop, "recreate", "not_offered"),
        (alone, "restart", "not_offered"),
        (missing, "start", "not_configured"),
    ):
        with pytest.raises(FailedError) as caught:
            await prepared(action, driver, tmp_path)
        assert caught.value.error_class == why
    with pytest.raises(FailedError) as caught:
        await ServiceStep("other", "start").prepare(context_of(ServiceStep("api", "start"), shop, tmp_path))
    assert caught.value.error_class == "unknown_service"


async def test_a_restart_leaves_word_of_both_runs(shop, tmp_path):
    before = (await shop.perform("start", given())).after
    outcome = await done("restart", shop, tmp_path)
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.FULL)
    assert outcome.facts["identity_before"] == before.identity
    assert outcome.facts["identity_after"] == (await shop.status(given())).identity
    assert tracing.left(tmp_path / "evidence").identity == before.identity


async def test_a_failure_carries_the_newest_of_the_log(tmp_path):
    broken = ProcessDriver(("sh", "-c", "seq 1 100; exit 1"), str(tmp_path / "broken.pid"), settle=0.2)
    with pytest.raises(FailedError) as caught:
        await done("start", broken, tmp_path)
    assert caught.value.error_class == "not_up"
    log = caught.value.detail.splitlines()[-50:]
    assert log == [str(number) for number in range(51, 101)]


async def test_nothing_is_done_when_what_runs_cannot_be_written_down(shop, tmp_path):
    await shop.perform("start", given())
    before = await shop.status(given())
    step = ServiceStep("api", "restart")
    context = context_of(step, shop, tmp_path)
    context.folder.rmdir()
    with pytest.raises(FailedError) as caught:
        await step.act(context)
    assert (caught.value.error_class, caught.value.applied) == ("evidence", Applied.NONE)
    assert (await shop.status(given())).identity == before.identity


async def test_status_logs_and_version_change_nothing_and_are_told(shop, tmp_path):
    await shop.perform("start", given())
    step = ServiceStep("api", "status", save="state")
    outcome = await step.act(context_of(step, shop, tmp_path))
    assert (outcome.captured, outcome.applied) == ({"state": "running"}, Applied.NONE)
    assert "run: " in outcome.detail
    assert (await done("logs", shop, tmp_path)).detail == "hello"
    assert (await prepared("logs", shop, tmp_path)).lines == ("logs of api",)
    with pytest.raises(FailedError) as caught:
        await done("version", shop, tmp_path)
    assert caught.value.error_class == "no_version"
    step = ServiceStep("api", "version", save="running_version")
    scripts = ScriptDriver(Scripts(("true",), version=("echo", "3.2.1")))
    assert (await step.act(context_of(step, scripts, tmp_path))).captured == {"running_version": "3.2.1"}


@pytest.mark.parametrize(("action", "state"), [("start", Running.RUNNING), ("stop", Running.STOPPED)])
async def test_of_a_start_or_stop_the_state_tells(shop, tmp_path, action, state):
    await shop.perform("stop" if action == "start" else "start", given())
    assert (await traced(action, shop, tmp_path)).error_class == "not_applied"
    await shop.perform(action, given())
    assert (await shop.status(given())).running is state
    assert (await traced(action, shop, tmp_path)).ending is Ending.SUCCEEDED


async def test_of_a_restart_only_the_run_before_tells(shop, tmp_path):
    before = (await shop.perform("start", given())).after
    unknown = await traced("restart", shop, tmp_path)
    assert (unknown.ending, unknown.error_class) == (Ending.UNKNOWN, "no_sign")

    now = Moment.of(SystemClock())
    tracing.leave(tmp_path / "evidence", before, now)
    assert (await traced("restart", shop, tmp_path)).error_class == "under_way"
    tracing.leave(tmp_path / "evidence", before, replace(now, mono=now.mono - 2 * tracing.UNDER_WAY))
    same = await traced("restart", shop, tmp_path)
    assert (same.ending, same.applied, same.error_class) == (Ending.FAILED, Applied.NONE, "not_applied")

    await shop.perform("restart", given())
    anew = await traced("restart", shop, tmp_path)
    assert (anew.ending, anew.facts["identity_before"]) == (Ending.SUCCEEDED, before.identity)
    await shop.perform("stop", given())
    down = await traced("restart", shop, tmp_path)
    assert (down.ending, down.applied, down.error_class) == (Ending.FAILED, Applied.PARTIAL, "not_up")


async def test_where_runs_look_alike_or_leave_no_sign_nothing_is_claimed(shop, tmp_path):
    alike = ScriptDriver(Scripts(("true",), restart=("true",)))
    (tmp_path / "evidence").mkdir()
    tracing.leave(tmp_path / "evidence", await alike.status(given()), Moment("another boot", 0.0))
    for driver, action in ((alike, "restart"), (shop, "reload")):
        outcome = await traced(action, driver, tmp_path)
        assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, "no_sign")


async def test_what_it_starts_outlives_the_process_that_does_it(shop, tmp_path):
    step = ServiceStep("api", "start")
    context = context_of(step, shop, tmp_path)
    action = await step.prepare(context)
    write_request(context.folder, Request.of(context, action.sha256))
    order = order_for_act(context.folder, {})
    actor = await asyncio.to_thread(
        subprocess.run, order.argv, input=order.stdin, capture_output=True, timeout=60
    )
    assert actor.returncode == 0, actor.stderr
    outcome = msgspec.json.decode((context.folder / OUTCOME).read_bytes(), type=Outcome)
    assert outcome.ending is Ending.SUCCEEDED
    assert (await shop.status(given())).running is Running.RUNNING


@pytest.mark.docker
async def test_the_way_back_of_a_recreation_is_the_image_that_ran(stack, tmp_path):
    name = f"{stack.project}-api"
    old = stack.image(name, "1.0.0")
    driver = stack.service("api", image=name)
    await done("start", driver, tmp_path)
    new = stack.image(name, "2.0.0")

    action = await prepared("recreate", driver, tmp_path)
    assert action.lines[0] == f"docker tag {old} walkdown/rollback:KEY_OF_ATTEMPT"
    assert action.destroys
    forward = await done("recreate", driver, tmp_path)
    assert (forward.facts["image"], (await driver.status(given())).image) == (old, new)

    action = await prepared("rollback-image", driver, tmp_path, forward=forward.facts)
    assert action.lines[:2] == (
        f"docker tag {new} walkdown/rollback:KEY_OF_ATTEMPT",
        f"docker tag {old} {name}",
    )
    assert (
        await traced("rollback-image", driver, tmp_path, forward=forward.facts)
    ).ending is not Ending.SUCCEEDED
    back = await done("rollback-image", driver, tmp_path, forward=forward.facts)
    assert (back.facts["image"], (await driver.status(given())).image) == (new, old)
    assert (
        await traced("rollback-image", driver, tmp_path, forward=forward.facts)
    ).ending is Ending.SUCCEEDED

    before_the_walk = await prepared("rollback-image", driver, tmp_path)
    assert "docker tag IMAGE_BEFORE" in before_the_walk.lines[1]


def test_options_that_mean_nothing_are_refused():
    for options in ({"action": "logs", "lines": 0}, {"action": "restart", "save": "x"}):
        with pytest.raises(ValueError, match=r"lines|save"):
            ServiceStep("api", **options)

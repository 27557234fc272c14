"""Services behind an engine that is busy, broken or restarts, and scripts that say far too much."""

from dataclasses import replace
from pathlib import Path

import pytest

from checks.clock import SystemClock
from runbooks.drivers.container import ContainerDriver
from runbooks.drivers.script import ScriptDriver, Scripts
from runbooks.model import ServicePlan, StepPlan
from runbooks.outcome import Applied, Ending, FailedError, Outcome, StepError
from runbooks.step import StepContext, options_of
from runbooks.steps.service import DETAIL, ServiceStep
from runbooks.testing import step_context
from tests.checks.test_supervise import highest_memory
from tests.runbooks.attempts import MIB

ID = "c0ffee" * 10 + "0001"
FLOOD = ("sh", "-c", "head -c 300000000 /dev/zero | tr '\\0' n; echo; echo last words")
MOST_MEMORY = 64 * MIB
"""What is kept of a tool's output is 10 MiB; it is read, and then made text."""


def context_of(action: str, kind: str, driver, folder: Path) -> tuple[ServiceStep, StepContext]:
    step = ServiceStep("api", action)
    plan = StepPlan("one", "service", options=options_of(step), changes=step.changes(), timeout=20.0)
    services = {"api": ServicePlan("api", kind, options_of(driver))}
    return step, step_context(step, folder, plan=plan, clock=SystemClock(), services=services)


async def done(step: ServiceStep, context: StepContext) -> Outcome:
    try:
        return await step.act(context)
    except StepError as error:
        return error.outcome


def container(started: str) -> dict:
    state = {"Status": "running", "StartedAt": started}
    return {"Id": ID, "Name": "/box", "Image": "sha256:1", "State": state, "Config": {"Labels": {}}}


@pytest.fixture
def box(fake_engine):
    """A container of an engine that says what it is told to."""
    fake_engine.answers["/containers/box/json"] = container("2026-11-23T01:00:00Z")
    return ContainerDriver("box", fake_engine.host, settle=0.1)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(500, "no space left", marks=pytest.mark.fault("step:service", "server_error")),
        pytest.param(429, "too many requests", marks=pytest.mark.fault("step:service", "overloaded")),
        pytest.param(503, "try again later", marks=pytest.mark.fault("step:service", "overloaded")),
    ],
)
async def test_an_engine_that_is_busy_or_broken_is_quoted_and_asked_once(
    fake_engine, box, tmp_path, status, words
):
    path = f"/containers/{ID}/restart"
    fake_engine.answers[path] = (status, {"message": words})
    outcome = await done(*context_of("restart", "container", box, tmp_path))
    assert (outcome.ending, outcome.applied, outcome.error_class) == (
        Ending.FAILED,
        Applied.NONE,
        "refused",
    )
    assert words in outcome.summary
    assert fake_engine.times_asked(path) == 1


@pytest.mark.fault("step:service", "restart")
async def test_an_engine_that_restarts_under_the_call_leaves_it_unknown_until_somebody_looks(
    fake_engine, box, tmp_path
):
    path = f"/containers/{ID}/restart"
    fake_engine.answers[path] = b""
    step, context = context_of("restart", "container", box, tmp_path)
    outcome = await done(step, context)
    assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, "connection_lost")
    assert fake_engine.times_asked(path) == 1
    assert (await step.trace(context)).ending is Ending.UNKNOWN
    fake_engine.answers["/containers/box/json"] = container("2026-11-23T03:00:00Z")
    assert (await step.trace(context)).ending is Ending.SUCCEEDED


@pytest.mark.fault("step:service", "huge")
@pytest.mark.parametrize("action", ["logs", "restart", "status"])
async def test_a_script_that_says_300_megabytes_costs_little_memory_and_its_last_words_are_kept(
    tmp_path, action
):
    scripts = Scripts(status=("true",), **{action: FLOOD} if action != "status" else {})
    if action == "status":
        scripts = replace(scripts, status=FLOOD)
    driver = ScriptDriver(scripts, settle=0.1)
    Path("/proc/self/clear_refs").write_text("5")
    before = highest_memory()
    outcome = await done(*context_of(action, "script", driver, tmp_path))
    assert highest_memory() - before <= MOST_MEMORY
    assert outcome.ending is Ending.SUCCEEDED, outcome
    assert len(outcome.detail) <= DETAIL
    assert "last words" in outcome.detail


@pytest.mark.fault("step:service", "auth")
async def test_what_sudo_keeps_us_from_is_said_and_nothing_is_done(tmp_path):
    refused = ("sh", "-c", "echo 'sudo: a password is required' >&2; exit 1")
    driver = ScriptDriver(Scripts(("true",), restart=refused), settle=0.1)
    with pytest.raises(FailedError, match="a password is required") as caught:
        step, context = context_of("restart", "script", driver, tmp_path)
        await step.act(context)
    assert caught.value.applied is Applied.NONE

"""The step kind maintenance, against a real service that has a maintenance mode (catalogue D-15)."""

from __future__ import annotations

import json

import pytest

from checks.clock import SystemClock
from runbooks.outcome import Applied, Ending, FailedError, UnknownError
from runbooks.steps.maintenance import MaintenanceStep, ModeRequest, ModeStatus
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context
from tests.servers import faults as fault

CONSOLE_ON = {"console_maintenance": "on", "console_checks": ""}


class Service:
    """A service with a maintenance mode; what it answers to a change is up to the test."""

    def __init__(self, faults):
        self.faults = faults
        self.answer = fault.http()
        self.obeys = True
        self.looks_until_on = 0
        self.asked: list[bytes] = []
        self.on = False
        self.port = 0

    async def start(self):
        self.port = await self.faults.serve(self._meet)
        return self

    async def _meet(self, reader, writer):
        asked = await fault.request(reader)
        if asked.startswith(b"GET"):
            self.looks_until_on -= 1
            body = json.dumps({"mode": {"maintenance": self.on and self.looks_until_on < 0}}).encode()
            writer.write(fault.http(body))
        else:
            self.asked.append(asked)
            self.on = self.on or self.obeys
            writer.write(self.answer)
        await fault.closed(writer)

    def step(self, status=True, **options) -> MaintenanceStep:
        request = ModeRequest(Template(f"http://127.0.0.1:{self.port}/maintenance"))
        where = Template(f"http://127.0.0.1:{self.port}/status")
        known = ModeStatus(where, "mode.maintenance", True, every=0.02, within=0.5) if status else None
        return MaintenanceStep("on", request, status=known, **options)


@pytest.fixture
async def service(faults):
    return await Service(faults).start()


def context(step, tmp_path, **options):
    return step_context(step, tmp_path, clock=SystemClock(), **options)


async def broken(step, tmp_path, error=FailedError):
    with pytest.raises(error) as failed:
        await step.act(context(step, tmp_path))
    return failed.value


async def test_it_has_succeeded_when_the_service_says_so(tmp_path, service):
    service.looks_until_on = 3
    outcome = await service.step().act(context(service.step(), tmp_path))
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.applied is Applied.FULL
    assert outcome.summary == "maintenance is on: 200 OK, mode.maintenance is true"
    assert outcome.facts == CONSOLE_ON
    assert len(service.asked) == 1
    assert service.looks_until_on < 0


async def test_an_answer_that_is_good_is_not_enough(tmp_path, service):
    service.obeys = False
    error = await broken(service.step(), tmp_path)
    assert error.error_class == "timeout"
    assert error.applied is Applied.PARTIAL
    assert "last seen: 200 OK, mode.maintenance is false" in error.summary


@pytest.mark.parametrize(
    ("status", "error_class", "applied"),
    [
        ("401 Unauthorized", "http_4xx", Applied.NONE),
        ("404 Not Found", "http_4xx", Applied.NONE),
        ("302 Found", "http_3xx", Applied.NONE),
        ("500 Broken", "http_5xx", Applied.PARTIAL),
    ],
)
@pytest.mark.parametrize("asks", [True, False])
async def test_an_answer_that_is_bad_is_a_failure(tmp_path, service, status, error_class, applied, asks):
    service.obeys = False
    service.answer = fault.http(b"", status)
    error = await broken(service.step(status=asks), tmp_path)
    assert (error.error_class, error.applied) == (error_class, applied)
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", [b"", fault.http(b"", "502 Bad Gateway"), fault.http(b"", "504 Late")])
async def test_without_an_answer_the_service_is_asked_and_nothing_is_repeated(tmp_path, service, answer):
    service.answer = answer
    assert (await service.step().act(context(service.step(), tmp_path))).ending is Ending.SUCCEEDED
    service.on = service.obeys = False
    error = await broken(service.step(), tmp_path, UnknownError)
    assert "last seen: 200 OK, mode.maintenance is false" in error.summary
    assert len(service.asked) == 2


async def test_without_an_answer_and_a_status_nobody_knows(tmp_path, service):
    service.answer = b""
    await broken(service.step(status=False), tmp_path, UnknownError)


async def test_what_was_never_sent_has_failed_and_is_not_polled(tmp_path, closed_port, service):
    step = MaintenanceStep("on", ModeRequest(Template(f"http://127.0.0.1:{closed_port}/")))
    error = await broken(step, tmp_path)
    assert (error.error_class, error.applied) == ("refused", Applied.NONE)


async def test_secrets_are_sent_and_shown_by_name(tmp_path, service):
    request = ModeRequest(
        Template(f"http://127.0.0.1:{service.port}/on"),
        "PUT",
        {"Authorization": SecretTemplate("Bearer {{ secret.key }}")},
        SecretTemplate('{"by": "{{ who }}"}'),
    )
    step = MaintenanceStep("on", request)
    given = context(step, tmp_path, secrets={"key": "hunter22"}, values={"who": "anna"})
    action = await step.prepare(given)
    assert action.lines == (
        f"PUT http://127.0.0.1:{service.port}/on",
        "Authorization: Bearer {{ secret.key }}",
        '{"by": "anna"}',
        "maintenance on for every check",
    )
    outcome = await step.act(given)
    assert b"Authorization: Bearer hunter22" in service.asked[0]
    assert service.asked[0].endswith(b'{"by": "anna"}')
    assert "hunter22" not in str(outcome)


@pytest.mark.parametrize("value", ["x\r\nX-Evil: 1", "x\0y"])
async def test_no_value_brings_a_header_in(tmp_path, service, value):
    request = ModeRequest(
        Template(f"http://127.0.0.1:{service.port}/"), headers={"X": SecretTemplate("{{ who }}")}
    )
    step = MaintenanceStep("on", request)
    with pytest.raises(FailedError) as refused:
        await step.act(context(step, tmp_path, values={"who": value}))
    assert refused.value.error_class == "request"
    assert not service.asked


async def test_a_program_can_change_the_mode(tmp_path):
    flag = tmp_path / "flag"
    step = MaintenanceStep("on", run=(Template("touch"), Template(str(flag))), console=False)
    outcome = await step.act(context(step, tmp_path))
    assert flag.exists()
    assert (outcome.summary, outcome.facts) == ("maintenance is on", {})
    assert (await step.prepare(context(step, tmp_path))).lines == (f"touch {flag}",)


async def test_a_program_that_fails_or_hangs_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("runbooks.steps.maintenance.ANSWER_WITHIN", 0.3)
    failing = MaintenanceStep("on", run=tuple(map(Template, ("sh", "-c", "echo no such mode >&2; exit 4"))))
    error = await broken(failing, tmp_path)
    assert error.error_class == "exit_code"
    assert error.summary == "sh: exit code 4: no such mode"
    hanging = MaintenanceStep("on", run=tuple(map(Template, ("sleep", "600"))))
    assert (await broken(hanging, tmp_path, UnknownError)).error_class == "timeout"
    absent = MaintenanceStep("on", run=(Template("/no/such/program"),))
    assert (await broken(absent, tmp_path)).error_class == "not_found"


async def test_the_console_alone_can_be_put_into_maintenance(tmp_path):
    step = MaintenanceStep("off", checks=("api-health", "disk-root"))
    outcome = await step.act(context(step, tmp_path))
    assert outcome.facts == {"console_maintenance": "off", "console_checks": "api-health disk-root"}
    assert (await step.prepare(context(step, tmp_path))).lines == (
        "maintenance off for api-health, disk-root",
    )
    assert (await step.trace(context(step, tmp_path))).ending is Ending.SUCCEEDED


async def test_its_effect_is_found_afterwards_by_asking(tmp_path, service):
    step = service.step()
    assert (await step.trace(context(step, tmp_path))).ending is Ending.UNKNOWN
    service.on = True
    traced = await step.trace(context(step, tmp_path))
    assert (traced.ending, traced.facts) == (Ending.SUCCEEDED, CONSOLE_ON)
    silent = service.step(status=False)
    assert (await silent.trace(context(silent, tmp_path))).ending is Ending.UNKNOWN

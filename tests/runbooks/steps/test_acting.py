"""Steps that act, done by the process in which walks have them done, from what was confirmed."""

from __future__ import annotations

import asyncio
import os

import msgspec
import pytest

from checks.masking import Masker
from runbooks.actor import Request, order_for_act, write_request
from runbooks.model import StepPlan
from runbooks.outcome import Ending, Outcome
from runbooks.records import OUTCOME
from runbooks.step import options_of
from runbooks.steps.file import FileStep
from runbooks.steps.maintenance import MaintenanceStep
from runbooks.steps.notify import NotifyStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context
from tests.servers import faults as fault

WORD = "opensesame-token"


async def acted(kind, step, folder, *, secrets=None, before=lambda: None, **options) -> tuple[Outcome, bytes]:
    """Confirm the step as it is shown now, have it done, and return its outcome and all that was said."""
    plan = StepPlan("step", kind, options=msgspec.json.decode(msgspec.json.encode(options_of(step))))
    known = Masker()
    known.learn("a value that only the agent knows")
    context = step_context(step, folder, plan=plan, masker=known, **options)
    write_request(folder, Request.of(context, (await step.prepare(context)).sha256))
    before()
    order = order_for_act(folder, secrets or {})
    actor = await asyncio.create_subprocess_exec(
        *order.argv, stdin=-1, stdout=-1, stderr=-1, env=os.environ | dict(order.environment)
    )
    said = await actor.communicate(order.stdin)
    assert actor.returncode == 0
    outcome = msgspec.json.decode((folder / OUTCOME).read_bytes(), type=Outcome)
    left = b"".join(file.read_bytes() for file in folder.iterdir())
    return outcome, b"".join((*said, left))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "evidence"
    made.mkdir()
    return made


async def test_a_file_is_written_and_put_back(tmp_path, folder):
    target = tmp_path / "shop.conf"
    target.write_text("old = a value that only the agent knows\n")
    step = FileStep(Template(str(target)), SecretTemplate("key = {{ secret.key }}\n"))
    outcome, said = await acted("file", step, folder, secrets={"key": WORD})
    assert outcome.ending is Ending.SUCCEEDED, outcome
    assert target.read_text() == f"key = {WORD}\n"
    assert WORD.encode() not in said
    back = tmp_path / "back"
    back.mkdir()
    outcome, _ = await acted("file", FileStep(restore=True), back, forward=outcome.facts)
    assert outcome.ending is Ending.SUCCEEDED, outcome
    assert target.read_text() == "old = a value that only the agent knows\n"


async def test_a_file_that_was_changed_after_it_was_shown_is_left_alone(tmp_path, folder):
    target = tmp_path / "shop.conf"
    target.write_text("old\n")
    step = FileStep(Template(str(target)), SecretTemplate("new\n"))
    outcome, _ = await acted("file", step, folder, before=lambda: target.write_text("edited\n"))
    assert outcome.error_class == "action_changed"
    assert target.read_text() == "edited\n"


async def test_a_message_is_sent_and_its_route_stays_secret(folder, faults):
    port = await faults.answer(fault.http())
    step = NotifyStep((SecretTemplate("{{ secret.hook }}"),), Template("s"), Template("b"))
    outcome, said = await acted("notify", step, folder, secrets={"hook": f"json://127.0.0.1:{port}/{WORD}"})
    assert outcome.ending is Ending.SUCCEEDED, outcome
    assert WORD.encode() in faults.seen[0]
    assert WORD.encode() not in said


async def test_a_route_that_hangs_does_not_keep_the_process(folder, faults):
    port = await faults.serve(fault.drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000))
    step = NotifyStep((SecretTemplate(f"json://127.0.0.1:{port}/"),), Template("s"), Template("b"), 0.5)
    async with asyncio.timeout(20):
        outcome, _ = await acted("notify", step, folder)
    assert outcome.error_class == "not_delivered"


async def test_the_console_is_put_into_maintenance(folder):
    outcome, _ = await acted("maintenance", MaintenanceStep("on"), folder)
    assert outcome.facts == {"console_maintenance": "on", "console_checks": ""}

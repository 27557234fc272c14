"""Conditions against real servers, files and programs, each looked at once, and waited for."""

from __future__ import annotations

import asyncio
import json
import os
import time

import pytest

from checks.clock import SystemClock
from runbooks.condition import CommandCondition, FileCondition, HttpCondition, TcpCondition
from runbooks.outcome import FailedError
from runbooks.steps.wait import WaitStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import FakeBoard, step_context
from tests.servers import faults as fault


async def seen(condition, tmp_path, *, seconds=3.0, **context):
    context = step_context(WaitStep("api"), tmp_path, clock=SystemClock(), **context)
    return await condition.look(context, seconds)


def url(port, path="/"):
    return Template(f"http://127.0.0.1:{port}{path}")


def words(*argv):
    return tuple(Template(word) for word in argv)


ANSWER = {"state": "up", "version": "1.10", "build": 7, "ratio": 0.5, "ready": True, "error": None}


@pytest.mark.parametrize(
    ("wanted", "good"),
    [
        ({"state": Template("up")}, True),
        ({"state": Template("{{ state }}")}, True),
        ({"state": Template("down")}, False),
        ({"version": Template("1.10")}, True),
        ({"build": Template("7")}, True),
        ({"ratio": Template("0.5")}, True),
        ({"ready": True, "error": None}, True),
        ({"ready": Template("true")}, False),
        ({"ready": False}, False),
        ({"error": Template("")}, False),
        ({"gone": Template("x")}, False),
        ({"state.deeper": Template("x")}, False),
    ],
)
async def test_an_answer_is_compared_place_by_place(tmp_path, faults, wanted, good):
    port = await faults.answer(fault.http(json.dumps(ANSWER).encode()))
    found = await seen(HttpCondition(url(port), json=wanted), tmp_path, values={"state": "up"})
    assert found.good is good, found.said


@pytest.mark.parametrize(
    ("status", "answered", "good"),
    [
        ("2xx", "204 No Content", True),
        (503, "503 Busy", True),
        (("2xx", 404), "404 Gone", True),
        ("2xx", "302 Found", False),
        ("2xx", "500 Broken", False),
        (200, "204 No Content", False),
    ],
)
async def test_the_status_is_compared(tmp_path, faults, status, answered, good):
    port = await faults.answer(fault.http(b"", status=answered))
    found = await seen(HttpCondition(url(port), status), tmp_path)
    assert (found.good, found.said) == (good, answered)


async def test_a_header_may_hold_a_secret_and_goes_to_the_one_origin(tmp_path, faults):
    other = await faults.answer(fault.http())
    port = await faults.answer(fault.http(b"", "307 Elsewhere", Location=f"http://127.0.0.1:{other}/"))
    condition = HttpCondition(url(port), headers={"X-Key": SecretTemplate("{{ secret.key }}")})
    found = await seen(condition, tmp_path, secrets={"key": "hunter22"})
    assert not found.good
    assert len(faults.seen) == 1
    assert b"X-Key: hunter22" in faults.seen[0]
    assert "hunter22" not in condition.shown({})


@pytest.mark.parametrize("behaviour", [fault.hang, fault.cut, fault.reset, fault.say(b"\0nonsense\r\n\r\n")])
async def test_a_server_that_misbehaves_is_not_ready_yet(tmp_path, faults, behaviour):
    port = await faults.serve(behaviour)
    found = await seen(HttpCondition(url(port)), tmp_path, seconds=0.3)
    assert not found.good
    assert found.said


async def test_a_port_is_waited_for_until_somebody_listens(tmp_path, closed_port, faults):
    step = WaitStep(tcp=Template(f"127.0.0.1:{closed_port}"), every=0.05, within=10.0)
    context = step_context(step, tmp_path, clock=SystemClock())
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(step.look(context, FakeBoard({})))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await faults.serve(fault.hang, port=closed_port)
    assert waiting.result().summary.endswith(f"127.0.0.1:{closed_port} accepts connections")


@pytest.mark.parametrize("target", ["db1", "db1:", ":5432", "db1:0", "db1:99999", "db1:5432x"])
async def test_what_is_no_port_is_refused_before_anything_is_waited_for(tmp_path, target):
    step = WaitStep(tcp=Template(target))
    with pytest.raises(FailedError) as refused:
        await step.prepare(step_context(step, tmp_path))
    assert refused.value.error_class == "target"


async def test_an_address_in_brackets_is_a_host(tmp_path):
    assert TcpCondition(Template("[::1]:80")).shown({}) == "a connection to [::1]:80"


async def test_a_file_is_waited_for_to_come_and_to_go(tmp_path):
    path = tmp_path / "ready"
    come, gone = (FileCondition(Template(str(path)), state) for state in ("exists", "absent"))
    assert (await seen(gone, tmp_path)).good
    assert not (await seen(come, tmp_path)).good
    path.symlink_to("/no/such/target")
    assert (await seen(come, tmp_path)).good
    assert not (await seen(gone, tmp_path)).good
    assert (await seen(FileCondition(Template(f"{path}/below"), "absent"), tmp_path)).good


async def test_a_file_that_cannot_be_looked_at_is_not_absent(tmp_path):
    name = "x" * 300
    found = await seen(FileCondition(Template(f"{tmp_path}/{name}"), "absent"), tmp_path)
    assert not found.good
    assert "too long" in found.said


async def test_a_program_is_good_when_it_exits_with_0(tmp_path):
    assert (await seen(CommandCondition(words("true")), tmp_path)).good
    found = await seen(CommandCondition(words("sh", "-c", "echo no lag >&2; exit 3")), tmp_path)
    assert (found.good, found.said) == (False, "exit code 3: no lag")


async def test_a_program_that_hangs_is_ended_and_leaves_nobody(tmp_path):
    mark = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {mark}; wait"
    began = time.monotonic()
    found = await seen(CommandCondition(words("sh", "-c", script)), tmp_path, seconds=1.0)
    assert not found.good
    assert "still running" in found.said
    assert time.monotonic() - began < 10
    async with asyncio.timeout(5):
        while _alive(int(mark.read_text())):
            await asyncio.sleep(0.01)


async def test_a_program_that_is_not_there_ends_the_waiting_at_once(tmp_path):
    with pytest.raises(FailedError) as failed:
        await seen(CommandCondition(words("/no/such/program")), tmp_path)
    assert failed.value.error_class == "not_found"


@pytest.mark.parametrize("value", ["--help", "-rf", "a\0b"])
async def test_no_value_becomes_an_option(tmp_path, value):
    trap = tmp_path / "trap"
    condition = CommandCondition(words("touch", str(trap), "{{ name }}"))
    with pytest.raises(FailedError) as refused:
        await seen(condition, tmp_path, values={"name": value})
    assert refused.value.error_class == "argument"
    assert not trap.exists()


@pytest.mark.parametrize(
    "value", ["; touch trap", "$(touch trap)", "`touch trap`", "a\ntouch trap", "| touch trap"]
)
async def test_no_value_reaches_a_shell(tmp_path, value, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = await seen(CommandCondition(words("echo", "{{ name }}")), tmp_path, values={"name": value})
    assert found.good
    assert not list(tmp_path.glob("trap"))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"

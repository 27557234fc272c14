"""The course of an action, with a driver that does what the test has written down."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from checks.clock import SystemClock
from runbooks.driver import DriverContext, Running, ServiceStatus
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.services.doing import carried_out
from runbooks.services.tool import asked, last_lines, text_of, told

UP = ServiceStatus(Running.RUNNING, "one")
ANEW = ServiceStatus(Running.RUNNING, "two")
DOWN = ServiceStatus(Running.STOPPED)
BROKEN = ServiceStatus(Running.FAILED)


@dataclass
class Written:
    """Looks, in order; the last again and again. An error is raised."""

    course: list[ServiceStatus | FailedError]
    done: list[str] = field(default_factory=list)
    fails: FailedError | None = None

    def available(self):
        return ("start", "stop", "restart", "reload")

    async def status(self, context):
        seen = self.course.pop(0) if len(self.course) > 1 else self.course[0]
        if isinstance(seen, FailedError):
            raise seen
        return seen

    async def logs(self, lines, context):
        return "the log"

    async def perform(self, action, timeout=3.0):
        async def do(context, before, facts):
            self.done.append(action)
            if self.fails:
                raise self.fails
            return "done"

        return await carried_out(self, action, DriverContext(SystemClock(), timeout), do, 0.3)


BLIND = FailedError("daemon_down", "nobody answers")


@pytest.mark.parametrize(
    ("action", "course", "error_class", "applied"),
    [
        ("restart", [UP, UP], "not_restarted", Applied.NONE),
        ("restart", [UP, BROKEN], "not_up", Applied.PARTIAL),
        ("restart", [UP, ANEW, DOWN], "not_up", Applied.PARTIAL),
        ("restart", [UP, ANEW, ServiceStatus(Running.RUNNING, "three")], "not_up", Applied.PARTIAL),
        ("start", [DOWN, DOWN], "not_up", Applied.NONE),
        ("stop", [UP, UP], "not_down", Applied.NONE),
        ("reload", [UP, ANEW], "not_up", Applied.PARTIAL),
        ("reload", [DOWN], "not_running", Applied.NONE),
    ],
)
async def test_what_was_accepted_and_did_not_come_to_what_it_should(action, course, error_class, applied):
    with pytest.raises(FailedError) as caught:
        await Written(course).perform(action, 1.5)
    assert (caught.value.error_class, caught.value.applied) == (error_class, applied)


async def test_what_nobody_can_look_at_afterwards_has_an_unknown_end():
    with pytest.raises(UnknownError) as caught:
        await Written([UP, BLIND]).perform("restart")
    assert caught.value.error_class == "unseen"
    refused = Written([UP, BLIND], fails=FailedError("exit_code", "it said no"))
    with pytest.raises(UnknownError) as caught:
        await refused.perform("restart")
    assert caught.value.facts == {"identity_before": "one"}


async def test_a_refusal_is_weighed_by_what_can_be_seen():
    for course, applied in (([UP, UP], Applied.NONE), ([UP, DOWN], Applied.PARTIAL)):
        with pytest.raises(FailedError) as caught:
            await Written(course, fails=FailedError("exit_code", "it said no")).perform("restart")
        assert (caught.value.error_class, caught.value.applied) == ("exit_code", applied)
        assert "the log" in caught.value.detail


async def test_what_cannot_be_seen_before_is_not_touched():
    driver = Written([BLIND])
    with pytest.raises(FailedError):
        await driver.perform("restart")
    assert driver.done == []


async def test_something_slow_is_waited_for():
    starting = ServiceStatus(Running.STARTING, "two")
    deed = await Written([UP, DOWN, starting, starting, ANEW]).perform("restart")
    assert deed.after == ANEW


async def test_a_tool_is_cut_by_its_time_or_by_a_signal():
    context = DriverContext(SystemClock(), 0.3)
    with pytest.raises(FailedError) as failed:
        await asked(("sh", "-c", "echo last words; sleep 100"), context)
    assert failed.value.error_class == "timeout"
    assert "last words" in failed.value.detail
    for script, why in (("sleep 100", "timeout"), ("kill -9 $$", "signal")):
        with pytest.raises(UnknownError) as unknown:
            await told(("sh", "-c", script), context)
        assert unknown.value.error_class == why
    with pytest.raises(FailedError) as failed:
        await told(("/nowhere/tool",), context)
    assert failed.value.error_class == "not_found"


def test_output_is_cut_at_lines_and_any_bytes_are_text():
    assert text_of(b"x" * 100 + b"\nwhole line\n", 20) == "whole line"
    assert text_of(b"\xff\x00ok") == "\ufffd\x00ok"
    assert last_lines(b"1\n2\n3\n", 2) == "2\n3"
    assert last_lines(b"", 2) == ""

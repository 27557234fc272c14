"""Calls that may hang."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from checks.blocking import in_thread
from checks.clock import SystemClock
from checks.errors import MeasureError
from checks.keep import Keep
from checks.kind import ProbeContext
from checks.masking import Masker
from checks.vault import Vault


@pytest.fixture
def context():
    with ThreadPoolExecutor(1) as threads:
        yield ProbeContext("check", 5.0, SystemClock(), Vault({}, Masker()), Keep(), {}, threads)


async def test_an_answer_comes_back_and_leaves_nothing_behind(context):
    assert await in_thread(context, "call", 5, lambda: 42) == 42
    assert not context.memory


async def test_a_call_that_hangs_is_given_up_and_not_made_again_until_it_is_over(context):
    gate, made = threading.Event(), []

    def call():
        made.append(1)
        gate.wait(20)
        return "late"

    try:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await in_thread(context, "call", 0.05, call)
        assert len(made) == 1
    finally:
        gate.set()
    context.memory["call"].result(5)
    assert await in_thread(context, "call", 5, call) == "late"


async def test_a_pool_without_a_free_thread_is_our_fault_and_not_that_of_the_target(context):
    gate = threading.Event()
    context.threads.submit(gate.wait, 20)
    try:
        with pytest.raises(MeasureError) as caught:
            await in_thread(context, "call", 0.05, lambda: 42)
    finally:
        gate.set()
    assert caught.value.error_class == "busy"
    assert await in_thread(context, "call", 5, lambda: 42) == 42


async def test_what_the_call_raises_is_raised(context):
    def call():
        raise FileNotFoundError(2, "No such file")

    with pytest.raises(FileNotFoundError):
        await in_thread(context, "call", 5, call)

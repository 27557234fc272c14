"""A question in the middle of a session: the link lives on while somebody thinks."""

from __future__ import annotations

import asyncio
import io
import os
import sys

import pytest

from agent.prompting import confirmed
from agent.typed import DEAD
from agent.voice import Voice
from checks.clock import SystemClock


@pytest.mark.parametrize(("typed", "said"), [("y\n", True), ("yes\n", True), ("\n", False), ("\x04", False)])
async def test_the_link_lives_on_while_somebody_thinks(monkeypatch, typed: str, said: bool):
    ours, theirs = os.openpty()
    out = io.StringIO()
    alive = 0

    async def think() -> None:
        nonlocal alive
        while not out.getvalue():
            await asyncio.sleep(0)
        for _ in range(12):
            await asyncio.sleep(DEAD / 10)
            alive += 1
        os.write(ours, typed.encode())

    with os.fdopen(theirs) as terminal, monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", terminal)
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            tasks.create_task(think())
            assert await confirmed(Voice(out), SystemClock(), "Send it by hook?") is said
    os.close(ours)
    assert alive == 12
    assert out.getvalue().startswith("Send it by hook? [y/N]: ")

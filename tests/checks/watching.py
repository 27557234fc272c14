"""Gives tests a watcher: it probes again and again with one memory, as an engine does."""

from __future__ import annotations

import asyncio

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kind import Check
from checks.model import Result
from checks.runner import Runner, open_runner


def value(result: Result, name: str, **labels: str) -> float | None:
    """Return the first reading of that name with those labels; None when it is absent."""
    for reading in result.observation.readings:
        if reading.name == name and set(labels.items()) <= set(reading.labels):
            return reading.value
    return None


class Watcher:
    """Probes as an engine does, check after check with the same memory."""

    def __init__(self, runner: Runner):
        self.runner = runner
        self.memory: dict = {}

    async def probe(self, check: Check, timeout: float = 5.0) -> Result:
        definition = Definition("check", "kind", check, timeout=timeout)
        return await self.runner.run(definition, memory=self.memory)

    async def until(self, check: Check, condition, seconds: float = 20.0) -> Result:
        """Probe again and again until the condition holds of the result."""
        async with asyncio.timeout(seconds):
            while not condition(result := await self.probe(check)):
                await asyncio.sleep(0.1)
        return result


@pytest.fixture
async def watcher():
    """A watcher with a real runner."""
    async with open_runner({}, SystemClock()) as runner:
        yield Watcher(runner)

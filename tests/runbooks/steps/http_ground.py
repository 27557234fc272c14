"""What the tests of the step kind http share: a step at a port of loopback, acted out."""

from __future__ import annotations

import time

from checks.clock import SystemClock
from runbooks.model import StepPlan
from runbooks.outcome import Applied, Ending, StepError
from runbooks.step import options_of
from runbooks.steps.http import HttpStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context

KEY = "0123456789abcdef0123456789abcdef"


def post(port, path="/", scheme="http", **options):
    """Return a step that posts to this port."""
    given = {"method": "POST", "url": Template(f"{scheme}://127.0.0.1:{port}{path}")} | options
    return HttpStep(**given)


def get(port, path="/", **options):
    return post(port, path, method="GET", **options)


def secret(text):
    return SecretTemplate(text)


def context_of(step, folder, *, changes=None, timeout=5.0, **more):
    folder.mkdir(exist_ok=True)
    changes = step.changes if changes is None else changes
    plan = StepPlan("step", "http", options=options_of(step), changes=changes, timeout=timeout)
    return step_context(step, folder, plan=plan, clock=SystemClock(), key=KEY, **more)


async def act(step, folder, **more):
    """Run a step and return its outcome, whichever way it comes."""
    try:
        return await step.act(context_of(step, folder, **more))
    except StepError as error:
        return error.outcome


def known(outcome):
    return outcome.ending, outcome.applied, outcome.error_class


async def not_sent(step, folder, error_class, timeout=1.0):
    began = time.monotonic()
    outcome = await act(step, folder, timeout=timeout)
    assert time.monotonic() - began < timeout + 0.5
    assert known(outcome) == (Ending.FAILED, Applied.NONE, error_class), outcome.summary
    assert "nothing was sent" in outcome.summary


async def unknown(step, folder, error_class, timeout=1.0):
    """The step changes something, and nobody knows; the same as one that reads has failed."""
    began = time.monotonic()
    outcome = await act(step, folder, timeout=timeout)
    assert time.monotonic() - began < timeout + 0.5
    assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, error_class), outcome.summary
    assert "is not known" in outcome.summary and "retry_safe" not in outcome.facts
    outcome = await act(step, folder, timeout=timeout, changes=False)
    assert known(outcome) == (Ending.FAILED, Applied.NONE, error_class)

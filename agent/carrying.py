"""Owns the handing of a message to a carrier: a child that is given an order, and not for ever to answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping

import msgspec

from checks.alerts.alert import Letter, Route
from checks.secrets import SecretSource
from checks.surroundings import inherited
from runbooks.carrier import STARTING, Answer, Order

WITHIN = 15.0
"""Seconds that a delivery may take; messages are carried one after another."""


async def carry(route: Route, letter: Letter, sources: Mapping[str, SecretSource]) -> str:
    """Hand the message over by the route; return why it was not taken, empty when it was.

    When cancelled, the carrier is ended; whether it had handed the message over, nobody knows then.
    """
    secrets = {name: sources[name] for name in route.url.names if name in sources}
    order = Order(route.url.template, letter.subject, letter.body, WITHIN, secrets)
    try:
        async with asyncio.timeout(STARTING + WITHIN):
            return await _answered(msgspec.json.encode(order))
    except TimeoutError:
        return f"no answer within {STARTING + WITHIN:g} s"
    except OSError as error:
        return f"its carrier could not be started: {error.strerror}"


async def _answered(order: bytes) -> str:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "runbooks.carrier",
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=inherited(),
        start_new_session=True,
    )
    try:
        out, _ = await child.communicate(order)
    finally:
        await _end(child)
    try:
        return msgspec.json.decode(out, type=Answer).reason
    except msgspec.DecodeError:
        return f"its carrier ended with {child.returncode} and without an answer"


async def _end(child: Process) -> None:
    """End the child's family, and take its exit code."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()

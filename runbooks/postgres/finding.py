"""Owns finding out what became of an attempt whose session is no longer ours. It only looks.

The order of the looks matters. A session that still runs may commit at any moment, so only once it is gone
does a missing marker prove that nothing was applied.
"""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass

from checks.clock import Clock
from checks.errors import ProbeError
from runbooks.outcome import FailedError
from runbooks.postgres.failures import LostError, failed
from runbooks.postgres.marker import MarkerTable
from runbooks.postgres.session import StepLogin, StepSession, open_session

PATIENCE = 10.0
"""Seconds: a server notices within five that its client is gone, and a restarted one is soon back."""
LOOK_EVERY = 0.25

RUNNING = """
SELECT pid, coalesce(state, ''), to_char(coalesce(query_start, backend_start), 'YYYY-MM-DD HH24:MI:SS TZ')
FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid() ORDER BY backend_start LIMIT 1
"""


class Fate(enum.StrEnum):
    """What became of an attempt."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    GONE = "gone"
    """Its session is gone; whether it was applied, no marker tells."""
    RUNNING = "running"
    UNTOLD = "untold"
    """It could not be looked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out."""

    fate: Fate
    words: str
    """For the operator."""


async def find_out(
    login: StepLogin, name: str, key: str, markers: MarkerTable | None, patience: float, clock: Clock
) -> Finding:
    """Return what became of the attempt whose session is called `name`; wait so many seconds for its end."""
    deadline = clock.monotonic() + patience
    while True:
        finding = await look_once(login, name, key, markers, max(1.0, deadline - clock.monotonic()), clock)
        unsettled = finding.fate in (Fate.RUNNING, Fate.UNTOLD)
        if not unsettled or clock.monotonic() >= deadline:
            return finding
        await clock.sleep(LOOK_EVERY)


async def look_once(
    login: StepLogin, name: str, key: str, markers: MarkerTable | None, seconds: float, clock: Clock
) -> Finding:
    """Return what can be said now of the attempt whose session is called `name`, in so many seconds."""
    try:
        session = await open_session(login, seconds, clock)
    except ProbeError as error:
        return Finding(Fate.UNTOLD, error.summary)
    try:
        async with asyncio.timeout(seconds):
            with failed("when it was looked for"):
                return await _ask(session, name, key, markers)
    except TimeoutError:
        return Finding(Fate.UNTOLD, f"{login.where}: no answer within {seconds:.3g} s")
    except (FailedError, LostError) as error:
        return Finding(Fate.UNTOLD, error.summary)
    finally:
        await session.close()


async def _ask(session: StepSession, name: str, key: str, markers: MarkerTable | None) -> Finding:
    ((recovering,),) = (await session.run("SELECT pg_is_in_recovery()")).rows
    if recovering == "t":
        return Finding(Fate.UNTOLD, "the server is a standby now, which may lack what its primary had")
    if running := (await session.run(RUNNING, (name,))).rows:
        pid, state, since = running[0]
        doing = "still running" if state == "active" else f"still there, {state or 'in a state unknown'}"
        return Finding(Fate.RUNNING, f"its session is {doing}: pid {pid}, since {since}")
    if markers is None:
        return Finding(Fate.GONE, "its session is gone, and it leaves no marker")
    if at := await markers.find(session, key):
        return Finding(Fate.APPLIED, f"its marker is there, of {at}")
    return Finding(Fate.NOT_APPLIED, "its session is gone and its marker is not there")

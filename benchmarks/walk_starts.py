"""Compares how soon a program runs after its step was confirmed with a bare spawn of the same program.

Three ways take turns with the bare spawn in each round: the walker with a supervisor that stands by, the
walker without, and an agent that is told over the link of a console. Between confirm and exec lie two commits
with synchronous=FULL, a folder made and synced, and the supervisor's record, synced as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from pathlib import Path

from benchmarks.rounds import Row, Target, percentile
from benchmarks.walk_stand import (
    Here,
    Place,
    There,
    has_ended,
    is_shown,
    linked,
    own_state,
    plan_of,
    write_system,
)
from checks import paths

ROUNDS = 100
LOOKED_AT = 0.25
"""Seconds for which the operator looks at what is shown."""
BARE = "posix_spawn"
SAYS_WHEN = ("/bin/date", "+%s%N")
"""A program that says when it ran."""
MOST = 20.0
"""Milliseconds above the bare spawn."""


def rows() -> list[Row]:
    """Return the comparison of each way."""
    with own_state() as folder:
        seen = asyncio.run(_measured(folder))
    bare = seen.pop(BARE)
    compared = []
    for way, starts in seen.items():
        above = [mine - theirs for mine, theirs in zip(starts, bare, strict=True)]
        compared += [
            Row(f"{way}: p50", percentile(starts, 0.5), "ms", BARE, percentile(bare, 0.5)),
            Row(f"{way}: p95", percentile(starts, 0.95), "ms", BARE, percentile(bare, 0.95)),
            Row(f"{way}: above the spawn, p50", percentile(above, 0.5), "ms"),
            Row(
                f"{way}: above the spawn, p95",
                percentile(above, 0.95),
                "ms",
                target=Target("<=", MOST, "ours") if "no supervisor" not in way else None,
            ),
        ]
    return compared


async def _measured(folder: Path) -> dict[str, list[float]]:
    """Return the milliseconds of each round, by the way."""
    plan = plan_of(ROUNDS, *SAYS_WHEN)
    source = write_system(folder, ROUNDS, "[/bin/date, '+%s%N']")
    async with contextlib.AsyncExitStack() as stack:
        warm = await stack.enter_async_context(Here(folder / "warm", plan).walking())
        cold = await stack.enter_async_context(Here(folder / "cold", plan, cold=True).walking())
        link = await stack.enter_async_context(linked(source))
        agent = There(link, paths.evidence_folder(source))
        await agent.begin("walk")
        ways: dict[str, Place] = {
            "walker, a supervisor stands by": warm,
            "walker, no supervisor stands by": cold,
            "console's link to an agent": agent,
        }
        seen: dict[str, list[float]] = {name: [] for name in (BARE, *ways)}
        for number in range(ROUNDS):
            seen[BARE].append(_spawned(folder / "bare"))
            for name, place in ways.items():
                seen[name].append(await _started(place, f"s{number}"))
    return seen


async def _started(place: Place, step: str) -> float:
    """Confirm the step as soon as it was looked at; return the milliseconds until its program ran."""
    walk = await place.until(is_shown(step))
    await asyncio.sleep(LOOKED_AT)
    began = time.time_ns()
    await place.confirm(walk.state(step))
    walk = await place.until(has_ended(step))
    return (int((place.left(walk.state(step)) / "out").read_text()) - began) / 1e6


def _spawned(out: Path) -> float:
    """Spawn the program and nothing else; return the milliseconds until it ran."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, str(out), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    began = time.time_ns()
    pid = os.posix_spawn(SAYS_WHEN[0], SAYS_WHEN, {}, file_actions=actions)
    os.waitpid(pid, 0)
    return (int(out.read_text()) - began) / 1e6

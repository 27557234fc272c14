"""Owns what a Docker Engine says of its containers, and one container at one moment.

A list is asked for at every look. The rest that is known of a container is asked for again only when its
status text has changed, such as `Up 2 hours (healthy)`; so it is as fresh as that text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from checks.clock import Clock
from checks.containers.control_groups import read_counters
from checks.containers.docker_engine import Engine, GoneError
from checks.containers.stats import Counters, Stats

_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
MOST_AT_ONCE = 64
"""Threads that ask for statistics: older engines take a second for each container, whoever asks."""
PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
ONE_OFF = "com.docker.compose.oneoff"
"""Labels that both versions of Compose set; `docker compose run` makes a container that is one-off."""


class Listed(msgspec.Struct, rename="pascal", frozen=True):
    """One container as the list has it."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{12,64}$")]
    """Goes into paths that the engine is asked for, so it must be what it should be."""
    state: str
    status: str = ""
    """State in words, with its age and its health."""
    image: str = ""
    names: list[str] | None = None
    labels: dict[str, str] | None = None

    @property
    def name(self) -> str:
        """Return the container's own name, not those by which links know it."""
        own = [name.removeprefix("/") for name in self.names or () if "/" not in name.removeprefix("/")]
        return own[0] if own else self.id[:12]

    @property
    def health(self) -> str:
        """Return `healthy`, `unhealthy` or `starting`; empty without a health check."""
        match = _HEALTH.search(self.status) if self.state == "running" else None
        return match[1] if match else ""


class _HealthLog(msgspec.Struct, rename="pascal"):
    output: str = ""


class _Health(msgspec.Struct, rename="pascal"):
    log: list[_HealthLog] | None = None


class _State(msgspec.Struct, rename="pascal"):
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    started_at: str = ""
    oom_killed: bool = msgspec.field(default=False, name="OOMKilled")
    health: _Health | None = None


class _HostConfig(msgspec.Struct, rename="pascal"):
    network_mode: str = ""


class Inspected(msgspec.Struct, rename="pascal"):
    """What only the inspection of one container says."""

    state: _State = msgspec.field(default_factory=_State)
    restart_count: int = 0
    host_config: _HostConfig = msgspec.field(default_factory=_HostConfig)

    @property
    def health_output(self) -> str:
        """Return what the last health check said."""
        log = self.state.health.log if self.state.health else None
        return log[-1].output.strip() if log else ""


@dataclass(frozen=True, slots=True)
class Sight:
    """One container at one moment; what could not be learnt in time is None."""

    listed: Listed
    inspected: Inspected | None = None
    counters: Counters | None = None


@dataclass(slots=True)
class Known:
    """What earlier looks learnt, by container: the status text then, and the inspection."""

    inspections: dict[str, tuple[str, Inspected | None]] = field(default_factory=dict)


def look(
    engine: Engine, wanted: Callable[[Listed], bool], known: Known, clock: Clock, timeout: float
) -> tuple[Sight, ...]:
    """Return every container that is wanted. Blocks."""
    listed = [one for one in engine.get("/containers/json", list[Listed], timeout, all="1") if wanted(one)]
    known.inspections = {one.id: _inspected(engine, one, known, timeout) for one in listed}
    inspections = {name: inspection for name, (_, inspection) in known.inspections.items()}
    counters = _counters(engine, listed, inspections, clock, timeout)
    return tuple(Sight(one, inspections[one.id], counters.get(one.id)) for one in listed)


def _inspected(engine: Engine, one: Listed, known: Known, timeout: float) -> tuple[str, Inspected | None]:
    status, inspection = known.inspections.get(one.id, ("", None))
    if inspection is not None and status == one.status:
        return status, inspection
    try:
        return one.status, engine.get(f"/containers/{one.id}/json", Inspected, timeout)
    except GoneError:
        return one.status, None


def _counters(
    engine: Engine,
    listed: list[Listed],
    inspections: Mapping[str, Inspected | None],
    clock: Clock,
    timeout: float,
) -> dict[str, Counters]:
    """Return the counters of those that run: from files where they can be read, else all at once."""
    found: dict[str, Counters] = {}
    unread = []
    for one in listed:
        inspection = inspections[one.id]
        if one.state != "running" or inspection is None:
            continue
        counters = None
        if engine.is_local:
            own_network = inspection.host_config.network_mode != "host"
            counters = read_counters(inspection.state.pid, one.id, own_network, clock.monotonic())
        if counters is None:
            unread.append(one.id)
        else:
            found[one.id] = counters
    if unread:
        with ThreadPoolExecutor(min(len(unread), MOST_AT_ONCE), "docker-stats") as threads:
            asked = threads.map(lambda name: (name, _asked(engine, name, clock, timeout)), unread)
            found |= {name: counters for name, counters in asked if counters is not None}
    return found


def _asked(engine: Engine, name: str, clock: Clock, timeout: float) -> Counters | None:
    query = {"stream": "0", "one-shot": "1"}
    try:
        stats = engine.get(f"/containers/{name}/stats", Stats, timeout, **query)
    except GoneError:
        return None
    return stats.counters(clock.monotonic(), os.cpu_count() or 1)

"""Owns what a Docker Engine's inspection of containers says of a service: of one container or several.

Pure; who asks the engine is for drivers to say. A container that the engine starts again and again is failed,
not running, though it runs at the moment of the look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from runbooks.driver import Running, ServiceStatus
from runbooks.services.doing import BETWEEN

ON_PURPOSE = (0, 130, 137, 143)
"""Exit codes of a container that has done its work or was told to stop: INT, KILL and TERM."""
SHORT_RUN = 10.0
"""Seconds after which an engine takes a run for a good one, too."""
TOO_OFTEN = 3
"""Restarts by the engine in a row that make a service one that does not run."""
VERSION = "org.opencontainers.image.version"
"""The label by which images say their version."""
PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
ONE_OFF = "com.docker.compose.oneoff"
"""Labels that both versions of Compose set."""
DETAIL = 300
"""Characters of what is told of one container."""


class _Health(msgspec.Struct, rename="pascal", frozen=True):
    status: str = ""


class _State(msgspec.Struct, rename="pascal", frozen=True):
    status: str = ""
    exit_code: int = 0
    error: str = ""
    started_at: str = ""
    oom_killed: bool = msgspec.field(default=False, name="OOMKilled")
    health: _Health | None = None


class _Config(msgspec.Struct, rename="pascal", frozen=True):
    image: str = ""
    labels: dict[str, str] | None = None


class Inspected(msgspec.Struct, rename="pascal", frozen=True):
    """One container, as its engine shows it to who asks for it."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{12,64}$")]
    name: str = ""
    image: str = ""
    """Id of its image, `sha256:...`."""
    restart_count: int = 0
    """How often the engine has started it by itself since somebody did."""
    state: _State = _State()
    config: _Config = _Config()

    @property
    def is_one_off(self) -> bool:
        """Return whether `docker compose run` made it, beside its service."""
        return (self.config.labels or {}).get(ONE_OFF, "").lower() == "true"

    @property
    def runs(self) -> bool:
        """Return whether its processes exist."""
        return self.state.status in ("running", "paused")

    @property
    def identity(self) -> str:
        """Return which run of which container it is; empty when it does not run."""
        return f"{self.id[:12]}@{self.state.started_at}" if self.runs else ""

    @property
    def version(self) -> str:
        """Return what its image says, or else the tag by which the image was named."""
        said = (self.config.labels or {}).get(VERSION, "")
        tag = self.config.image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        return said or ("" if tag == "latest" or self.config.image.startswith("sha256:") else tag)


def seen(one: Inspected, now: float) -> ServiceStatus:
    """Return how one container is."""
    since = _seconds(one.state.started_at) if one.runs else None
    running, why = _running(one, now - since if since is not None else 0.0)
    words = [one.name.removeprefix("/"), one.state.status, *why]
    detail = " ".join(word for word in words if word)[:DETAIL]
    return ServiceStatus(running, one.identity, since, one.version, one.image, detail)


def together(containers: Sequence[Inspected], now: float) -> ServiceStatus:
    """Return how a service is that consists of these containers."""
    each = [seen(one, now) for one in sorted(containers, key=lambda one: one.name)]
    if len(each) == 1:
        return each[0]
    if not each:
        return ServiceStatus(Running.STOPPED, detail="no container was made for it")
    images = {status.image for status in each}
    started = [status.since for status in each if status.since is not None]
    return ServiceStatus(
        _all(Counter(status.running for status in each)),
        BETWEEN.join(sorted(status.identity for status in each if status.identity)),
        max(started, default=None),
        each[0].version if len(images) == 1 else "",
        each[0].image if len(images) == 1 else "",
        BETWEEN.join(status.detail for status in each)[: 4 * DETAIL],
    )


def _all(counts: Counter[Running]) -> Running:
    """Return what several together are: alike, or some still starting, or else failed."""
    if len(counts) == 1:
        return next(iter(counts))
    return Running.STARTING if set(counts) == {Running.RUNNING, Running.STARTING} else Running.FAILED


def _running(one: Inspected, age: float) -> tuple[Running, list[str]]:
    """Return the state, and in words what makes it so."""
    state, restarts = one.state, f"restarted {one.restart_count} times by itself"
    if state.status == "running":
        health = [f"(health: {state.health.status})"] if state.health and state.health.status else []
        if not one.restart_count or age >= SHORT_RUN:
            return Running.RUNNING, health
        often = one.restart_count >= TOO_OFTEN
        return Running.FAILED if often else Running.STARTING, [*health, restarts]
    if state.status == "restarting":
        return Running.FAILED, [restarts, f"last exit code {state.exit_code}"]
    if state.status in ("exited", "created", "removing"):
        why = [f"exit code {state.exit_code}"] if state.status == "exited" else []
        why += ["out of memory"] if state.oom_killed else []
        why += [state.error] if state.error else []
        crashed = state.exit_code not in ON_PURPOSE or state.oom_killed or bool(state.error)
        return Running.FAILED if crashed else Running.STOPPED, why
    return Running.FAILED, [state.error] if state.error else []


def _seconds(at: str) -> float | None:
    """Return a moment as UTC seconds; None for what is none, or the year 1 of what never was."""
    try:
        seconds = datetime.fromisoformat(at).timestamp()
    except ValueError:
        return None
    return seconds if seconds > 0 else None

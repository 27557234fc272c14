"""Owns the kind `container`: state, health, restarts and use of Docker containers; only ever looks.

Here stand the options, and which containers they mean. How an engine is asked lies in `docker_engine.py`,
what it answers in `containers.py`, what is wrong in `container_verdict.py`, what is told in
`container_report.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, Literal, TypeVar

from checks.blocking import in_thread
from checks.containers import docker_engine
from checks.containers.docker_engine import Engine, Tls
from checks.containers.listing import ONE_OFF, PROJECT, SERVICE, Known, Listed, Sight, look
from checks.containers.report import Troubles, report
from checks.containers.verdict import Trouble, trouble
from checks.errors import MeasureError, TargetError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation
from checks.net.dial import budget
from checks.rates import two_looks

STANDARD = "unix:///var/run/docker.sock"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compose:
    """Containers of one Compose project."""

    project: str
    """Name of the project."""
    service: str = ""
    """Name of the service; empty: all of the project."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What is expected of the containers that were asked for."""

    state: Literal["running", "exited"] = "running"
    """`exited` is for one that does its work and ends, with exit code 0."""
    count: int = 1
    """So many of them at least must be there; 0: none need be."""

    def __post_init__(self) -> None:
        """Refuse less than none."""
        if self.count < 0:
            raise ValueError("count cannot be below 0")


@dataclass(frozen=True, slots=True)
class ContainerCheck:
    """Looks at the containers of a Docker Engine: those asked for, or all."""

    host: str = ""
    """`unix:///path` or `tcp://host:port`; empty: as DOCKER_HOST says, or else the standard socket."""
    tls: Tls | None = None
    """How to speak TLS with a `tcp://` host."""
    name: str = ""
    """Only the container of this name."""
    label: str | tuple[str, ...] = ()
    """Only containers with this label, `key=value` or `key`; all of them when there are several."""
    compose: Compose | None = None
    """Only containers of this Compose project, or of one of its services."""
    expect: Expect = field(default_factory=Expect)
    """What is expected of the containers asked for; of all containers only that they are healthy."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("running", "", "Containers that run."),
        ReadingSpec("stopped", "", "Containers that do not run: created, exited, paused, dead."),
        ReadingSpec("unhealthy", "", "Containers whose health check fails."),
        ReadingSpec("restarting", "", "Containers that the engine starts again and again."),
        ReadingSpec("total", "", "Containers, whatever their state."),
        ReadingSpec("cpu", "%", "Processor time used; 100 % is one processor.", ("container",)),
        ReadingSpec("memory", "B", "Memory used, without idle file pages.", ("container",)),
        ReadingSpec("memory_used", "%", "Memory used, of its limit or the machine's.", ("container",)),
        ReadingSpec("restarts", "", "Times that the engine has restarted it.", ("container",)),
        ReadingSpec("received", "B/s", "Received over its network.", ("container",)),
        ReadingSpec("sent", "B/s", "Sent over its network.", ("container",)),
        ReadingSpec("block_read", "B/s", "Read from block devices.", ("container",)),
        ReadingSpec("block_write", "B/s", "Written to block devices.", ("container",)),
    )
    EXAMPLE: ClassVar[str] = """\
kind: container
compose: {project: shop, service: api}
expect: {count: 2}
warn: [memory_used > 80 %, restarts > 3]
"""

    def __post_init__(self) -> None:
        """Refuse what cannot be reached, or would be misread."""
        if self.host and not self.host.startswith(("unix:///", "tcp://")):
            raise ValueError("host must be unix:///path or tcp://host:port")
        if self.tls and not self.host.startswith("tcp://"):
            raise ValueError("tls is for a host that begins with tcp://")
        if self.expect != Expect() and not self._selects:
            raise ValueError("expect needs name, label or compose: of all containers nothing is expected")

    @property
    def _selects(self) -> bool:
        return bool(self.name or self.label or self.compose)

    async def probe(self, context: ProbeContext) -> Observation:
        """Look at them, and once more when there is no earlier look to compare with."""
        host = self.host or os.environ.get("DOCKER_HOST") or STANDARD
        if not host.startswith(("unix://", "tcp://")):
            raise MeasureError("host", f"DOCKER_HOST is {host}; only unix:// and tcp:// can be looked at")
        until = context.clock.monotonic() + budget(context.timeout)
        known = context.memory.setdefault("known", Known())
        calls = _Calls(context, host, until)

        async def connect() -> Engine:
            return await calls.make(partial(docker_engine.connect, host, self.tls, calls.left))

        key = ("docker", host, self.tls)
        async with context.keep.borrow(key, connect, lambda kept: kept.is_reachable) as engine:

            async def see() -> dict[str, Sight]:
                call = partial(look, engine, self._wants, known, context.clock, calls.left)
                return {sight.listed.id: sight for sight in await calls.make(call)}

            looks = await two_looks(context, "container", see)
        return report(looks.before, looks.after, self._troubles(tuple(looks.after.values())))

    def _wants(self, listed: Listed) -> bool:
        """Return whether a container is one of those asked for."""
        labels = listed.labels or {}
        if self.name and self.name != listed.name:
            return False
        for label in (self.label,) if isinstance(self.label, str) else self.label:
            key, equals, value = label.partition("=")
            if key not in labels or (equals and labels[key] != value):
                return False
        if self.compose is None:
            return True
        if labels.get(PROJECT) != self.compose.project or labels.get(ONE_OFF, "").lower() == "true":
            return False
        return self.compose.service in ("", labels.get(SERVICE))

    def _troubles(self, sights: tuple[Sight, ...]) -> Troubles:
        """Return what is wrong, by name; what was asked for and is not there comes first."""
        expected = self.expect.state if self._selects else ""
        judged = ((sight.listed.name, trouble(sight, expected)) for sight in sights)
        found = sorted(((name, wrong) for name, wrong in judged if wrong), key=lambda one: one[0])
        if len(sights) >= self.expect.count or not self._selects:
            return tuple(found)
        text = f"{len(sights)} of {self.expect.count} there" if sights else "is not there"
        return ((self._asked_for, Trouble(Level.CRIT, "missing", text)), *found)

    @property
    def _asked_for(self) -> str:
        """Return the selection in words."""
        labels = (self.label,) if isinstance(self.label, str) else self.label
        compose = f"{self.compose.project}/{self.compose.service or '*'}" if self.compose else ""
        return " ".join(part for part in (self.name, *labels, compose) if part)


@dataclass(frozen=True, slots=True)
class _Calls:
    """Makes the blocking calls of one probe, all of them before its time is up."""

    context: ProbeContext
    host: str
    until: float

    @property
    def left(self) -> float:
        return max(0.01, self.until - self.context.clock.monotonic())

    async def make(self, call: Callable[[], T]) -> T:
        """Return what the call returns.

        Raises:
            TargetError: `total_timeout`, when the time is up or an earlier call still hangs.
        """
        try:
            return await in_thread(self.context, "docker", self.left, call)
        except TimeoutError as late:
            seconds = budget(self.context.timeout)
            summary = f"the Docker Engine at {self.host} does not answer within {seconds:.3g} s"
            raise TargetError("total_timeout", summary) from late

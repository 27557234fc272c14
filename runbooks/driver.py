"""Owns the contract of a service driver: how a service is started, stopped and inspected.

A driver is one file in `runbooks/drivers/` with one frozen dataclass whose fields are the options of a
service in YAML. It does one action once, waits until it has been carried out, and says what was there
before; whether the service is well is for checks to say. Everything is by exact identity: a unit's
name, a container's id, a pid with its start time; never by a pattern over names. One contract test,
`tests/runbooks/drivers/test_contract.py`, is passed by every driver against the real thing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from checks.clock import Clock


class Running(enum.StrEnum):
    """Whether a service runs."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPED = "stopped"
    FAILED = "failed"
    """It should run and does not: crashed, restarting over and over."""
    ABSENT = "absent"
    """There is no such service, container or unit."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What a driver sees of a service."""

    running: Running
    identity: str = ""
    """What changes with every start: a container's StartedAt, a unit's InvocationID, a pid and start time.
    Empty when nothing runs."""
    since: float | None = None
    """When it was started, UTC seconds."""
    version: str = ""
    """As the service, its image or its label says; empty when nothing does."""
    image: str = ""
    """Id of the image that runs, `sha256:...`; empty where there are no images."""
    detail: str = ""
    """One line: the state in the driver's own words."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What an action came to."""

    before: ServiceStatus
    after: ServiceStatus
    facts: dict[str, str] = field(default_factory=dict)
    """What the way back needs, such as `image`: the id of the image that ran before."""
    detail: str = ""
    """What the tool said, several lines."""


@dataclass(frozen=True, slots=True)
class DriverContext:
    """What a driver is given besides its own options."""

    clock: Clock
    timeout: float
    """Seconds for one call, waiting included; handed on to whatever it calls."""
    key: str = ""
    """Idempotency key of the attempt, for what can carry a name or label."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the step that is undone left."""
    hidden: frozenset[str] = frozenset()
    """Environment variables that hold secrets: no program that a driver runs is given them."""


class Driver(Protocol):
    """How one service is looked after. `ACTIONS` says which of the actions it has."""

    ACTIONS: ClassVar[tuple[str, ...]]
    """Of: start, stop, restart, reload, recreate (start anew from the newest image), rollback-image."""
    EXAMPLE: ClassVar[str]
    """A YAML mapping of one service, `driver:` included, that loads as it stands."""

    def available(self) -> tuple[str, ...]:
        """Return the actions of this service: `ACTIONS`, or fewer when its options say so."""
        ...

    def shown(self, action: str) -> tuple[str, ...]:
        """Return what will be done, line by line, exactly: the command, or the call of the API."""
        ...

    async def status(self, context: DriverContext) -> ServiceStatus:
        """Look, and change nothing.

        Raises:
            FailedError: `daemon_down`, `permission`, `timeout`, ...: when it cannot be seen.
        """
        ...

    async def logs(self, lines: int, context: DriverContext) -> str:
        """Return the newest lines of its log, newest last; raw.

        Raises:
            FailedError: when they cannot be had.
        """
        ...

    async def perform(self, action: str, context: DriverContext) -> Deed:
        """Do it once, and return when it has been carried out.

        Raises:
            FailedError: it was refused or failed, with how much was applied.
            UnknownError: it was begun, and its end is not known.
        """
        ...

"""Owns the step kind `service`: telling a service to start, stop, restart and the like, or looking at it.

How it is done is for the service's driver. This kind says what will be done, leaves word of what ran before,
does it once, and can look afterwards whether it was done.
"""

from __future__ import annotations

import os
import pwd
import socket
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from runbooks.action import Action
from runbooks.boot import Moment
from runbooks.driver import Deed, Driver, DriverContext, Running, ServiceStatus
from runbooks.model import ServicePlan
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.registry import find_driver
from runbooks.services import tracing
from runbooks.services.tool import Within
from runbooks.step import ServiceName, StepContext

LOOKS = ("status", "logs", "version")
ON_IMAGES = ("recreate", "rollback-image")
PREPARED_WITHIN = 20.0
"""Seconds that a look may take before anything is done."""
MOST_LINES = 2000
LOST = "what was written in its containers outside of volumes"
DETAIL = 8000
"""Characters of a log that go into an outcome, from its end."""


@runtime_checkable
class Versioned(Protocol):
    """A driver that has to ask for the version."""

    async def version(self, context: DriverContext) -> str:
        """Return the version."""
        ...


@runtime_checkable
class Resolving(Protocol):
    """A driver whose commands name what only a look can tell, such as the image that runs."""

    async def resolved(self, action: str, context: DriverContext) -> tuple[str, ...]:
        """Return what will be done, line by line, as it is now."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceStep:
    """Tells a service what to do, or looks at it."""

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: restart-api
kind: service
service: api
action: restart
undo: {kind: service, service: api, action: rollback-image}
"""

    service: ServiceName
    """The service."""
    action: Literal[
        "start", "stop", "restart", "reload", "recreate", "rollback-image", "status", "logs", "version"
    ]
    """What it is told; `recreate` takes up the newest image, the last three only look."""
    lines: int = 100
    """How many of the newest lines `logs` shows."""
    save: str = ""
    """Name under which later steps find what `status` (such as `running`) or `version` says."""

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if not 1 <= self.lines <= MOST_LINES:
            raise ValueError(f"lines is a number from 1 to {MOST_LINES}")
        if self.save and self.action not in ("status", "version"):
            raise ValueError("save is for the actions status and version")

    def changes(self) -> bool:
        """Return whether it changes something: three of the actions only look."""
        return self.action not in LOOKS

    async def prepare(self, context: StepContext) -> Action:
        """Return exactly what the driver will do, and the image that runs where that matters.

        Raises:
            FailedError: `not_offered`, `absent`, or why the service cannot be seen.
        """
        plan, driver = self._driver(context)
        where = f"{self.service} ({plan.driver}) on {socket.gethostname()}"
        if not self.changes():
            return Action((f"{self.action} of {self.service}",), where, _user())
        if self.action not in driver.available():
            offered = ", ".join(driver.available()) or "nothing"
            raise FailedError(
                "not_offered", f"{self.service} cannot be told to {self.action}; it has {offered}"
            )
        within = Within.of(self._given(context, min(PREPARED_WITHIN, context.plan.timeout)))
        status = await driver.status(within.now)
        if status.running is Running.ABSENT:
            raise FailedError("absent", f"{self.service} is not there: {status.detail}")
        lines = driver.shown(self.action)
        if isinstance(driver, Resolving):
            lines = await driver.resolved(self.action, within.now)
        return Action(
            lines,
            where,
            _user(),
            destroys=(LOST,) if self.action in ON_IMAGES else (),
            done_already=self._already(status),
        )

    async def act(self, context: StepContext) -> Outcome:
        """Do it once, or look.

        Raises:
            FailedError: as the driver says, with the newest of the service's log.
            UnknownError: when nobody can say whether it took effect.
        """
        _, driver = self._driver(context)
        within = Within.of(self._given(context, context.plan.timeout))
        if not self.changes():
            return await self._look(driver, within.now)
        before = await driver.status(within.now)
        try:
            tracing.leave(context.folder, before, Moment.of(context.clock))
        except OSError as error:
            unwritten = f"what runs now cannot be written down, so nothing was done: {error.strerror}"
            raise FailedError("evidence", unwritten) from error
        return self._done(await driver.perform(self.action, within.now))

    async def trace(self, context: StepContext) -> Outcome:
        """Look whether the service is as the action makes it."""
        _, driver = self._driver(context)
        status = await driver.status(self._given(context, PREPARED_WITHIN))
        if not self.changes():
            return succeeded("it only looked", Applied.NONE)
        before, wanted = tracing.left(context.folder), context.forward.get("image", "")
        return tracing.verdict(self.action, before, status, wanted, Moment.of(context.clock))

    async def _look(self, driver: Driver, given: DriverContext) -> Outcome:
        if self.action == "logs":
            log = await driver.logs(self.lines, given)
            seen = f"{len(log.splitlines())} lines of its log"
            return succeeded(seen, Applied.NONE, detail=log[-DETAIL:])
        if self.action == "version":
            if isinstance(driver, Versioned):
                version = await driver.version(given)
            else:
                version = (await driver.status(given)).version
            if not version:
                raise FailedError("no_version", f"nothing says which version of {self.service} runs")
            return self._saved(f"{self.service} is version {version}", version)
        status = await driver.status(given)
        return self._saved(
            f"{self.service} is {status.running}: {status.detail}", status.running, _lines(status)
        )

    def _saved(self, summary: str, value: str, detail: str = "") -> Outcome:
        captured = {self.save: value} if self.save else {}
        return succeeded(summary, Applied.NONE, captured=captured, detail=detail)

    def _done(self, deed: Deed) -> Outcome:
        nothing = self.action in ("start", "stop") and deed.before.identity == deed.after.identity
        nothing = nothing and deed.before.running is deed.after.running
        words = deed.detail if nothing else f"{self.action} done; {deed.after.detail or deed.after.running}"
        applied = Applied.NONE if nothing else Applied.FULL
        return succeeded(f"{self.service}: {words}", applied, facts=deed.facts, detail=deed.detail[-DETAIL:])

    def _already(self, status: ServiceStatus) -> str:
        if self.action == "start" and status.running is Running.RUNNING:
            return f"{self.service} runs"
        if self.action == "stop" and status.running is Running.STOPPED:
            return f"{self.service} does not run"
        return ""

    def _driver(self, context: StepContext) -> tuple[ServicePlan, Driver]:
        plan = context.services.get(self.service)
        if plan is None:
            raise FailedError("unknown_service", f"the plan has no service {self.service}")
        driver: Driver = msgspec.convert(plan.options, find_driver(plan.driver))
        return plan, driver

    def _given(self, context: StepContext, timeout: float) -> DriverContext:
        return DriverContext(context.clock, timeout, context.key, dict(context.forward), context.hidden)


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _lines(status: ServiceStatus) -> str:
    """Return all that is known of the service, line by line."""
    known = {
        "state": status.running,
        "run": status.identity,
        "version": status.version,
        "image": status.image,
        "detail": status.detail,
    }
    return "\n".join(f"{name}: {value}" for name, value in known.items() if value)

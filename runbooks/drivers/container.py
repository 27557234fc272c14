"""Owns the driver `container`: one Docker container, by its exact name or id, through the engine's API.

`recreate` and `rollback-image` are not offered: how a container was made is known to whoever made it, and an
engine can only start the one that is there. What Compose made is for the driver `compose`. Access to an
engine equals root.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import msgspec
from docker import APIClient
from docker.errors import APIError, DockerException
from docker.tls import TLSConfig
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import HTTPError

from checks.containers import docker_engine
from checks.containers.docker_engine import GoneError, Tls
from checks.errors import ProbeError
from checks.options import Seconds
from runbooks.driver import Deed, DriverContext, Running, ServiceStatus
from runbooks.outcome import FailedError, UnknownError
from runbooks.services.containers import Inspected, seen
from runbooks.services.doing import carried_out
from runbooks.services.tool import Within, last_lines

STANDARD = "unix:///var/run/docker.sock"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
SHORTEST_ID = 12
"""Characters of an id that name a container; what is shorter is a name."""
_CLASSES = {"total_timeout": "timeout", "connect_timeout": "timeout"}

T = TypeVar("T")


class _Version(msgspec.Struct, rename={"api": "ApiVersion"}):
    api: str


@dataclass(frozen=True, slots=True)
class _Found:
    """The container as it is now, and the version of the API that its engine speaks."""

    one: Inspected
    version: str


@dataclass(frozen=True, slots=True)
class ContainerDriver:
    """Looks after one container."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("start", "stop", "restart", "reload")
    EXAMPLE: ClassVar[str] = """\
driver: container
name: shop-cache
"""

    name: str
    """Name of the container, or at least 12 characters of its id."""
    host: str = ""
    """`unix:///path` or `tcp://host:port`; empty: as DOCKER_HOST says, or else the standard socket."""
    tls: Tls | None = None
    """How to speak TLS with a `tcp://` host."""
    grace: Seconds = 10.0
    """How long it may take to end before it is killed; whole seconds."""
    settle: Seconds = 1.0
    """How long it must have run before it counts as started."""

    def __post_init__(self) -> None:
        """Refuse what is no container, or cannot be reached."""
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name is the name or the id of one container, not {self.name!r}")
        if self.host and not self.host.startswith(("unix:///", "tcp://")):
            raise ValueError("host must be unix:///path or tcp://host:port")
        if self.tls and not self.host.startswith("tcp://"):
            raise ValueError("tls is for a host that begins with tcp://")

    def available(self) -> tuple[str, ...]:
        """Return all that it can be told."""
        return self.ACTIONS

    def shown(self, action: str) -> tuple[str, ...]:
        """Return the call of the engine's API; the id is that of the container of this name."""
        query = {
            "stop": f"?t={self.grace:.0f}",
            "restart": f"?t={self.grace:.0f}",
            "reload": "?signal=SIGHUP",
        }
        verb = "kill" if action == "reload" else action
        return (f"POST {self._host} /containers/{self.name}/{verb}{query.get(action, '')}",)

    async def status(self, context: DriverContext) -> ServiceStatus:
        """Ask the engine for the container.

        Raises:
            FailedError: `daemon_down`, `permission`, `timeout`, `connection_lost`, ...
        """
        found = await self._look(context)
        if found is None:
            return ServiceStatus(Running.ABSENT, detail=f"no container is called {self.name}")
        return seen(found.one, context.clock.now())

    async def logs(self, lines: int, context: DriverContext) -> str:
        """Return the newest lines that it wrote, both streams.

        Raises:
            FailedError: when they cannot be had.
        """
        within = Within.of(context)
        found = await self._demand(within.now)

        def call(client: APIClient) -> bytes:
            said: bytes = client.logs(found.one.id, tail=lines, follow=False)
            return said

        try:
            return last_lines(await self._call(found, call, within.now, 0), lines)
        except UnknownError as error:  # nothing was changed, so nothing is unknown
            raise FailedError(error.error_class, f"its log cannot be had: {error.summary}") from error

    async def perform(self, action: str, context: DriverContext) -> Deed:
        """Tell the engine, and return when the container is as it should be.

        Raises:
            FailedError: `refused`, as `status`, as all drivers; the newest of its log is in the detail.
            UnknownError: when the engine did not answer to the end.
        """

        async def do(context: DriverContext, before: ServiceStatus, facts: dict[str, str]) -> str:
            within = Within.of(context)
            found = await self._demand(within.now)
            one, grace = found.one, int(self.grace)
            calls: dict[str, Callable[[APIClient], None]] = {
                "start": lambda client: client.start(one.id),
                "stop": lambda client: client.stop(one.id, timeout=grace),
                "restart": lambda client: client.restart(one.id, timeout=grace),
                "reload": lambda client: client.kill(one.id, "SIGHUP"),
            }
            await self._call(found, calls[action], within.now, grace)
            return f"container {one.id[:12]}: {action} was carried out by the engine"

        return await carried_out(self, action, context, do, self.settle)

    async def _demand(self, context: DriverContext) -> _Found:
        found = await self._look(context)
        if found is None:
            raise FailedError("absent", f"no container is called {self.name}")
        return found

    async def _look(self, context: DriverContext) -> _Found | None:
        """Return the container; None when there is none of exactly this name or id."""
        try:
            async with asyncio.timeout(context.timeout):
                engine = await asyncio.to_thread(docker_engine.connect, self._host, self.tls, context.timeout)
                try:
                    version = await asyncio.to_thread(engine.get, "/version", _Version, context.timeout)
                    path = f"/containers/{self.name}/json"
                    one = await asyncio.to_thread(engine.get, path, Inspected, context.timeout)
                finally:
                    await engine.close()
        except GoneError:
            return None
        except ProbeError as error:
            raise self._unseen(error) from error
        except TimeoutError:
            slow = f"the Docker Engine at {self._host} does not answer within {context.timeout:.3g} s"
            raise FailedError("timeout", slow) from None
        exact = one.name == f"/{self.name}" or (
            len(self.name) >= SHORTEST_ID and one.id.startswith(self.name)
        )
        return _Found(one, version.api) if exact else None

    async def _call(
        self, found: _Found, call: Callable[[APIClient], T], context: DriverContext, grace: int
    ) -> T:
        """Return what the call of the API returns; it may take `grace` seconds on top of an answer's time.

        Raises:
            FailedError: when the engine refused it.
            UnknownError: when it was asked and did not answer.
        """

        def made() -> T:
            client = APIClient(
                self._host, found.version, timeout=max(1, int(context.timeout) - grace), tls=self._secured()
            )
            client.trust_env = False
            try:
                return call(client)
            finally:
                client.close()

        lost = f"the Docker Engine at {self._host} did not answer to the end; nobody knows how far it got"
        try:
            async with asyncio.timeout(context.timeout):
                return await asyncio.to_thread(made)
        except APIError as error:
            said = str(error.explanation or error)[:500]
            raise FailedError("refused", f"the engine refuses: {said}") from error
        except DockerException as error:
            raise FailedError("host", f"{self._host}: {error}") from error
        except (TimeoutError, Timeout) as error:
            raise UnknownError("timeout", lost) from error
        except (RequestException, HTTPError, OSError) as error:
            raise UnknownError("connection_lost", lost) from error

    def _secured(self) -> TLSConfig | bool:
        if self.tls is None:
            return False
        pair = (self.tls.certificate, self.tls.key) if self.tls.certificate else None
        return TLSConfig(client_cert=pair, ca_cert=self.tls.ca_file or None, verify=True)

    def _unseen(self, error: ProbeError) -> FailedError:
        if error.error_class == "permission":
            fix = "add this account to the group that owns the socket (that equals root)"
            return FailedError("permission", f"no permission to use {self._host}: {fix}")
        return FailedError(_CLASSES.get(error.error_class, error.error_class), error.summary)

    @property
    def _host(self) -> str:
        return self.host or os.environ.get("DOCKER_HOST") or STANDARD

"""Owns the driver `compose`: one service of a Docker Compose project, by either version of Compose.

What runs is asked of the engine, container by container; what is to run is Compose's own to say, by its
files. Only ever this one service is touched, never what it depends on, and nothing is built or pulled on the
way: that is for steps of its own, before. Compose forgets how many containers were asked for by hand, so
`replicas` must say so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import msgspec

from checks.options import Seconds
from runbooks.driver import Deed, DriverContext, Running, ServiceStatus
from runbooks.outcome import Applied, FailedError
from runbooks.services import compose_tool, images
from runbooks.services.containers import PROJECT, SERVICE, Inspected, together
from runbooks.services.doing import carried_out
from runbooks.services.tool import Said, Within, asked, last_lines, told, written

NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]*")
_UP = ("up", "-d", "--no-deps", "--no-build")
_ARGUMENTS = {
    "start": (*_UP, "--no-recreate"),
    "stop": ("stop",),
    "restart": ("restart",),
    "reload": ("kill", "-s", "HUP"),
    "recreate": (*_UP, "--force-recreate"),
    "rollback-image": (*_UP, "--force-recreate"),
}
_NEVER_PULL = ("--pull", "never")
"""Version 2 only: a file that says `pull_policy: always` would bring the newer image back at once."""


@dataclass(frozen=True, slots=True)
class ComposeDriver:
    """Looks after one service of a Compose project."""

    ACTIONS: ClassVar[tuple[str, ...]] = tuple(_ARGUMENTS)
    EXAMPLE: ClassVar[str] = """\
driver: compose
file: /srv/shop/docker-compose.yml
project: shop
service: api
"""

    service: str
    """Name of the service in the files."""
    file: str | tuple[str, ...]
    """The Compose file, or several that are merged in this order."""
    project: str = ""
    """Name of the project; empty: as Compose works it out, from the files' folder as a rule."""
    env_file: str = ""
    """File of variables for the Compose files; empty: `.env` in their folder."""
    folder: str = ""
    """Folder that paths in the files begin from; empty: that of the first file."""
    replicas: int = 0
    """How many containers it has; 0: one. Needed when there are several: Compose does not remember."""
    host: str = ""
    """`unix:///path` or `tcp://host:port` of the engine; empty: as DOCKER_HOST or Docker's context says."""
    tool: Literal["", "docker compose", "docker-compose"] = ""
    """Which Compose; empty: `docker compose` where that is installed, else `docker-compose`."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables for Compose, such as those that its files name; none of them secret."""
    settle: Seconds = 1.0
    """How long it must have run before it counts as started."""

    def __post_init__(self) -> None:
        """Refuse what would be read as an option, or means nothing."""
        for name, value in (("service", self.service), ("project", self.project or self.service)):
            if not NAME.fullmatch(value):
                raise ValueError(f"{name} is a name of letters, digits, dots, _ and -, not {value!r}")
        if not self.file or any(not file.startswith("/") for file in self._files):
            raise ValueError("file is a path that begins with /, or a list of them")
        if self.replicas < 0:
            raise ValueError("replicas cannot be below 0")
        if self.host and not self.host.startswith(("unix:///", "tcp://")):
            raise ValueError("host must be unix:///path or tcp://host:port")

    def available(self) -> tuple[str, ...]:
        """Return all that it can be told."""
        return self.ACTIONS

    def shown(self, action: str) -> tuple[str, ...]:
        """Return the commands; what only a look can tell stands there in capitals, as `resolved` says."""
        return (*map(written, images.commands(action)), written(self._argv(action)))

    async def resolved(self, action: str, context: DriverContext) -> tuple[str, ...]:
        """Return the commands with the images that they mean now; only the key of the attempt is missing.

        Raises:
            FailedError: as `status`.
        """
        if action not in images.ACTIONS:
            return self.shown(action)
        containers = await self._containers(context) or ()
        runs, before = together(containers, context.clock.now()).image, context.facts.get("image", "")
        named = images.name_of(containers, context.facts)
        tagging = images.commands(action, runs, before or images.BEFORE, named or images.NAMED)
        return (*map(written, tagging), written(self._argv(action)))

    async def status(self, context: DriverContext) -> ServiceStatus:
        """Ask Compose which containers there are, and the engine how they are.

        Raises:
            FailedError: `not_configured`, `daemon_down`, `permission`, `timeout`, ...
        """
        containers = await self._containers(context)
        if containers is None:
            return ServiceStatus(Running.ABSENT, detail=f"{self._files[-1]} has no {self.service}")
        return together(containers, context.clock.now())

    async def logs(self, lines: int, context: DriverContext) -> str:
        """Return the newest lines of each of its containers.

        Raises:
            FailedError: when they cannot be had.
        """
        argv = (*self._compose, "logs", "--no-color", "--tail", str(lines), self.service)
        said = await self._asked(argv, context)
        if said.status:
            raise compose_tool.refusal(said, looked=True)
        kept = b"\n".join(line for line in said.out.splitlines() if not line.startswith(b"Attaching to "))
        return last_lines(kept, lines * max(1, self.replicas))

    async def perform(self, action: str, context: DriverContext) -> Deed:
        """Do it once, and return when the containers are as they should be.

        Raises:
            FailedError: `replicas`, `no_image`, `image_gone`, `pinned`, `image_differs`; as all drivers.
            UnknownError: when it was cut in the middle.
        """

        async def do(context: DriverContext, before: ServiceStatus, facts: dict[str, str]) -> str:
            within = Within.of(context)
            await self._make_ready(action, within, facts)
            said = await told(self._argv(action), within.now, extra=self._variables)
            if said.status:
                error = compose_tool.refusal(said, looked=False)
                if action == "rollback-image":
                    error.applied = Applied.PARTIAL  # the name means another image by now
                raise error
            return said.words

        deed = await carried_out(self, action, context, do, self.settle)
        wanted = context.facts.get("image", "")
        if action == "rollback-image" and deed.after.image != wanted:
            differs = f"it runs {deed.after.image or 'several images'}, and not {wanted}"
            raise FailedError("image_differs", differs, Applied.PARTIAL, facts=deed.facts, detail=deed.detail)
        return deed

    async def _make_ready(self, action: str, within: Within, facts: dict[str, str]) -> None:
        """Keep the image that runs, and for the way back let its name mean the one before."""
        containers = await self._containers(within.now) or ()
        if action in ("reload", "restart") and not containers:
            raise FailedError("no_container", f"no container was made for it, so there is none to {action}")
        if containers:
            facts["image_name"] = images.name_of(containers, {})
        if _ARGUMENTS[action][0] == "up" and len(containers) > max(1, self.replicas):
            several = f"{len(containers)} containers are there and Compose would make {max(1, self.replicas)}"
            raise FailedError("replicas", f"{several}: set replicas: {len(containers)}")
        if action not in images.ACTIONS:
            return
        before = within.context.facts
        if action == "rollback-image":
            await images.demand(before.get("image", ""), within.now, self._variables)
        if image := facts.get("image"):
            facts["kept_as"] = await images.keep(image, within.now, self._variables)
        if action == "rollback-image":
            name = images.name_of(containers, before)
            await images.put_back(before["image"], name, within.now, self._variables)

    async def _containers(self, context: DriverContext) -> tuple[Inspected, ...] | None:
        """Return the containers of the service; None when the files have no such service."""
        within = Within.of(context)
        if missing := [file for file in self._files if not os.access(file, os.R_OK)]:
            raise FailedError("not_configured", f"{missing[0]} is not there, or may not be read")
        names = await self._names(within)
        if not names:
            return None if names is None else ()
        said = await self._asked(("docker", "inspect", "--type", "container", *names), within.now)
        try:
            found = msgspec.json.decode(said.out, type=list[Inspected])
        except msgspec.DecodeError as error:
            if said.status:
                raise compose_tool.refusal(said, looked=True) from error
            raise FailedError("malformed", f"docker inspect says what cannot be read: {error}") from error
        return tuple(one for one in found if not one.is_one_off)

    async def _names(self, within: Within) -> tuple[str, ...] | None:
        """Return the ids of its containers; None when the files have no such service.

        The engine is asked first, by the labels that Compose sets: version 1 takes half a second for it.
        """
        listing: tuple[str, ...] = (*self._compose, "ps", "-a", "-q", self.service)
        for argv in (*((self._by_label,) if self.project else ()), listing):
            said = await self._asked(argv, within.now)
            if argv is listing and compose_tool.is_unknown_service(said):
                return None
            if said.status:
                raise compose_tool.refusal(said, looked=True)
            if names := tuple(said.out.decode(errors="replace").split()):
                return names
        return ()

    @property
    def _by_label(self) -> tuple[str, ...]:
        labels = ((PROJECT, self.project), (SERVICE, self.service))
        filters = [part for name, value in labels for part in ("--filter", f"label={name}={value}")]
        return ("docker", "ps", "-a", "-q", "--no-trunc", *filters)

    async def _asked(self, argv: tuple[str, ...], context: DriverContext) -> Said:
        return await asked(argv, context, extra=self._variables)

    def _argv(self, action: str) -> tuple[str, ...]:
        arguments = _ARGUMENTS[action]
        if action == "rollback-image" and self._tool == compose_tool.VERSION_2:
            arguments += _NEVER_PULL
        if self.replicas and arguments[0] == "up":
            arguments += ("--scale", f"{self.service}={self.replicas}")
        return (*self._compose, *arguments, self.service)

    @property
    def _tool(self) -> tuple[str, ...]:
        return tuple(self.tool.split()) or compose_tool.tool_here()

    @property
    def _files(self) -> tuple[str, ...]:
        return (self.file,) if isinstance(self.file, str) else self.file

    @property
    def _compose(self) -> tuple[str, ...]:
        """Return Compose with all that tells it which project is meant."""
        options = [part for file in self._files for part in ("-f", file)]
        options += ["-p", self.project] if self.project else []
        options += ["--env-file", self.env_file] if self.env_file else []
        options += ["--project-directory", self.folder] if self.folder else []
        return (*self._tool, *options)

    @property
    def _variables(self) -> dict[str, str]:
        return {**self.env, **({"DOCKER_HOST": self.host} if self.host else {})}

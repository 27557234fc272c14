"""Gives tests a Compose project on a real engine, and says which versions of Compose are here."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import docker
import pytest

from runbooks.drivers.compose import ComposeDriver
from tests.servers.docker import IMAGE, Docker

READY = "ready to serve"
SERVE = f"echo {READY}; trap 'echo told' HUP; while true; do sleep 0.1; done"
"""Ends at once on KILL only; says so when it is told to reload."""


@cache
def versions() -> tuple[str, ...]:
    """Return how Compose can be called here: version 1 always, version 2 where it is installed."""
    asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return ("docker-compose", "docker compose") if asked.returncode == 0 else ("docker-compose",)


@dataclass
class Stack:
    """A project with the services that a test asks for; all of it goes with the test."""

    engine: Docker
    folder: Path
    tool: str = "docker-compose"
    project: str = field(default_factory=lambda: f"wd{uuid.uuid4().hex[:8]}")
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "docker-compose.yml"

    def service(self, name: str, command: str = SERVE, **more: Any) -> ComposeDriver:
        """Add a service to the file, and return its driver."""
        self.services[name] = {
            "image": IMAGE,
            "command": ["sh", "-c", command.replace("$", "$$")],
            "network_mode": "none",
            "stop_signal": "SIGKILL",
        } | more
        self.file.write_text(json.dumps({"version": "3.7", "services": self.services}))
        return self.driver(name)

    def driver(self, name: str, **more: Any) -> ComposeDriver:
        options: dict[str, Any] = {
            "project": self.project,
            "host": self.engine.host,
            "tool": self.tool,
        } | more
        return ComposeDriver(service=name, file=str(self.file), settle=0.3, **options)

    def compose(self, *arguments: str) -> None:
        command = [*self.tool.split(), "-f", str(self.file), "-p", self.project, *arguments]
        environment = os.environ | {"DOCKER_HOST": self.engine.host}
        subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)

    def containers(self, name: str) -> list[Any]:
        """Return what the engine has of a service."""
        labels = [f"com.docker.compose.project={self.project}", f"com.docker.compose.service={name}"]
        return self.engine.client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)

    def image(self, name: str, mark: str) -> str:
        """Give the name to a new image that differs from all others by its mark; return its id."""
        base = self.engine.client.images.get(IMAGE)
        made = self.engine.client.api.create_container(IMAGE, ["true"], labels={"mark": mark})
        repository, _, tag = name.partition(":")
        changes = [f"LABEL mark={mark}", f"LABEL org.opencontainers.image.version={mark}"]
        api = self.engine.client.api
        identity = api.commit(made["Id"], repository, tag or "latest", changes="\n".join(changes))["Id"]
        api.remove_container(made["Id"])
        assert identity != base.id
        self.images.append(identity)
        return identity

    def tidy(self) -> None:
        until = time.monotonic() + 20
        while left := [one for service in self.services for one in self.containers(service)]:
            assert time.monotonic() < until, "containers that cannot be removed"
            for container in left:
                with contextlib.suppress(docker.errors.APIError):  # still busy with its end
                    container.remove(force=True)
        for image in self.images:
            with contextlib.suppress(docker.errors.ImageNotFound):
                self.engine.client.images.remove(image, force=True)


@pytest.fixture(params=versions())
def stack(request, engine: Docker, tmp_path: Path) -> Iterator[Stack]:
    """A project, once for each version of Compose that is here."""
    stack = Stack(engine, tmp_path, request.param)
    yield stack
    stack.tidy()

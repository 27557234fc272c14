"""A real Compose project, of either version of Compose: its services are found and followed."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.kinds.container import Compose, ContainerCheck, Expect
from checks.model import Level, Result
from checks.testing import probe
from tests.servers.docker import IMAGE, LABEL, Docker

PROJECT = f"""\
version: "2.4"
x-box: &box
  image: {IMAGE}
  command: [sleep, "3600"]
  stop_signal: SIGKILL
  labels: {{{LABEL}: "yes"}}
services:
  api: {{<<: *box, scale: 2}}
  db: {{<<: *box}}
  migrate:
    <<: *box
    command: ["true"]
networks:
  default: {{name: NETWORK}}
"""
"""Both versions read it; the second warns that it needs no version any more."""


class Project:
    """A Compose project that runs."""

    def __init__(self, command: list[str], folder: Path, host: str):
        self.name = f"shop{uuid.uuid4().hex[:8]}"
        self.file = folder / "compose.yaml"
        self.file.write_text(PROJECT.replace("NETWORK", self.name))
        self.host = host
        self._command = command

    def compose(self, *words: str) -> None:
        """Run Compose on the project."""
        command = [*self._command, "-p", self.name, "-f", str(self.file), *words]
        done = subprocess.run(
            command, env={**os.environ, "DOCKER_HOST": self.host}, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr

    async def probe(self, service: str = "", **expect) -> Result:
        return await probe(
            ContainerCheck(self.host, compose=Compose(self.name, service), expect=Expect(**expect))
        )


def installed() -> Iterator[list[str]]:
    """Yield the command of each version of Compose that is installed here."""
    if shutil.which("docker-compose"):
        yield ["docker-compose"]
    plugin = ["docker", "compose"]
    if shutil.which("docker") and subprocess.run([*plugin, "version"], capture_output=True).returncode == 0:
        yield plugin


@pytest.fixture(params=list(installed()) or [None], ids=lambda command: " ".join(command or ["none"]))
def project(request, engine: Docker, tmp_path: Path) -> Iterator[Project]:
    """A project of two services and a job, started by one version of Compose."""
    if request.param is None:
        pytest.skip("no version of Compose is installed (Debian: docker-compose)")
    project = Project(request.param, tmp_path, engine.host)
    try:
        project.compose("up", "-d")
        yield project
    finally:
        project.compose("down", "-t", "0")


def names(result: Result) -> list[str]:
    return [row[0] for row in result.observation.rows.rows]


@pytest.mark.docker
async def test_the_services_of_a_project_are_found_and_followed(project: Project):
    api = await project.probe("api", count=2)
    assert (api.level, len(names(api))) == (Level.OK, 2)
    assert all("api" in name for name in names(api))
    measured = {reading.name for reading in api.observation.readings if reading.labels}
    assert measured >= {"cpu", "memory", "memory_used", "restarts", "received", "sent"}
    db = await project.probe("db")
    assert (db.level, len(names(db))) == (Level.OK, 1)
    async with asyncio.timeout(20):
        while (await project.probe("migrate", state="exited")).level is not Level.OK:
            await asyncio.sleep(0.1)
    assert len(names(await project.probe())) == 4
    nothing = await project.probe("cache")
    assert (nothing.level, nothing.error_class) == (Level.CRIT, "missing")

    project.compose("run", "-d", "db", "sleep", "60")
    assert len(names(await project.probe("db"))) == 1, "a one-off container is no replica"

    project.compose("kill", "db")
    db = await project.probe("db")
    assert (db.level, db.error_class) == (Level.CRIT, "not_running")
    assert "exited with code 137" in db.summary
    assert (await project.probe("api", count=2)).level is Level.OK

    project.compose("rm", "-f", "-s", "db")
    assert (await project.probe("db")).error_class == "missing"

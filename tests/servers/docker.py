"""Gives tests a Docker Engine: the one that answers here, else one of its own in a folder that goes with it.

Its image is busybox, imported from a tar that is made here; no registry is asked. Containers that a test
makes are removed with it. Tests that stop or freeze an engine ask for `own_engine`, never anyone else's.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from checks.net.knock import knock

STANDARD = "/var/run/docker.sock"
IMAGE = "walkdown-test:busybox"
TOOLS = ("sh", "sleep", "cat", "true", "false", "dd", "touch", "rm", "nc", "wget", "ls", "echo", "stty")
LABEL = "walkdown.test"


class Docker:
    """An engine for tests, and the containers made through it."""

    def __init__(self, socket: str, process: subprocess.Popen | None = None):
        self.host = f"unix://{socket}"
        self.process = process
        """The engine's process, when it is ours."""
        self.client = docker.DockerClient(self.host, timeout=30)
        self._made: list[Container] = []

    def run(
        self, *command: str, name: str = "", labels: dict[str, str] | None = None, **options
    ) -> Container:
        """Start a container that sleeps, or runs the command."""
        options = {"network_mode": "none", "stop_signal": "SIGKILL"} | options
        container = self.client.containers.run(
            IMAGE,
            list(command) or ["sleep", "3600"],
            name=name or f"walkdown-{uuid.uuid4().hex[:8]}",
            labels={LABEL: "yes", **(labels or {})},
            detach=True,
            **options,
        )
        self._made.append(container)
        return container

    def tidy(self) -> None:
        """Remove what was made since the last time."""
        while self._made:
            with contextlib.suppress(docker.errors.NotFound):
                self._made.pop().remove(force=True)

    def state(self, container: Container) -> dict:
        """Return the container's state as the engine has it now."""
        return self.client.api.inspect_container(container.id)["State"]


def image_tar() -> bytes:
    """Return a file system with nothing but busybox, as a tar."""
    busybox = Path(shutil.which("busybox") or "")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in ("bin", "tmp", "etc"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        tar.add(busybox, "bin/busybox")
        for tool in TOOLS:
            link = tarfile.TarInfo(f"bin/{tool}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return buffer.getvalue()


def import_image(engine: Docker) -> None:
    if not engine.client.images.list(IMAGE):
        repository, tag = IMAGE.split(":")
        engine.client.api.import_image_from_data(image_tar(), repository, tag)


def answers(socket: str) -> bool:
    try:
        with knock(socket):
            pass
    except OSError:
        return False
    with contextlib.closing(docker.DockerClient(f"unix://{socket}", timeout=5)) as client:
        return client.ping()


@contextlib.contextmanager
def started() -> Iterator[Docker]:
    """Start an engine of our own; its socket and data lie in a folder of a short name."""
    if os.getuid() != 0:
        pytest.skip("an engine of our own needs root")
    if not shutil.which("dockerd") or not shutil.which("busybox"):
        pytest.skip("dockerd or busybox is not installed (Debian: docker.io, busybox-static)")
    folder = tempfile.mkdtemp(prefix="wd-docker-")
    try:
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(arguments(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            await_answer(process, folder)
            engine = Docker(f"{folder}/docker.sock", process)
            import_image(engine)
            yield engine
            engine.tidy()
            engine.client.close()
        finally:
            stop(process)
    finally:
        unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)


def arguments(folder: str) -> list[str]:
    return [
        "dockerd",
        f"--host=unix://{folder}/docker.sock",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/run",
        f"--pidfile={folder}/pid",
        "--storage-driver=vfs",
        "--iptables=false",
        "--ip6tables=false",
        "--bridge=none",
        "--oom-score-adjust=0",
        "--shutdown-timeout=1",
    ]


def await_answer(process: subprocess.Popen, folder: str) -> None:
    until = time.monotonic() + 30
    while not answers(f"{folder}/docker.sock"):
        if process.poll() is not None or time.monotonic() > until:
            last = Path(folder, "log").read_text().splitlines()[-3:]
            pytest.skip(f"dockerd does not start here: {' / '.join(last)}")
        time.sleep(0.05)


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def unmount(folder: str) -> None:
    """Undo the mounts that an engine leaves when it had to be killed."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if mount.startswith(folder)), reverse=True):
        subprocess.run(["umount", "-l", mount], check=False)


@pytest.fixture(scope="session")
def engine() -> Iterator[Docker]:
    """A Docker Engine for the session: the standard one when it answers, else our own."""
    if not answers(STANDARD):
        with started() as own:
            yield own
        return
    standard = Docker(STANDARD)
    import_image(standard)
    yield standard
    standard.tidy()
    standard.client.close()


@pytest.fixture
def containers(engine: Docker) -> Iterator[Docker]:
    """The engine, for one test; the containers that it makes go with it."""
    yield engine
    engine.tidy()


@pytest.fixture
def own_engine() -> Iterator[Docker]:
    """An engine that the test may freeze, stop and start."""
    with started() as own:
        yield own

"""Each driver with a real service that it looks after, for the contract that all of them keep."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from checks.clock import SystemClock
from runbooks.driver import Driver, DriverContext
from runbooks.drivers.container import ContainerDriver
from runbooks.drivers.process import ProcessDriver
from runbooks.drivers.script import ScriptDriver, Scripts
from runbooks.drivers.systemd import SystemdDriver
from runbooks.services.pids import Pid, alive
from tests.servers.compose_stack import SERVE, Stack, versions

STUBBORN = "trap '' TERM; while true; do sleep 0.1; done"
SLEEP = ("sh", "-c", "sleep 1000", "sh")
"""Hangs, whatever arguments follow."""


@dataclass
class Stand:
    """A driver and its service, which does not run yet."""

    driver: Driver
    absent: Driver
    """For what is not there."""
    hung: Driver | None = None
    """One whose tool hangs when it looks."""
    slow: Driver | None = None
    """One that takes seconds to be restarted; it runs."""
    cut: Callable[[], None] = lambda: None
    """Ends the tool, or the wire, in the middle of that restart."""
    absent_class: str = ""
    """How it says that nothing is there; empty: ABSENT."""


def context(timeout: float = 20.0, **more) -> DriverContext:
    return DriverContext(SystemClock(), timeout, key=uuid.uuid4().hex, **more)


def until(true: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.02)


def kill(*words: str) -> None:
    """Kill the one process whose command line has all these words, once it is there."""

    def found() -> list[int]:
        pids = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
                if all(word.encode() in line for word in words) and int(entry.name) != os.getpid():
                    pids.append(int(entry.name))
        return pids

    until(found, f"a process of {words}")
    time.sleep(0.3)
    for pid in found():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Wire:
    """A socket in front of an engine's that can be cut. Without an engine, it never answers."""

    def __init__(self, folder: Path, target: str = ""):
        self.path = str(folder / "wire.sock")
        self._target = target.removeprefix("unix://")
        self._open: list[socket.socket] = []
        self._carried = bytearray()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(self.path)
        self._door.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def host(self) -> str:
        return f"unix://{self.path}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                self._open.append(near)
                if self._target:
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(self._target)
                    self._open.append(far)
                    for pair in ((near, far), (far, near)):
                        threading.Thread(target=self._relay, args=pair, daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._carried += data
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def cut_after(self, words: bytes) -> None:
        """Cut it once it has carried these words, and the engine has had a moment for them."""
        until(lambda: words in self._carried, f"{words!r} on the wire", 20)
        time.sleep(0.2)
        self.cut()

    def cut(self) -> None:
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()
        for end in self._open:
            end.close()


@contextlib.contextmanager
def compose(request, tmp_path: Path, tool: str) -> Iterator[Stand]:
    stack = Stack(request.getfixturevalue("engine"), tmp_path, tool)
    nobody = Wire(tmp_path)
    driver = stack.service("api")
    slow = stack.service("slow", STUBBORN, stop_signal="SIGTERM", stop_grace_period="3s")
    stack.compose("up", "-d", "slow")
    try:
        yield Stand(
            driver,
            stack.driver("nobody"),
            replace(driver, host=nobody.host),
            slow,
            lambda: kill("-p", stack.project, "restart", "slow"),
        )
    finally:
        nobody.close()
        stack.tidy()


@contextlib.contextmanager
def container(request, tmp_path: Path) -> Iterator[Stand]:
    engine = request.getfixturevalue("containers")
    (tmp_path / "nobody").mkdir()
    nobody, wire = Wire(tmp_path / "nobody"), Wire(tmp_path, engine.host)
    made = engine.run("sh", "-c", SERVE)
    made.stop(timeout=0)
    stubborn = engine.run("sh", "-c", STUBBORN, stop_signal="SIGTERM")
    driver = ContainerDriver(made.name, engine.host, settle=0.3)

    try:
        yield Stand(
            driver,
            ContainerDriver(f"{made.name}-not", engine.host),
            replace(driver, host=nobody.host),
            ContainerDriver(stubborn.name, wire.host, grace=4),
            lambda: wire.cut_after(b"/restart"),
        )
    finally:
        nobody.close()
        wire.close()


@contextlib.contextmanager
def systemd(request, tmp_path: Path) -> Iterator[Stand]:
    booted = request.getfixturevalue("booted")
    name = f"wd-{uuid.uuid4().hex[:8]}"
    hup = "ExecReload=/bin/kill -HUP $MAINPID\n"
    serve = f'[Service]\nExecStart=/bin/sh -c "{SERVE}"\n{hup}'
    unit = booted.unit(f"{name}.service", serve)
    stubborn = f'[Service]\nExecStart=/bin/sh -c "{STUBBORN}"\nTimeoutStopSec=3\n'
    slow = booted.unit(f"{name}-slow.service", stubborn)
    booted.systemctl("start", slow)
    driver = SystemdDriver(unit, through=booted.through, settle=0.3)
    try:
        yield Stand(
            driver,
            replace(driver, unit=f"{name}-not"),
            replace(driver, through=SLEEP),
            replace(driver, unit=slow),
            lambda: kill("systemctl", "restart", slow),
        )
    finally:
        booted.systemctl("kill", "-s", "KILL", unit, slow, check=False)
        booted.systemctl("stop", unit, slow, check=False)


SERVICE = """\
case $1 in
start) sh -c "$SERVE" >>log 2>&1 & echo $! >pid ;;
stop) [ ! -f pid ] || kill -9 "$(cat pid)"; rm -f pid ;;
slow) sleep 30 ;;
reload) kill -HUP "$(cat pid)" ;;
status) [ -f pid ] || exit 3; kill -0 "$(cat pid)" 2>/dev/null || exit 1; echo "it runs" ;;
logs) cat log ;;
version) echo 1.2.3 ;;
esac
"""


@contextlib.contextmanager
def script(request, tmp_path: Path) -> Iterator[Stand]:
    program = tmp_path / "service.sh"
    program.write_text(f"#!/bin/sh\n{SERVICE}")
    program.chmod(0o755)
    argv = {name: ("./service.sh", name) for name in ("start", "stop", "reload", "status", "logs", "version")}
    scripts = Scripts(**argv)
    driver = ScriptDriver(scripts, str(tmp_path / "pid"), str(tmp_path), {"SERVE": SERVE}, settle=0.3)
    slow = replace(scripts, status=("true",), restart=("./service.sh", "slow"))
    try:
        yield Stand(
            driver,
            replace(driver, scripts=replace(scripts, status=("./missing.sh",))),
            replace(driver, scripts=replace(scripts, status=SLEEP)),
            replace(driver, scripts=slow),
            lambda: kill("./service.sh", "slow"),
            "not_configured",
        )
    finally:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


@contextlib.contextmanager
def process(request, tmp_path: Path) -> Iterator[Stand]:
    driver = ProcessDriver(("sh", "-c", SERVE), str(tmp_path / "process.pid"), settle=0.3)
    try:
        yield Stand(driver, replace(driver, run=("/nowhere/server",)))
    finally:
        end(driver)


def end(driver: ProcessDriver) -> None:
    """Kill what the driver has started, if it still runs."""
    with contextlib.suppress(OSError, ValueError):
        pid, start, _ = Path(driver.pid_file).read_text().split()
        if alive(Pid(int(pid), int(start))):
            os.kill(int(pid), signal.SIGKILL)


STANDS = {f"compose-v{number}": (compose, tool) for number, tool in enumerate(versions(), 1)} | {
    "container": (container,),
    "systemd": (systemd,),
    "script": (script,),
    "process": (process,),
}
WITH_DOCKER = ("compose", "container")


def stands(*without: str) -> list:
    """Return every stand as a parameter, those of an engine marked so."""
    return [
        pytest.param(how, id=name, marks=[pytest.mark.docker] if name.startswith(WITH_DOCKER) else [])
        for name, how in STANDS.items()
        if name not in without
    ]

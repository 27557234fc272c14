"""Starts Redis servers of its own, in folders that go with them."""

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Redis:
    """One server. It listens on 127.0.0.1 and on a Unix socket."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        return str(self.folder / "socket")

    def start(self, *, wait: bool = True) -> None:
        self.port = self.port or _free_port()
        given = {"port": str(self.port), "bind": "127.0.0.1", "unixsocket": self.socket, "save": ""}
        given |= {"dir": str(self.folder), "logfile": str(self.folder / "log")} | self.settings
        argv = ["redis-server", *(word for name, value in given.items() for word in (f"--{name}", value))]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if wait:
            self.wait_until("PING", "PONG")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def argv(self, *words: str) -> list[str]:
        password = self.settings.get("requirepass")
        login = ["-a", password, "--no-auth-warning"] if password else []
        return ["redis-cli", "-s", self.socket, *login, *words]

    def run(self, *words: str) -> str:
        """Run one command and return its reply as redis-cli prints it."""
        done = subprocess.run(self.argv(*words), capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
        return done.stdout.decode(errors="replace").strip()

    def wait_until(self, command: str, reply: str) -> None:
        """Come back once the command is answered with something that holds the reply."""
        for _ in range(500):
            if reply in self.run(*command.split()):
                return
            time.sleep(0.02)
        raise AssertionError(f"{command} never answered {reply}: {self.run(*command.split())}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_redis(**settings: str) -> Iterator[Redis]:
    """Run a server with these settings; underscores in their names are hyphens."""
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server: apt-get install redis")
    folder = Path(tempfile.mkdtemp(prefix="wd-redis-"))
    server = Redis(folder, {name.replace("_", "-"): value for name, value in settings.items()})
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A server that stays up; tests take away again what they put into it."""
    with running_redis() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A server of this test alone, which may do anything to it."""
    with running_redis(enable_debug_command="yes") as server:
        yield server


async def redis_like(faults, *, ping: bytes = b"+PONG\r\n", info: bytes = b"$-1\r\n") -> int:
    """Start a server that speaks RESP and answers PING and INFO with these bytes; return its port."""

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers = {b"PING": ping, b"INFO": info}
        while line := await reader.readline():
            if not line.startswith(b"*"):
                continue
            words = []
            for _ in range(int(line[1:])):
                length = int((await reader.readline())[1:])
                words.append((await reader.readexactly(length + 2))[:-2])
            writer.write(answers.get(words[0], b"+OK\r\n"))
            await writer.drain()

    return await faults.serve(behaviour)

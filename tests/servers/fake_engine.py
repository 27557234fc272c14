"""A Docker Engine that says what a test tells it to, over TCP, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.servers.faults import HANG, Faults, request

ID = "c0ffee" * 10 + "0001"


def listed(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a container as an engine lists it; every number is another container."""
    return {
        "Id": f"{'c0ffee' * 10}{number:04x}",
        "Names": [f"/box-{number}"],
        "Image": "box:latest",
        "State": "running",
        "Status": "Up 2 hours",
        "Labels": {},
    } | changes


def inspected(started: str = "2026-11-23T01:00:00Z", restarts: int = 0, **state: Any) -> dict[str, Any]:
    """Return a container as an engine shows it to who asks for it alone."""
    return {
        "State": {"Pid": 4_000_000, "StartedAt": started, "ExitCode": 0, "OOMKilled": False} | state,
        "RestartCount": restarts,
        "HostConfig": {"NetworkMode": "bridge"},
    }


def stats(cpu: float = 1.0, memory: int = 1000, received: int = 0, read: int = 0) -> dict[str, Any]:
    """Return statistics as an engine gives them."""
    return {
        "read": "2026-11-23T01:18:08.662379616Z",
        "cpu_stats": {"cpu_usage": {"total_usage": int(cpu * 1e9)}, "online_cpus": 2},
        "memory_stats": {"usage": memory + 100, "limit": 10_000, "stats": {"inactive_file": 100}},
        "blkio_stats": {
            "io_service_bytes_recursive": [{"op": "Read", "value": read}, {"op": "write", "value": 0}]
        },
        "networks": {"eth0": {"rx_bytes": received, "tx_bytes": 0}},
    }


class FakeEngine:
    """Answers by path. An answer is JSON, a status and JSON, bytes sent as they are, or None for never."""

    def __init__(self, faults: Faults):
        self._faults = faults
        self.asked: list[str] = []
        """First lines of the requests that came."""
        self.answers: dict[str, Any] = {"/version": {"ApiVersion": "1.41"}, "/containers/json": []}
        self.host = ""

    async def start(self, tls=None) -> None:
        self.host = f"tcp://127.0.0.1:{await self._faults.serve(self._serve, tls)}"

    def show(self, *containers: dict[str, Any]) -> None:
        """List these containers; each can be inspected and has statistics unless told otherwise."""
        self.answers["/containers/json"] = list(containers)
        for container in containers:
            self.answers.setdefault(f"/containers/{container['Id']}/json", inspected())
            self.answers.setdefault(f"/containers/{container['Id']}/stats", stats())

    def times_asked(self, path: str) -> int:
        return sum(path in line for line in self.asked)

    async def _serve(self, reader, writer) -> None:
        while True:
            line = (await request(reader)).split(b"\r\n")[0].decode()
            self.asked.append(line)
            path = line.split()[1].partition("?")[0].removeprefix("/v1.41")
            answer = self.answers.get(path, (404, {"message": "no such container"}))
            if answer is None:
                await asyncio.sleep(HANG)
            writer.write(answer if isinstance(answer, bytes) else encoded(answer))
            await writer.drain()
            if isinstance(answer, bytes):
                return


def encoded(answer: Any) -> bytes:
    status, document = answer if isinstance(answer, tuple) else (200, answer)
    body = json.dumps(document).encode()
    return (
        b"HTTP/1.1 %d Said\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % (status, len(body))
        + body
    )


@pytest.fixture
async def fake_engine(faults: Faults):
    """A Docker Engine that says what it is told to."""
    engine = FakeEngine(faults)
    await engine.start()
    return engine

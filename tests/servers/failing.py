"""Checks that cannot be well: every kind that asks a server, against every fault that a server can have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from checks.containers.docker_engine import Tls
from checks.kind import Check
from checks.kinds.command import CommandCheck, Expect
from checks.kinds.container import ContainerCheck
from checks.kinds.http import HttpCheck
from checks.kinds.postgres import PostgresCheck
from checks.kinds.redis import RedisCheck
from checks.kinds.tcp import TcpCheck
from checks.kinds.tls import TlsCheck
from checks.net.answer import Expected
from tests.servers import faults as fault
from tests.servers.certificates import Authority
from tests.servers.faults import Faults
from tests.servers.redis import redis_like


@dataclass(frozen=True)
class Place:
    """Where checks fail: what the fixtures of a test have set up."""

    faults: Faults
    authority: Authority
    closed_port: int
    blackhole: int


Build = Callable[[Place], Awaitable[Check]]
At = Callable[[str, int], Check]

KINDS: dict[str, At] = {
    "http": lambda host, port: HttpCheck(f"http://{host}:{port}/"),
    "tcp": lambda host, port: TcpCheck(host, port, expect="welcome"),
    "tls": lambda host, port: TlsCheck(host, port),
    "redis": lambda host, port: RedisCheck(host, port),
    "postgres": lambda host, port: PostgresCheck(host, port, user="monitor", sslmode="disable"),
    "container": lambda host, port: ContainerCheck(f"tcp://{host}:{port}"),
}
"""How a check of each kind looks at a port."""

BEHAVIOURS: dict[str, Any] = {
    "hang": fault.hang,
    "drip": fault.drip(b"x" * 10_000, every=0.05),
    "cut": fault.cut,
    "reset": fault.reset,
    "nonsense": fault.say(b"\x00\xff\x1b]0;owned\x07 what?\r\n\r\n" * 8),
}
"""What a server does to whoever connects, whatever is spoken."""


def _ports() -> dict[str, Callable[[Place], Awaitable[tuple[str, int]]]]:
    async def refused(place: Place) -> tuple[str, int]:
        return "127.0.0.1", place.closed_port

    async def blackhole(place: Place) -> tuple[str, int]:
        return "127.0.0.1", place.blackhole

    def serving(behaviour: Any) -> Callable[[Place], Awaitable[tuple[str, int]]]:
        async def serve(place: Place) -> tuple[str, int]:
            return "127.0.0.1", await place.faults.serve(behaviour)

        return serve

    served = {name: serving(behaviour) for name, behaviour in BEHAVIOURS.items()}
    return {"refused": refused, "blackhole": blackhole, **served}


def _at(kind: At, port: Callable[[Place], Awaitable[tuple[str, int]]]) -> Build:
    async def build(place: Place) -> Check:
        return kind(*await port(place))

    return build


def _fixed(check: Check) -> Build:
    async def build(place: Place) -> Check:
        return check

    return build


def _wanting(host: str, port: int) -> Check:
    return HttpCheck(f"http://{host}:{port}/", expect=Expected(text="welcome"))


def _answered(answer: bytes, kind: At = _wanting) -> Build:
    async def build(place: Place) -> Check:
        return kind("127.0.0.1", await place.faults.answer(answer))

    return build


async def _flooded(place: Place) -> Check:
    flood = fault.flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)
    return _wanting("127.0.0.1", await place.faults.serve(flood))


async def _redis_error(place: Place) -> Check:
    port = await redis_like(place.faults, ping=b"-BUSY a script runs\r\n", info=b"-BUSY a script runs\r\n")
    return RedisCheck(port=port)


async def _huge_redis(place: Place) -> Check:
    return RedisCheck(port=await place.faults.serve(fault.say(b"$536870912\r\n")))


async def _postgres_error(place: Place) -> Check:
    body = b"SFATAL\x00C53300\x00Msorry, too many clients already\x00\x00"
    refusal = b"E" + (len(body) + 4).to_bytes(4, "big") + body
    return KINDS["postgres"]("127.0.0.1", await place.faults.serve(fault.say(refusal)))


async def _expired(place: Place) -> Check:
    port = await place.faults.serve(fault.hang, place.authority.bad("expired"))
    return TlsCheck("127.0.0.1", port, ca_file=place.authority.file)


async def _expired_http(place: Place) -> Check:
    port = await place.faults.serve(fault.hang, place.authority.bad("self_signed"))
    return HttpCheck(f"https://127.0.0.1:{port}/", ca_file=place.authority.file)


async def _expired_engine(place: Place) -> Check:
    port = await place.faults.serve(fault.hang, place.authority.bad("wrong_host"))
    return ContainerCheck(f"tcp://127.0.0.1:{port}", tls=Tls(ca_file=place.authority.file))


def _shell(script: str, **options: Any) -> Build:
    return _fixed(CommandCheck(("sh", "-c", script), **options))


FAULTS: dict[str, Build] = {
    **{f"{kind} {name}": _at(at, port) for kind, at in KINDS.items() for name, port in _ports().items()},
    **{
        f"{kind} unknown name": _fixed(KINDS[kind]("nowhere.test", 1))
        for kind in ("http", "tcp", "tls", "redis", "postgres")
    },
    "http error": _answered(fault.http(b"no", "500 No")),
    "http unwanted": _answered(fault.http(b"bye")),
    "http bomb": _answered(fault.http(fault.gzip_bomb(8), Content_Encoding="gzip")),
    "http flood": _flooded,
    "http certificate": _expired_http,
    "tls certificate": _expired,
    "redis error": _redis_error,
    "redis huge": _huge_redis,
    "postgres error": _postgres_error,
    "container error": _answered(fault.http(b'{"message": "no"}', "500 No"), KINDS["container"]),
    "container certificate": _expired_engine,
    "command error": _shell("echo no; exit 1"),
    "command killed": _shell("kill -9 $$"),
    "command missing": _fixed(CommandCheck(("/nowhere/at/all",))),
    "command sleeps": _fixed(CommandCheck(("sleep", "60"))),
    "command stopped": _shell("kill -STOP $$"),
    "command says nothing wanted": _shell("echo yes", expect=Expect(text="no")),
    "command floods": _shell("exec yes"),
    "command leaves a daemon": _shell("sleep 60 & exit 1"),
}
"""Kind and fault -> how to set it up. `names` of tests/servers/faults.py must be there: no name is known."""

KINDS_THAT_FAIL: tuple[str, ...] = tuple(dict.fromkeys(name.partition(" ")[0] for name in FAULTS))


@pytest.fixture
def place(faults: Faults, authority: Authority, closed_port: int, blackhole: int, names: Any) -> Place:
    """Where the checks of `FAULTS` fail."""
    return Place(faults, authority, closed_port, blackhole)

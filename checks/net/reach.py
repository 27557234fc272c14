"""Owns connecting to whichever of a name's addresses answers first, and what it means when none does."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import suppress

from checks.errors import MeasureError, ProbeError, TargetError
from checks.net.resolve import Address
from checks.net.wire import PlainWire

STAGGER = 0.25
"""Seconds that an address has to itself before the next one is tried as well (RFC 8305)."""

LOCAL = {
    errno.ENETUNREACH: "unreachable",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.EMFILE: "local_resources",
    errno.ENFILE: "local_resources",
    errno.EADDRNOTAVAIL: "local_resources",
    errno.ENOBUFS: "local_resources",
}
"""Failures that lie on this side: we could not measure."""


async def connect(address: Address) -> PlainWire:
    """Connect to one address.

    Raises:
        OSError: as the network gives it.
    """
    attempt = socket.socket(address.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(attempt, address.sockaddr)
    except BaseException:
        attempt.close()
        raise
    return PlainWire(attempt)


async def reach(name: str, addresses: tuple[Address, ...]) -> tuple[PlainWire, Address]:
    """Connect to the target called `name` at one of its addresses.

    Raises:
        TargetError: `refused`, `unreachable` or `connect_timeout`, when no address could be reached.
        MeasureError: one of `LOCAL`, when that was for a reason of ours.
    """
    if len(addresses) > 1:
        return await _race(name, addresses)
    try:
        return await connect(addresses[0]), addresses[0]
    except OSError as error:
        raise _unreached(name, [error]) from error


async def _race(name: str, addresses: tuple[Address, ...]) -> tuple[PlainWire, Address]:
    """Start each attempt when the one before has failed or had its time; the first success ends the rest."""
    won: list[tuple[PlainWire, Address]] = []
    errors: list[OSError] = []
    failed = [asyncio.Event() for _ in addresses]
    attempts: list[asyncio.Task[None]] = []

    async def attempt(number: int, address: Address) -> None:
        if number:
            with suppress(TimeoutError):
                async with asyncio.timeout(STAGGER * number):
                    await failed[number - 1].wait()
        try:
            won.append((await connect(address), address))
        except OSError as error:
            errors.append(error)
            failed[number].set()
            return
        for other in attempts[:number] + attempts[number + 1 :]:
            other.cancel()

    try:
        async with asyncio.TaskGroup() as group:
            for number, address in enumerate(addresses):
                attempts.append(group.create_task(attempt(number, address)))
    except BaseException:
        _close(won)
        raise
    if not won:
        raise _unreached(name, errors)
    _close(won[1:])
    return won[0]


def _close(won: list[tuple[PlainWire, Address]]) -> None:
    for wire, _ in won:
        wire.close()


def _unreached(name: str, errors: list[OSError]) -> ProbeError:
    """Return the error of the attempt that says most: one of the target's own before one of ours."""
    error = next((error for error in errors if error.errno not in LOCAL), errors[0])
    if isinstance(error, ConnectionRefusedError):
        return TargetError("refused", f"{name} refused the connection")
    if isinstance(error, TimeoutError):
        return TargetError("connect_timeout", f"no connection to {name}: {error.strerror}")
    if error.errno in LOCAL:
        return MeasureError(LOCAL[error.errno], f"could not connect to {name}: {error.strerror}")
    return TargetError("unreachable", f"no connection to {name}: {error.strerror}")

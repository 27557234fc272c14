"""Owns one session with a Redis server: connected, logged in, named, and what its error replies mean."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field

from checks.clock import Clock
from checks.databases.resp import Refusal, Replies, Reply, encode
from checks.errors import Degraded, MeasureError, ProbeError, TargetError
from checks.net.dial import Target, budget, dial
from checks.net.wire import PlainWire, Wire

BY_CODE: dict[str, tuple[type[ProbeError], str]] = {
    "BUSY": (TargetError, "busy"),
    "DENIED": (MeasureError, "permission"),
    "LOADING": (Degraded, "loading"),
    "MASTERDOWN": (Degraded, "replication"),
    "MISCONF": (TargetError, "misconf"),
    "NOAUTH": (TargetError, "auth"),
    "NOPERM": (MeasureError, "permission"),
    "OOM": (TargetError, "oom"),
    "READONLY": (Degraded, "readonly"),
    "WRONGPASS": (TargetError, "auth"),
}
"""First words of error replies; any other is CRIT `server_error`."""

FULL = "ERR max number of clients reached"
TURNED_AWAY = (FULL, "DENIED")
"""What a server says to a connection as it closes it."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where to and as whom."""

    target: Target
    socket: str
    """Path of a Unix socket; empty: the target is dialled."""
    username: str
    password: str = field(repr=False)

    @property
    def where(self) -> str:
        """Return the server's name in messages."""
        return self.socket or self.target.name

    @property
    def key(self) -> tuple[str, ...]:
        """Return what one session is kept for; a changed password or way of trusting replaces it."""
        return "redis", self.where, self.username


class Session:
    """An open session. One task at a time may ask it; after any exception it must be closed."""

    def __init__(self, login: Login, wire: Wire) -> None:
        """Take over an open connection."""
        self.where = login.where
        self._login = login
        self._wire = wire
        self._replies = Replies(login.where, wire.receive)

    @classmethod
    async def open(cls, login: Login, timeout: float, clock: Clock) -> Session:
        """Connect and log in.

        Raises:
            ProbeError: those of `dial`, or of the reply to the login.
        """
        deadline = clock.monotonic() + budget(timeout)
        wire = await _connect(login, budget(timeout), clock)
        session = cls(login, wire)
        try:
            async with asyncio.timeout(deadline - clock.monotonic()):
                await session._log_in()
        except TimeoutError:
            wire.close()
            message = f"{login.where}: connected, but the login was not answered"
            raise TargetError("total_timeout", message) from None
        except BaseException:
            wire.close()
            raise
        return session

    def serves(self, login: Login) -> bool:
        """Return true while it is this login's and the server has neither closed it nor said anything."""
        return self._login == login and self._wire.is_quiet()

    async def send(self, *commands: tuple[str, ...]) -> None:
        """Send commands; each must be followed by one `reply`.

        A server that has hung up may have said why, so that a failure shows when the reply is read.
        """
        with contextlib.suppress(OSError):
            await self._wire.send(b"".join(encode(*words) for words in commands))

    async def reply(self) -> Reply:
        """Return the next reply; a refusal too.

        Raises:
            TargetError: `malformed`, `huge` or `connection_lost`.
        """
        try:
            return await self._replies.next()
        except OSError as error:
            message = f"{self.where}: {error.strerror or 'connection lost'}"
            raise TargetError("connection_lost", message) from error

    async def close(self) -> None:
        """End the session; never waits."""
        self._wire.close()

    async def _log_in(self) -> None:
        """Authenticate, and leave our name for `CLIENT LIST`, where a user may do that.

        Raises:
            ProbeError: when the login was refused, or the server turned us away as we came.
        """
        login = self._login
        if login.password:
            user = (login.username,) if login.username else ()
            await self.send(("AUTH", *user, login.password))
            answer = await self.reply()
            if isinstance(answer, Refusal):
                raise refused(login.where, answer, logging_in=True)
        await self.send(("CLIENT", "SETNAME", "walkdown"))
        answer = await self.reply()
        if isinstance(answer, Refusal) and answer.message.startswith(TURNED_AWAY):
            raise refused(login.where, answer)


def refused(where: str, refusal: Refusal, *, logging_in: bool = False) -> ProbeError:
    """Return the error for an error reply."""
    if refusal.message.startswith(FULL):
        return TargetError("too_many_connections", f"{where}: {refusal.message}")
    unknown = "auth" if logging_in else "server_error"
    error, error_class = BY_CODE.get(refusal.code, (TargetError, unknown))
    return error(error_class, f"{where}: {refusal.message}")


async def _connect(login: Login, timeout: float, clock: Clock) -> Wire:
    if not login.socket:
        return (await dial(login.target, timeout, clock)).wire
    attempt = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().sock_connect(attempt, login.socket)
    except PermissionError:
        attempt.close()
        raise MeasureError("permission", f"{login.socket}: we may not connect to this socket") from None
    except OSError as error:
        attempt.close()
        error_class = "connect_timeout" if isinstance(error, TimeoutError) else "refused"
        raise TargetError(error_class, f"{login.socket}: {error.strerror or 'no answer'}") from None
    except BaseException:
        attempt.close()
        raise
    return PlainWire(attempt)

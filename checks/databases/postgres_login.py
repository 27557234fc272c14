"""Owns a login to a PostgreSQL server: where, as whom, with which bounds, and with whom TLS is spoken."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from dataclasses import dataclass, field

from psycopg.conninfo import make_conninfo

from checks.clock import Clock
from checks.errors import TargetError
from checks.net.dial import Target, dial
from checks.net.handshake import Trust, context_for, failure
from checks.net.resolve import RESOLVER
from checks.net.wire import TlsWire

LONGEST_LOCK_WAIT = 2.0
"""Seconds; a monitor must not queue for locks, for others queue behind it."""

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""The message that asks for TLS; answered by one byte, S or N."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where to, as whom, and how."""

    host: str
    """A name, an address, or the folder of a Unix socket."""
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str
    ca_file: str
    passfile: str

    @property
    def where(self) -> str:
        """Return the server's name in messages: the socket's path, or host and port."""
        if self.host.startswith("/"):
            return f"{self.host}/.s.PGSQL.{self.port}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def key(self) -> tuple[str, ...]:
        """Return what one session is kept for; a changed password or way of trusting replaces it."""
        return "postgres", self.where, self.database, self.user

    async def addresses(self) -> tuple[str, ...]:
        """Return the addresses to try; one empty one for a Unix socket."""
        if self.host.startswith("/"):
            return ("",)
        return tuple(address.text for address in await RESOLVER.resolve(self.host, self.port))

    def conninfo(self, address: str, timeout: float) -> str:
        """Return libpq's connection string; what is not said here may not come from PG* variables."""
        options = {"search_path": "pg_catalog,pg_temp", "default_transaction_read_only": "on"}
        options |= limits(timeout)
        sslmode = self.sslmode_for(address)
        given = {
            "host": self.host,
            "hostaddr": address,
            "port": str(self.port),
            "dbname": self.database,
            "user": self.user,
            "passfile": self.passfile,
            "sslmode": sslmode,
            "sslrootcert": self.ca_file or (_system_certificates() if sslmode.startswith("verify") else ""),
            "gssencmode": "disable",
            "client_encoding": "UTF8",
            "application_name": "walkdown",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        }
        given = {name: text for name, text in given.items() if text}
        return make_conninfo("", password=self.password, **given)

    def sslmode_for(self, address: str) -> str:
        """Return how TLS is asked for; when nothing was said: strictly, but on this host as offered."""
        is_here = not address or ipaddress.ip_address(address).is_loopback
        return self.sslmode or ("prefer" if is_here else "verify-full")


def limits(timeout: float) -> dict[str, str]:
    """Return the server's own bounds for statements, in milliseconds; the wait for a lock ends first."""
    lock = min(LONGEST_LOCK_WAIT, 0.8 * timeout)
    return {"statement_timeout": _milliseconds(timeout), "lock_timeout": _milliseconds(lock)}


async def verify_server(login: Login, address: str, timeout: float, clock: Clock) -> None:
    """Refuse a server whose certificate is not what `verify-full` asks for.

    libpq verifies as well, but does not say what is wrong, and takes the common name for a host name.

    Raises:
        ProbeError: those of `dial`, `tls_required` when it speaks no TLS, `malformed` when it is none.
    """
    deadline = clock.monotonic() + timeout
    connection = await dial(Target(address, login.port, allow_link_local=True), timeout, clock)
    with connection.wire as plain:
        try:
            async with asyncio.timeout(deadline - clock.monotonic()):
                await plain.send(SSL_REQUEST)
                answer = await plain.receive()
                _expect_tls(login, answer)
                await TlsWire(plain, context_for(Trust(ca_file=login.ca_file)), login.host).shake_hands()
        except TimeoutError:
            raise TargetError("tls_timeout", f"{login.where}: no TLS within {timeout:.3g} s") from None
        except OSError as error:
            raise failure(login.where, error) from error


def _expect_tls(login: Login, answer: bytes) -> None:
    if answer == b"N":
        hint = "sslmode: prefer does without, where the network is trusted"
        raise TargetError("tls_required", f"{login.where}: the server offers no TLS; {hint}")
    if not answer:
        raise TargetError("connection_lost", f"{login.where}: closed when asked for TLS")
    if answer != b"S":
        raise TargetError("malformed", f"{login.where}: not a PostgreSQL server: {answer[:20]!r}")


def _milliseconds(seconds: float) -> str:
    return str(max(1, int(seconds * 1000)))


def _system_certificates() -> str:
    """Return the file of the system's certificates; libpq's own bundle does not know where they lie."""
    return ssl.get_default_verify_paths().cafile or "system"

"""Owns one session with a PostgreSQL server: opened within bounds, read only, asked in one round trip.

It drives libpq itself, through `psycopg.pq`. psycopg's own connection asks the server to cancel when its task
is cancelled, and waits up to ten seconds for that: with a server that hangs, a probe would outlive its
deadline. Here a cancelled task drops the connection at once, and `statement_timeout` ends what still runs.
"""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios

from psycopg import Error, pq

from checks.clock import Clock
from checks.databases.postgres_errors import link_error, statement_error
from checks.databases.postgres_login import Login, limits, verify_server
from checks.databases.sockets import ready
from checks.databases.statements import Statement, read_statements
from checks.errors import MeasureError, ProbeError, TargetError
from checks.net.dial import budget
from checks.net.wire import is_quiet

Row = dict[str, str | None]

LIMITS = read_statements("postgres")["limits"]

MOST_BYTES = 1024 * 1024
"""Of one answer; libpq would take a gigabyte. What we ask for is a few dozen kilobytes."""

_AUTHENTICATION = (pq.ConnStatus.SSL_STARTUP, pq.ConnStatus.AWAITING_RESPONSE, pq.ConnStatus.AUTH_OK)


class Session:
    """An open session. One task at a time may ask it; after any error it must be closed."""

    def __init__(self, login: Login, connection: pq.abc.PGconn, timeout: float) -> None:
        """Take over a connection that is logged in."""
        self._login = login
        self._where = login.where
        self._connection = connection
        self._limit = timeout
        self._prepared: set[str] = set()
        self._received = 0

    @classmethod
    async def open(cls, login: Login, timeout: float, clock: Clock) -> Session:
        """Log in, trying each address of the host in turn.

        Raises:
            ProbeError: when no session could be had, of the last address's class.
        """
        deadline = clock.monotonic() + budget(timeout)
        addresses = await _resolved(login, budget(timeout))
        failure: ProbeError = TargetError("refused", f"{login.where}: no address")
        for number, address in enumerate(addresses):
            share = (deadline - clock.monotonic()) / (len(addresses) - number)
            try:
                return cls(login, await _connect(login, address, timeout, share, clock), timeout)
            except ProbeError as error:
                failure = error
        raise failure

    @property
    def protection(self) -> str:
        """Return how the session is protected, for the detail view."""
        return "TLS" if self._connection.ssl_in_use else "no TLS"

    def serves(self, login: Login) -> bool:
        """Return true while it is this login's and the server has neither closed it nor said anything."""
        return self._login == login and is_quiet(self._connection.socket)

    async def ask(self, timeout: float, *statements: Statement) -> list[list[Row]]:
        """Return the rows of each statement, all asked in one round trip and in one read-only transaction.

        Raises:
            ProbeError: when the server refused one, or the connection broke.
        """
        bounds: tuple[Statement, ...] = ()
        if timeout != self._limit:
            bounds = (LIMITS.with_values(*limits(timeout).values()),)
        self._received = 0
        try:
            for statement in (*bounds, *statements):
                self._send(statement)
            self._connection.pipeline_sync()
            answers = await self._answers()
        except Error as error:
            raise link_error(self._where, str(error)) from error
        self._limit = timeout
        return answers[len(bounds) :]

    async def close(self) -> None:
        """End the session; never waits."""
        self._connection.finish()

    def _send(self, statement: Statement) -> None:
        """Queue a statement, prepared once for each session, as planning costs more than running."""
        name = statement.name.encode()
        if statement.name not in self._prepared:
            self._connection.send_prepare(name, statement.sql.encode())
            self._prepared.add(statement.name)
        self._connection.send_query_prepared(name, [value.encode() for value in statement.values])

    async def _answers(self) -> list[list[Row]]:
        answers: list[list[Row]] = []
        while True:
            result = await self._next_result()
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return answers
            if result.status == pq.ExecStatus.TUPLES_OK:
                answers.append(_rows(result))
            elif result.status != pq.ExecStatus.COMMAND_OK:
                raise self._refusal(result)

    async def _next_result(self) -> pq.abc.PGresult:
        """Return the next result, flushing what is still to be sent; ends of answers are passed over."""
        connection = self._connection
        while True:
            unsent = connection.flush()
            while connection.is_busy():
                await ready(connection.socket, write=bool(unsent))
                self._take()
                unsent = connection.flush()
            result = connection.get_result()
            if result is not None:
                return result
            if connection.status == pq.ConnStatus.BAD:
                raise link_error(self._where, "server closed the connection")

    def _take(self) -> None:
        """Let libpq read what has come, unless that is too much."""
        self._received += _waiting(self._connection.socket)
        if self._received > MOST_BYTES:
            raise TargetError("huge", f"{self._where}: answered with more than {MOST_BYTES >> 20} MiB")
        self._connection.consume_input()

    def _refusal(self, result: pq.abc.PGresult) -> ProbeError:
        sqlstate = _text(result.error_field(pq.DiagnosticField.SQLSTATE))
        message = _text(result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY))
        if not sqlstate:
            return link_error(self._where, message or self._connection.get_error_message())
        return statement_error(self._where, sqlstate, message)


async def _resolved(login: Login, timeout: float) -> tuple[str, ...]:
    try:
        async with asyncio.timeout(timeout):
            return await login.addresses()
    except TimeoutError:
        raise MeasureError("dns_timeout", f"no address for {login.host} within {timeout:.3g} s") from None


async def _connect(login: Login, address: str, timeout: float, share: float, clock: Clock) -> pq.abc.PGconn:
    """Return a connection that is logged in and in pipeline mode, made in its share of the time."""
    deadline = clock.monotonic() + share
    if login.sslmode_for(address) == "verify-full":
        await verify_server(login, address, share, clock)
    connection = pq.PGconn.connect_start(login.conninfo(address, timeout).encode())
    try:
        async with asyncio.timeout(deadline - clock.monotonic()):
            await _log_in(login, connection)
        connection.nonblocking = 1
        connection.enter_pipeline_mode()
        return connection
    except TimeoutError:
        error = _silence(login, connection)
        connection.finish()
        raise error from None
    except BaseException:
        connection.finish()
        raise


async def _log_in(login: Login, connection: pq.abc.PGconn) -> None:
    wanted: int = pq.PollingStatus.WRITING
    while connection.status != pq.ConnStatus.BAD:
        await ready(connection.socket, write=wanted == pq.PollingStatus.WRITING)
        wanted = connection.connect_poll()
        if wanted == pq.PollingStatus.OK:
            return
    without_tls = login.sslmode == "disable"
    raise link_error(login.where, connection.get_error_message(), without_tls=without_tls)


def _silence(login: Login, connection: pq.abc.PGconn) -> ProbeError:
    """Return the error for a login that took too long: how far did it come?"""
    if connection.status in _AUTHENTICATION:
        return TargetError("total_timeout", f"{login.where}: connected, but the login was not answered")
    return TargetError("connect_timeout", f"{login.where}: no connection within the time allowed")


def _waiting(descriptor: int) -> int:
    """Return how many bytes wait in the socket."""
    return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))[0])


def _rows(result: pq.abc.PGresult) -> list[Row]:
    names = [_text(result.fname(column)) for column in range(result.nfields)]
    return [
        {name: _cell(result.get_value(row, column)) for column, name in enumerate(names)}
        for row in range(result.ntuples)
    ]


def _cell(raw: bytes | None) -> str | None:
    return None if raw is None else _text(raw)


def _text(raw: bytes | None) -> str:
    """Return the text; a database without an encoding may hold any bytes."""
    return (raw or b"").decode(errors="replace")

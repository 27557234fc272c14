"""Owns a session in which a step acts: one statement after another, bounded answers, a bounded way to stop.

It logs in as the checks do, through the same room. Unlike theirs it may write, is called after the step's
key, so that it is found when nobody holds it any more, and tells a refused statement from a lost connection.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import Error, pq
from psycopg.conninfo import make_conninfo

from checks.clock import Clock
from checks.databases.postgres_errors import link_error
from checks.databases.postgres_login import Login
from checks.databases.postgres_session import Session
from checks.databases.sockets import ready
from runbooks.postgres.failures import LostError, StatementError, text
from runbooks.postgres.rows import Answer, Remarks, Room

CHUNK = 50
"""Rows that are taken from the connection at once."""
MOST_MEMORY = 64 * 1024 * 1024
"""Bytes by which this process may grow over an answer; libpq keeps a row in memory until it is whole."""
STOPPING = 1.5
"""Seconds that a statement may take to be broken off; the supervisor kills after five."""
ROLLING_BACK = 1.5
"""Seconds that the server may take to answer a ROLLBACK."""

_COPIES = (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH)
_ROWS = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.TUPLES_CHUNK)


@dataclass(frozen=True, slots=True)
class StepLogin(Login):
    """A login that carries a name and settings of its own."""

    application: str = "walkdown"
    """What the session is called in pg_stat_activity; at most 63 bytes."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of the session, in force from its beginning; without spaces and backslashes."""

    def conninfo(self, address: str, timeout: float) -> str:
        """Return libpq's connection string."""
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        inherited = Login.conninfo(self, address, timeout)
        return make_conninfo(inherited, application_name=self.application, options=options)


class StepSession(Session):
    """An open session. One task may use it; after LostError it can only be closed."""

    def __init__(self, login: Login, connection: pq.abc.PGconn, timeout: float) -> None:
        """Take over a connection that is logged in."""
        super().__init__(login, connection, timeout)
        connection.exit_pipeline_mode()
        self.remarks = Remarks()
        """What the server remarked."""
        connection.notice_handler = self._remarked
        self._memory = 0
        self.is_open = True
        """Whether more can be asked."""

    async def run(self, sql: str, values: Sequence[str] = (), room: Room | None = None) -> Answer:
        """Run one statement and return what it answered, rows as far as there is room.

        When the task is cancelled, the server is asked to break the statement off, for a moment.

        Raises:
            StatementError: the server refused it.
            LostError: the connection broke; what became of the statement is not known here.
        """
        self._ask(sql, values)
        try:
            return await self._answer(room or Room())
        except asyncio.CancelledError:
            await self._break_off()
            raise

    async def insist(self, sql: str, grace: float) -> Answer:
        """Run one statement that must not be broken off; once cancelled, wait so many seconds for its end.

        Raises:
            StatementError: the server refused it.
            LostError: the connection broke, or no answer came in the time after the task was cancelled.
        """
        self._ask(sql, ())
        try:
            return await self._answer(Room())
        except asyncio.CancelledError:
            try:
                async with asyncio.timeout(grace):
                    return await self._answer(Room())
            except TimeoutError:
                raise LostError("terminated", f"{self._where}: no answer before we had to end") from None

    async def roll_back(self) -> None:
        """Take back what the transaction has done; where that cannot be asked for, closing does it."""
        if not self.is_open:
            return
        with suppress(StatementError, LostError, TimeoutError):
            async with asyncio.timeout(ROLLING_BACK):
                await self.run("ROLLBACK")

    async def close(self) -> None:
        """End the session; never waits."""
        self.is_open = False
        await super().close()

    def _ask(self, sql: str, values: Sequence[str]) -> None:
        if not self.is_open:
            raise LostError("connection_lost", f"{self._where}: the connection is closed")
        try:
            self._connection.send_query_params(sql.encode(), [value.encode() for value in values])
            self._connection.set_chunked_rows_mode(CHUNK)
        except Error as error:
            raise self._lost(error) from error

    async def _answer(self, room: Room) -> Answer:
        """Return the answer to what was asked; it is taken to its end, so that more can be asked."""
        answer = Answer()
        failure: StatementError | None = None
        self._memory = _memory()
        try:
            while (result := await self._result()) is not None:
                if result.status in _ROWS or result.status == pq.ExecStatus.COMMAND_OK:
                    _take(result, answer, room)
                elif result.status in _COPIES:
                    raise self._given_up("unsupported", "only a command step can copy through the client")
                elif result.status != pq.ExecStatus.EMPTY_QUERY:
                    failure = failure or StatementError.of(result)
        except Error as error:
            raise self._lost(failure or error) from error
        if failure is None:
            return answer
        raise self._lost(failure) if self._connection.status == pq.ConnStatus.BAD else failure

    async def _result(self) -> pq.abc.PGresult | None:
        """Return the next result; None when the answer is over."""
        connection = self._connection
        unsent = connection.flush()
        while connection.is_busy():
            await ready(connection.socket, write=bool(unsent))
            self._receive()
            unsent = connection.flush()
        return connection.get_result()

    def _receive(self) -> None:
        """Let libpq read what has come, unless that is too much."""
        if _memory() - self._memory > MOST_MEMORY:
            raise self._given_up("huge", f"a row, or a few, of more than {MOST_MEMORY >> 20} MiB")
        self._connection.consume_input()

    def _given_up(self, error_class: str, why: str) -> LostError:
        self.is_open = False
        self._connection.finish()
        return LostError(error_class, f"{self._where}: {why}; the connection was closed")

    def _lost(self, error: Error | StatementError) -> LostError:
        self.is_open = False
        if isinstance(error, StatementError):
            return LostError("connection_lost", f"{self._where}: {error.said.message}")
        said = link_error(self._where, str(error))
        return LostError(said.error_class, said.summary)

    async def _break_off(self) -> None:
        """Ask the server to break off what runs, and take what it still says; for a moment only."""
        with suppress(StatementError):
            try:
                async with asyncio.timeout(STOPPING):
                    await self._cancel()
                    await self._answer(Room(0))
            except (LostError, Error, OSError, TimeoutError):
                self.is_open = False
                self._connection.finish()

    async def _cancel(self) -> None:
        canceller = self._connection.cancel_conn()
        canceller.start()
        wanted = pq.PollingStatus.WRITING
        while wanted in (pq.PollingStatus.READING, pq.PollingStatus.WRITING):
            await ready(canceller.socket, write=wanted == pq.PollingStatus.WRITING)
            wanted = pq.PollingStatus(canceller.poll())
        canceller.finish()

    def _remarked(self, result: pq.abc.PGresult) -> None:
        fields = pq.DiagnosticField
        severity, words = (text(result.error_field(f)) for f in (fields.SEVERITY, fields.MESSAGE_PRIMARY))
        more = text(result.error_field(fields.MESSAGE_DETAIL))
        self.remarks.add(f"{severity}: {words}" + (f"\n{more}" if more else ""))


async def open_session(login: StepLogin, timeout: float, clock: Clock) -> StepSession:
    """Log in within so many seconds.

    Raises:
        ProbeError: when no session could be had; nothing was asked of the server then.
    """
    session = await StepSession.open(login, timeout, clock)
    assert isinstance(session, StepSession)
    return session


def _take(result: pq.abc.PGresult, answer: Answer, room: Room) -> None:
    """Take what a result says into the answer."""
    if result.status in _ROWS:
        answer.columns = tuple(text(result.fname(column)) for column in range(result.nfields))
    for row in range(result.ntuples):
        answer.came += 1
        if room.is_left:
            cells = (result.get_value(row, column) for column in range(result.nfields))
            answer.rows.append(room.fit(cells))
    if result.command_status:  # stands on the last of the results that has rows
        answer.tag = text(result.command_status)
        answer.count = result.command_tuples or 0


def _memory() -> int:
    """Return the bytes of memory that this process holds: what libpq has read is told nowhere else."""
    with Path("/proc/self/statm").open("rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

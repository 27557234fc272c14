"""What the kind `postgres` says of real servers in trouble: locks, crashes, full, starting, not yet done."""

import asyncio
import signal
import threading
import time
from contextlib import ExitStack

import psycopg
import pytest

from checks.clock import SystemClock
from checks.databases.postgres_login import Login
from checks.databases.postgres_session import Session
from checks.databases.statements import Statement
from checks.definition import Definition
from checks.errors import ProbeError
from checks.model import Level
from checks.runner import open_runner
from checks.testing import probe
from tests.checks.kinds.test_postgres import again, by_network, by_socket, readings
from tests.servers.postgres import PASSWORD, Postgres, postgres_copy

pytestmark = pytest.mark.postgres


def session_of(server: Postgres, timeout: float = 5.0):
    login = Login(server.host, server.port, "postgres", "postgres", "", "", "", "")
    return Session.open(login, timeout, SystemClock())


@pytest.mark.fault("postgres", "total_timeout")
async def test_the_server_itself_ends_a_statement_that_takes_too_long(postgres):
    session = await session_of(postgres, 0.5)
    try:
        with pytest.raises(ProbeError) as caught:
            await session.ask(0.5, Statement("sleep", "SELECT pg_sleep(600)"))
    finally:
        await session.close()
    assert caught.value.error_class == "total_timeout"
    assert "57014" in caught.value.detail


@pytest.mark.fault("postgres", "total_timeout")
async def test_no_session_is_left_a_second_after_a_probe_was_cancelled(postgres):
    session = await session_of(postgres, 1.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await session.ask(1.0, Statement("sleep", "SELECT pg_sleep(600)"))
    await session.close()
    started = time.monotonic()
    postgres.wait_until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'walkdown')")
    assert time.monotonic() - started < 1.7


@pytest.mark.fault("postgres", "server_error")
async def test_a_lock_on_what_we_read_is_given_up_within_two_seconds(own_postgres):
    async with open_runner({}, SystemClock()) as runner:
        definition = Definition("db", "postgres", by_socket(own_postgres), timeout=1.0)
        assert (await runner.run(definition)).level is Level.OK
        with own_postgres.connect() as holder, holder.transaction():
            holder.execute("LOCK TABLE pg_catalog.pg_database IN ACCESS EXCLUSIVE MODE")
            started = time.monotonic()
            result = await runner.run(definition)
        assert time.monotonic() - started < 1.0
    assert (result.level, result.error_class) == (Level.CRIT, "lock_timeout")


@pytest.mark.fault("postgres", "server_error")
async def test_the_session_can_write_nothing(postgres):
    session = await session_of(postgres)
    with pytest.raises(ProbeError) as caught:
        await session.ask(5.0, Statement("write", "CREATE TABLE public.written ()"))
    await session.close()
    assert caught.value.error_class == "server_error"
    assert "25006" in caught.value.detail


@pytest.mark.fault("postgres", "server_error")
async def test_a_server_that_takes_no_connections_yet_is_starting(postgres_template):
    with postgres_copy(postgres_template) as server:
        server.stop()
        (server.folder / "data" / "standby.signal").touch()
        server.start(wait=False, hot_standby="off")
        with pytest.raises(psycopg.OperationalError, match="not accepting"):
            wait_for_answer(server)
        result = await probe(by_socket(server))
    assert (result.level, result.error_class) == (Level.WARN, "starting")


def wait_for_answer(server: Postgres) -> None:
    """Connect until the server answers, be it with a refusal."""
    while True:
        try:
            return server.connect().close()
        except psycopg.OperationalError as error:
            if "starting up" in str(error) or "No such file" in str(error) or "refused" in str(error):
                continue
            raise


@pytest.mark.fault("postgres", "restart")
async def test_a_crash_under_a_query_is_a_lost_connection_and_the_next_probe_reconnects(own_postgres):
    session = await session_of(own_postgres)
    crash = threading.Timer(0.2, own_postgres.stop, [signal.SIGQUIT])
    crash.start()
    with pytest.raises(ProbeError) as caught:
        await session.ask(5.0, Statement("sleep", "SELECT pg_sleep(600)"))
    await session.close()
    crash.join()
    assert caught.value.error_class == "connection_lost"
    assert (await probe(by_socket(own_postgres))).error_class == "refused"
    own_postgres.start()
    assert (await probe(by_socket(own_postgres))).level is Level.OK


@pytest.mark.fault("postgres", "restart")
async def test_a_restart_between_two_probes_is_no_fault(own_postgres):
    async with open_runner({}, SystemClock()) as runner:
        definition = Definition("db", "postgres", by_socket(own_postgres))
        memory: dict = {}
        assert (await runner.run(definition, memory=memory)).level is Level.OK
        own_postgres.stop()
        assert (await runner.run(definition, memory=memory)).error_class == "refused"
        own_postgres.start()
        result = await runner.run(definition, memory=memory)
        assert result.level is Level.OK
        assert len(own_postgres.ours()) == 1


@pytest.mark.fault("postgres", "restart")
async def test_a_session_ended_by_an_administrator_under_a_query_is_a_shutdown(postgres):
    session = await session_of(postgres)
    ((backend, _),) = postgres.ours()
    end = threading.Timer(0.2, postgres.run, [f"SELECT pg_terminate_backend({backend})"])
    end.start()
    with pytest.raises(ProbeError) as caught:
        await session.ask(5.0, Statement("sleep", "SELECT pg_sleep(600)"))
    await session.close()
    end.join()
    assert caught.value.error_class == "shutdown"


@pytest.mark.fault("postgres", "overloaded")
async def test_a_full_server_is_too_many_connections(small_postgres):
    with ExitStack() as held:
        with pytest.raises(psycopg.OperationalError):
            for _ in range(9):
                held.enter_context(small_postgres.connect(user="monitor", password=PASSWORD))
        result = await probe(by_network(small_postgres))
    assert (result.level, result.error_class) == (Level.CRIT, "too_many_connections")


@pytest.mark.fault("postgres", "clock")
@pytest.mark.parametrize("jump", [3600.0, -3600.0])
async def test_a_wall_clock_that_jumps_changes_no_reading(postgres, jump):
    class Jumping(SystemClock):
        offset = 0.0

        def now(self) -> float:
            return super().now() + self.offset

    clock = Jumping()
    async with open_runner({}, clock) as runner:
        memory: dict = {}
        before = await again(runner, by_socket(postgres), memory)
        clock.offset = jump
        after = await again(runner, by_socket(postgres), memory)
    assert after.level is Level.OK
    assert 0 <= readings(after)["uptime"] - readings(before)["uptime"] < 60
    assert 0 <= readings(after)["commits"] < 1000

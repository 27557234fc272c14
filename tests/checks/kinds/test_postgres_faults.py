"""What the kind `postgres` says when the server is away, ill, hostile, or something else altogether."""

import asyncio
import os
import signal
import socket
import struct
import threading
import time
from contextlib import ExitStack

import psycopg
import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.errors import ProbeError
from checks.kinds.postgres import PostgresCheck
from checks.model import Level
from checks.postgres_login import Login
from checks.postgres_session import Session
from checks.runner import open_runner
from checks.secrets import SecretText
from checks.statements import Statement
from checks.testing import probe
from tests.checks.kinds.test_postgres import busy, by_network, by_socket
from tests.servers.certificates import BAD
from tests.servers.faults import drip, hard_reset, say
from tests.servers.postgres import PASSWORD, Postgres, postgres_copy

pytestmark = pytest.mark.postgres

AUTH_OK = b"R\x00\x00\x00\x08\x00\x00\x00\x00" + b"Z\x00\x00\x00\x05I"
"""What a server says to a login that it takes: authenticated, ready for a query."""


def at(port: int, **options: object) -> PostgresCheck:
    return PostgresCheck(**({"host": "127.0.0.1", "port": port, "sslmode": "disable"} | options))


def session_of(server: Postgres, timeout: float = 5.0):
    login = Login(server.host, server.port, "postgres", "postgres", "", "", "", "")
    return Session.open(login, timeout, SystemClock())


async def timed(check: PostgresCheck, timeout: float):
    started = time.monotonic()
    result = await probe(check, timeout=timeout)
    assert time.monotonic() - started < timeout + 0.5
    return result


@pytest.mark.fault("postgres", "refused")
async def test_a_closed_port_is_refused(closed_port):
    result = await timed(at(closed_port), 5.0)
    assert (result.level, result.error_class) == (Level.CRIT, "refused")


@pytest.mark.fault("postgres", "refused")
async def test_a_missing_socket_is_refused_and_its_path_named(tmp_path):
    result = await probe(PostgresCheck(host=str(tmp_path)))
    assert (result.level, result.error_class) == (Level.CRIT, "refused")
    assert f"{tmp_path}/.s.PGSQL.5432" in result.summary


@pytest.mark.fault("postgres", "blackhole")
async def test_a_port_that_drops_us_is_a_connect_timeout_at_the_deadline(blackhole):
    result = await timed(at(blackhole), 1.0)
    assert (result.level, result.error_class) == (Level.CRIT, "connect_timeout")


@pytest.mark.fault("postgres", "dns")
@pytest.mark.parametrize(
    ("answer", "level", "error_class"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Level.CRIT, "dns_nxdomain"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Level.UNKNOWN, "dns_servfail"),
        (lambda: time.sleep(1.0) or [], Level.UNKNOWN, "dns_timeout"),
    ],
)
async def test_a_name_that_cannot_be_resolved_has_its_own_class(names, answer, level, error_class):
    names["db.example"] = answer if callable(answer) else lambda: answer
    result = await timed(at(5432, host="db.example"), 0.5)
    assert (result.level, result.error_class) == (level, error_class)


@pytest.mark.fault("postgres", "dns")
async def test_the_second_address_is_tried_when_the_first_is_dead(postgres, names):
    names["db.example"] = ["127.0.0.2", "127.0.0.1"]
    check = by_network(postgres, host="db.example", sslmode="prefer")
    assert (await timed(check, 3.0)).level is Level.OK


@pytest.mark.fault("postgres", "slow_loris")
async def test_a_login_answered_byte_by_byte_ends_at_the_deadline(faults):
    port = await faults.serve(drip(AUTH_OK * 1000))
    result = await timed(at(port), 1.0)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
    assert "login" in result.summary


@pytest.mark.fault("postgres", "total_timeout")
async def test_a_server_that_stops_answering_costs_the_deadline_and_no_more(own_postgres):
    async with open_runner({}, SystemClock()) as runner:
        definition = Definition("db", "postgres", by_socket(own_postgres), timeout=1.0)
        assert (await runner.run(definition)).level is Level.OK
        ((backend, _),) = own_postgres.ours()
        os.kill(backend, signal.SIGSTOP)
        try:
            started = time.monotonic()
            result = await runner.run(definition)
            assert time.monotonic() - started < 1.5
            assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
        finally:
            os.kill(backend, signal.SIGCONT)
        assert (await runner.run(definition)).level is Level.OK


@pytest.mark.fault("postgres", "total_timeout")
async def test_a_stopped_server_takes_the_connection_and_not_the_login(own_postgres):
    own_postgres.process.send_signal(signal.SIGSTOP)
    try:
        result = await timed(by_network(own_postgres), 1.0)
    finally:
        own_postgres.process.send_signal(signal.SIGCONT)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")


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


@pytest.mark.fault("postgres", "reset")
async def test_a_login_that_is_reset_is_a_lost_connection(faults):
    async def behaviour(reader, writer):
        await reader.read(1)
        hard_reset(writer)

    result = await timed(at(await faults.serve(behaviour)), 5.0)
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("postgres", "reset")
async def test_an_answer_that_is_reset_is_a_lost_connection(faults):
    async def behaviour(reader, writer):
        await reader.read(1000)
        writer.write(AUTH_OK)
        await reader.read(1000)
        writer.write(b"1\x00\x00\x00\x04")
        await writer.drain()
        hard_reset(writer)

    result = await timed(at(await faults.serve(behaviour)), 5.0)
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("postgres", "malformed")
@pytest.mark.parametrize("sslmode", ["disable", "prefer", "require", "verify-full"])
async def test_an_http_server_on_the_port_is_malformed(faults, sslmode):
    port = await faults.serve(say(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
    result = await timed(at(port, sslmode=sslmode), 5.0)
    assert (result.level, result.error_class) == (Level.CRIT, "malformed"), result.summary


@pytest.mark.fault("postgres", "huge")
async def test_a_megabyte_of_query_text_is_cut_by_the_server(postgres_template):
    sql = f"SELECT pg_sleep(60) /* {'x' * 1_000_000} */"
    with postgres_copy(postgres_template, track_activity_query_size="1MB") as server, busy(server, sql):
        result = await probe(by_socket(server))
    ((*_, query),) = result.observation.rows.rows
    assert query.startswith("SELECT pg_sleep(60)")
    assert len(query) <= 300


@pytest.mark.fault("postgres", "huge")
async def test_a_gigabyte_announced_is_refused_before_it_has_come(faults):
    sent = 0

    async def behaviour(reader, writer):
        nonlocal sent
        await reader.read(1000)
        writer.write(AUTH_OK)
        await reader.read(1000)
        writer.write(b"1\x00\x00\x00\x04" + b"D" + struct.pack(">I", 1 << 30))
        while True:
            writer.write(bytes(65536))
            sent += 65536
            await writer.drain()

    result = await timed(at(await faults.serve(behaviour)), 3.0)
    assert (result.level, result.error_class) == (Level.CRIT, "huge")
    assert sent < 24 * 1024 * 1024


@pytest.mark.fault("postgres", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
async def test_a_bad_certificate_is_refused_and_the_flaw_named(faults, authority, flaw):
    port = await faults.serve(tls_after_request(authority.bad(flaw)))
    result = await timed(at(port, sslmode="verify-full", ca_file=authority.file), 5.0)
    assert (result.level, result.error_class) == (Level.CRIT, BAD[flaw])


def tls_after_request(context):
    """Speak TLS as PostgreSQL does: when asked, and then nothing but errors."""

    async def behaviour(reader, writer):
        await reader.readexactly(8)
        writer.write(b"S")
        await writer.start_tls(context)
        await reader.read(1000)

    return behaviour


@pytest.fixture(scope="module")
def tls_postgres(postgres_template, authority):
    """A server with a good certificate."""
    pair = authority.issue()
    with postgres_copy(postgres_template) as server:
        server.stop()
        for name, data in (("server.crt", pair.pem), ("server.key", pair.key_pem)):
            path = server.folder / "data" / name
            path.write_bytes(data)
            os.chown(path, server.folder.stat().st_uid, server.folder.stat().st_gid)
            path.chmod(0o600)
        server.start(ssl="on")
        yield server


@pytest.mark.parametrize("sslmode", ["prefer", "require", "verify-ca", "verify-full"])
async def test_a_good_certificate_is_accepted(tls_postgres, authority, sslmode):
    ca_file = authority.file if sslmode.startswith("verify") else ""
    result = await probe(by_network(tls_postgres, "sealed", sslmode=sslmode, ca_file=ca_file))
    assert result.level is Level.OK, result.summary
    assert "TLS" in result.observation.detail and "no TLS" not in result.observation.detail


async def test_a_certificate_of_an_authority_that_is_not_ours_is_refused(tls_postgres):
    result = await probe(by_network(tls_postgres, sslmode="verify-full"))
    assert (result.level, result.error_class) == (Level.CRIT, "tls_untrusted")


async def test_a_file_of_authorities_that_is_missing_is_our_own_fault(tls_postgres):
    for sslmode in ("verify-full", "verify-ca"):
        result = await probe(by_network(tls_postgres, sslmode=sslmode, ca_file="/nowhere/ca.pem"))
        assert (result.level, result.error_class) == (Level.UNKNOWN, "ca_file")


@pytest.mark.parametrize("sslmode", ["require", "verify-full"])
async def test_a_server_without_tls_is_refused_when_tls_is_required(postgres, sslmode):
    result = await probe(by_network(postgres, sslmode=sslmode))
    assert (result.level, result.error_class) == (Level.CRIT, "tls_required")


async def test_a_server_that_requires_tls_of_us_says_so(tls_postgres):
    result = await probe(by_network(tls_postgres, "sealed", sslmode="disable"))
    assert (result.level, result.error_class) == (Level.CRIT, "tls_required")


@pytest.mark.fault("postgres", "auth")
async def test_a_wrong_password_is_auth_and_never_shown(postgres):
    check = by_network(postgres, password=SecretText("wrong-Passw0rd"))
    result = await probe(check)
    assert (result.level, result.error_class) == (Level.CRIT, "auth")
    assert "wrong-Passw0rd" not in repr(result) + repr(check)


@pytest.mark.fault("postgres", "auth")
@pytest.mark.parametrize("options", [{"password": None}, {"user": "nobody-here"}])
async def test_no_password_and_no_such_role_are_auth(postgres, options):
    result = await probe(by_network(postgres, **options))
    assert (result.level, result.error_class) == (Level.CRIT, "auth")


@pytest.mark.fault("postgres", "auth")
async def test_a_role_that_may_not_connect_to_the_database_is_our_own_missing_permission(postgres):
    postgres.run("CREATE DATABASE closed")
    postgres.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    try:
        result = await probe(by_network(postgres, "plain", database="closed"))
    finally:
        postgres.run("DROP DATABASE closed")
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody who may not")
async def test_a_socket_folder_that_we_may_not_enter_is_a_missing_permission(postgres):
    mode = postgres.folder.stat().st_mode
    postgres.folder.chmod(0o700)
    os.seteuid(65534)
    try:
        result = await probe(by_socket(postgres))
    finally:
        os.seteuid(0)
        postgres.folder.chmod(mode)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


async def test_a_database_that_does_not_exist_is_no_db(postgres):
    result = await probe(by_socket(postgres, database="absent"))
    assert (result.level, result.error_class) == (Level.CRIT, "no_db")


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


@pytest.mark.fault("postgres", "hostile_text")
async def test_hostile_names_and_queries_reach_nobody_raw(postgres):
    evil = "\x1b]0;owned\x07[bold]\u202eevil\r" + "x" * 30
    name = psycopg.sql.Identifier(evil)
    with postgres.connect() as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(name))
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} SUPERUSER LOGIN").format(name))
    try:
        with busy(postgres, f"SELECT pg_sleep(60) /* {evil} */", dbname=evil, user="postgres"):
            result = await probe(by_socket(postgres, database=evil))
    finally:
        with postgres.connect() as connection:
            connection.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(psycopg.sql.SQL("DROP ROLE {}").format(name))
    shown = [result.summary, result.observation.detail, *sum(result.observation.rows.rows, ())]
    assert any("evil" in text for text in shown)
    assert not [text for text in shown if set(text) & set("\x1b\x07\r\u202e")]


@pytest.mark.fault("postgres", "hostile_text")
async def test_a_hostile_error_message_reaches_nobody_raw(faults):
    fields = b"SFATAL\x00C28P01\x00M\x1b]0;owned\x07 password authentication failed \xff\xfe\r\x00\x00"
    port = await faults.serve(say(b"E" + struct.pack(">I", len(fields) + 4) + fields))
    result = await timed(at(port), 5.0)
    assert result.error_class == "auth"
    assert not set(result.summary + result.observation.detail) & set("\x1b\x07\r")

"""What the kind `postgres` says when the network, or what stands on the port, is at fault."""

import os
import signal
import socket
import struct
import time

import psycopg
import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.postgres import PostgresCheck
from checks.model import Level
from checks.runner import open_runner
from checks.testing import probe
from tests.checks.kinds.test_postgres import at, busy, by_network, by_socket, timed
from tests.servers.faults import drip, hard_reset, say
from tests.servers.postgres import postgres_copy

pytestmark = pytest.mark.postgres

AUTH_OK = b"R\x00\x00\x00\x08\x00\x00\x00\x00" + b"Z\x00\x00\x00\x05I"
"""What a server says to a login that it takes: authenticated, ready for a query."""


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

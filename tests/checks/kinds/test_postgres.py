"""What the kind `postgres` sees of real servers."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.postgres import PostgresCheck
from checks.model import Level, Result
from checks.runner import Runner, open_runner
from checks.secrets import SecretText
from checks.testing import probe
from tests.servers.postgres import PASSWORD, Postgres

RECEIVING = "EXISTS (SELECT FROM pg_stat_wal_receiver)"

pytestmark = pytest.mark.postgres


def by_socket(server: Postgres, **options: object) -> PostgresCheck:
    return PostgresCheck(**({"host": server.host, "port": server.port, "user": "postgres"} | options))


def by_network(server: Postgres, user: str = "monitor", **options: object) -> PostgresCheck:
    given = {"host": "127.0.0.1", "port": server.port, "user": user, "password": SecretText(PASSWORD)}
    return PostgresCheck(**(given | options))


def at(port: int, **options: object) -> PostgresCheck:
    return PostgresCheck(**({"host": "127.0.0.1", "port": port, "sslmode": "disable"} | options))


async def timed(check: PostgresCheck, timeout: float):
    started = time.monotonic()
    result = await probe(check, timeout=timeout)
    assert time.monotonic() - started < timeout + 0.5
    return result


def readings(result: Result) -> dict[str, float]:
    return {reading.name: reading.value for reading in result.observation.readings}


async def again(runner: Runner, check: PostgresCheck, memory: dict, timeout: float = 5.0) -> Result:
    return await runner.run(Definition("db", "postgres", check, timeout=timeout), memory=memory)


@contextmanager
def busy(server: Postgres, sql: str, **options: object) -> Iterator[psycopg.Connection]:
    """Run a statement in another session while the block runs."""
    connection = server.connect(**options)

    def run() -> None:
        with suppress(psycopg.Error):
            connection.execute(sql)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        pid = connection.info.backend_pid
        server.wait_until(f"(SELECT state = 'active' FROM pg_stat_activity WHERE pid = {pid})")
        yield connection
    finally:
        server.run(f"SELECT pg_terminate_backend({pid})")
        thread.join()
        connection.close()


async def test_every_declared_reading_is_reported_in_its_unit(postgres):
    result = await probe(by_network(postgres))
    assert result.level is Level.OK, result
    declared = {spec.name: spec.unit for spec in PostgresCheck.READINGS}
    assert {reading.name: reading.unit for reading in result.observation.readings} == declared


async def test_the_summary_names_version_role_and_connections(postgres):
    result = await probe(by_socket(postgres))
    version = postgres.run("SELECT current_setting('server_version')")[0][0]
    assert result.summary.startswith(f"PostgreSQL {version} primary: ")
    assert "of 100 connections" in result.summary


async def test_sessions_are_counted_by_state_without_our_own(postgres):
    with (
        postgres.connect() as idle,
        busy(postgres, "SELECT pg_sleep(60)"),
        postgres.connect() as holding,
        postgres.connect() as failed,
    ):
        idle.execute("SELECT 1")
        holding.execute("BEGIN")
        failed.execute("BEGIN")
        with pytest.raises(psycopg.Error):
            failed.execute("SELECT 1/0")
        seen = readings(await probe(by_socket(postgres)))
        assert (seen["idle"], seen["active"], seen["idle_in_transaction"]) == (1, 1, 2)
        assert seen["connections"] == 5
        assert seen["connections_used"] == pytest.approx(5.0)
        assert seen["longest_transaction"] >= seen["longest_query"] > 0


async def test_a_session_that_waits_for_a_lock_is_counted(postgres):
    postgres.run("CREATE TABLE queue ()")
    try:
        with postgres.connect() as holder:
            holder.execute("BEGIN")
            holder.execute("LOCK TABLE queue")
            with busy(postgres, "SELECT * FROM queue"):
                postgres.wait_until("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')")
                assert readings(await probe(by_socket(postgres)))["waiting"] == 1
    finally:
        postgres.run("DROP TABLE queue")


async def test_the_queries_that_run_are_listed_longest_first(postgres):
    with busy(postgres, "SELECT pg_sleep(61)"), busy(postgres, "SELECT\n  pg_sleep(62)"):
        result = await probe(by_socket(postgres))
    queries = [row[-1] for row in result.observation.rows.rows]
    assert queries == ["SELECT pg_sleep(61)", "SELECT pg_sleep(62)"]
    assert result.observation.rows.columns[0] == "pid"


async def test_a_query_that_has_not_run_for_long_is_not_listed(postgres):
    with busy(postgres, "SELECT pg_sleep(60)"):
        result = await probe(by_socket(postgres, long_query=30.0))
    assert result.observation.rows.rows == ()
    assert readings(result)["active"] == 1


async def test_our_own_session_and_idle_ones_are_not_long_queries(postgres):
    with postgres.connect() as idle:
        idle.execute("SELECT 'quiet'")
        result = await probe(by_socket(postgres))
    assert result.observation.rows.rows == ()
    assert readings(result)["longest_query"] == 0


async def test_size_grows_with_the_database_but_is_asked_once_a_minute(postgres):
    postgres.run("CREATE DATABASE measured")
    try:
        check = by_socket(postgres, database="measured")
        async with open_runner({}, SystemClock()) as runner:
            memory: dict = {}
            first = readings(await again(runner, check, memory))["size"]
            with postgres.connect(dbname="measured") as connection:
                connection.execute(
                    "CREATE TABLE filler AS SELECT repeat('x', 999) FROM generate_series(1, 9999)"
                )
            assert readings(await again(runner, check, memory))["size"] == first
            asked, size = memory["size"]
            memory["size"] = (asked - 61, size)
            assert readings(await again(runner, check, memory))["size"] > first + 9_000_000
    finally:
        postgres.run("DROP DATABASE measured WITH (FORCE)")


async def test_commits_are_a_rate_and_rollbacks_a_share_since_the_look_before(own_postgres):
    async with open_runner({}, SystemClock()) as runner:
        memory: dict = {}
        await again(runner, by_socket(own_postgres), memory)
        with own_postgres.connect() as connection:
            for _ in range(150):
                connection.execute("SELECT 1")
            for _ in range(50):
                with pytest.raises(psycopg.Error):
                    connection.execute("SELECT 1/0")
            connection.execute("SELECT pg_stat_force_next_flush()")
            connection.execute("SELECT 1")
        seen = readings(await again(runner, by_socket(own_postgres), memory))
    assert seen["commits"] > 0
    assert seen["rollback_ratio"] == pytest.approx(25.0, abs=2.0)
    assert 0 < seen["hit_ratio"] <= 100


async def test_two_checks_of_one_login_share_one_session(postgres):
    async with open_runner({}, SystemClock()) as runner:
        for timeout in (5.0, 4.0, 5.0):
            assert (await again(runner, by_socket(postgres), {}, timeout)).level is Level.OK
        assert len(postgres.ours()) == 1
    assert postgres.ours() == []


async def test_the_session_is_read_only_and_blind_to_planted_functions(postgres):
    async with open_runner({}, SystemClock()) as runner:
        await again(runner, by_socket(postgres), {})
        settings = postgres.run("SELECT pid FROM pg_stat_activity WHERE application_name = 'walkdown'")
        assert len(settings) == 1
    postgres.run("CREATE DATABASE trapped")
    try:
        with postgres.connect(dbname="trapped") as connection:
            connection.execute("CREATE TABLE caught ()")
            connection.execute(
                "CREATE FUNCTION public.current_setting(text) RETURNS text LANGUAGE plpgsql AS"
                " $$BEGIN RAISE EXCEPTION 'trapped'; END$$"
            )
            connection.execute("ALTER DATABASE trapped SET search_path = public, pg_catalog")
        assert (await probe(by_socket(postgres, database="trapped"))).level is Level.OK
    finally:
        postgres.run("DROP DATABASE trapped WITH (FORCE)")


async def test_what_a_role_may_not_see_is_absent_and_said(postgres):
    with busy(postgres, "SELECT pg_sleep(60)"):
        result = await probe(by_network(postgres, "plain"))
    seen = readings(result)
    assert result.level is Level.OK
    assert "pg_monitor" in result.summary
    assert "longest_query" not in seen and "active" not in seen
    assert seen["connections"] == 2


async def test_a_standby_reports_its_lag_from_receiving_and_from_replaying(own_postgres, standby):
    async with open_runner({}, SystemClock()) as runner:
        memory: dict = {}
        own_postgres.run("CREATE TABLE copied AS SELECT 1 AS number")
        standby.wait_until(f"{RECEIVING} AND to_regclass('copied') IS NOT NULL")
        result = await again(runner, by_socket(standby), memory)
        seen = readings(result)
        assert (seen["in_recovery"], seen["receiving"]) == (1, 1)
        assert "standby" in result.summary and "replay lag" in result.summary

        standby.run("SELECT pg_wal_replay_pause()")
        own_postgres.run("INSERT INTO copied SELECT generate_series(1, 9999)")
        standby.wait_until("pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) > 9999")
        seen = readings(await again(runner, by_socket(standby), memory))
        assert seen["replay_bytes"] > 9999
        assert seen["replay_lag"] > 0
        standby.run("SELECT pg_wal_replay_resume()")

        own_postgres.stop()
        standby.wait_until(f"NOT {RECEIVING}")
        result = await again(runner, by_socket(standby), memory)
        assert readings(result)["receiving"] == 0
        assert "not receiving" in result.summary

        standby.run("SELECT pg_promote()")
        result = await again(runner, by_socket(standby), memory)
        seen = readings(result)
        assert result.level is Level.OK
        assert (seen["in_recovery"], seen["replay_lag"]) == (0, 0)


async def test_the_password_file_is_honoured(postgres, tmp_path):
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"*:*:*:monitor:{PASSWORD}\n")
    passfile.chmod(0o600)
    result = await probe(by_network(postgres, password=None, passfile=str(passfile)))
    assert result.level is Level.OK


async def test_a_password_in_the_environment_is_not_used(postgres, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert (await probe(by_network(postgres, password=None))).error_class == "auth"


@pytest.mark.parametrize("options", [{"port": 0}, {"port": 65536}, {"host": ""}])
def test_options_that_name_no_server_are_refused(options):
    with pytest.raises(ValueError, match=r"port|host"):
        PostgresCheck(**options)

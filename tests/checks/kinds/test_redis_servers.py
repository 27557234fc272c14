"""Whom Redis lets in, and what the kind `redis` says of real servers in trouble."""

import contextlib
import os
import signal
import socket
import subprocess

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.redis import RedisCheck
from checks.model import Level
from checks.runner import open_runner
from checks.secrets import SecretSource, SecretText
from tests.checks.kinds.test_redis import PASSWORD, again, break_saving, readings, timed
from tests.servers.certificates import BAD
from tests.servers.faults import hang
from tests.servers.redis import running_redis

pytestmark = pytest.mark.redis


@pytest.mark.fault("redis", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
async def test_a_bad_certificate_is_refused_and_the_flaw_named(faults, authority, flaw):
    port = await faults.serve(hang, tls=authority.bad(flaw))
    result = await timed(RedisCheck(port=port, tls=True, ca_file=authority.file))
    assert (result.level, result.error_class) == (Level.CRIT, BAD[flaw])


@pytest.fixture(scope="module")
def tls_redis(authority):
    """A server that speaks TLS on a port of its own."""
    pair = authority.issue()
    files = {
        "tls_cert_file": authority.write("redis.pem", pair.pem),
        "tls_key_file": authority.write("redis.key", pair.key_pem),
        "tls_ca_cert_file": authority.file,
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running_redis(tls_port=str(port), tls_auth_clients="no", **{k: str(v) for k, v in files.items()}):
        yield port


async def test_a_good_certificate_is_accepted_and_the_session_kept(tls_redis, authority):
    check = RedisCheck(port=tls_redis, tls=True, ca_file=authority.file)
    async with open_runner({}, SystemClock()) as runner:
        for _ in range(2):
            result = await runner.run(Definition("cache", "redis", check))
            assert result.level is Level.OK, result.summary
        assert readings(result)["clients"] == 1


async def test_a_certificate_left_unverified_is_a_lasting_warning(tls_redis):
    result = await timed(RedisCheck(port=tls_redis, tls=True, verify=False))
    assert (result.level, result.error_class) == (Level.WARN, "tls_unverified")
    assert readings(result)["clients"] == 1


async def test_tls_with_a_server_that_speaks_none_is_said(redis):
    result = await timed(RedisCheck(port=redis.port, tls=True), 1.0)
    assert result.level is Level.CRIT
    assert result.error_class in ("tls_protocol", "connection_lost", "tls_timeout")


@pytest.mark.fault("redis", "auth")
@pytest.mark.parametrize(
    "login",
    [
        {},
        {"password": SecretText("wrong-Passw0rd")},
        {"username": "nobody-here", "password": SecretText(PASSWORD)},
    ],
)
async def test_a_login_that_is_missing_or_wrong_is_auth_and_never_shown(login):
    with running_redis(requirepass=PASSWORD) as server:
        result = await timed(RedisCheck(port=server.port, **login))
    assert (result.level, result.error_class) == (Level.CRIT, "auth")
    assert "Passw0rd" not in repr(result)


@pytest.mark.fault("redis", "auth")
async def test_a_password_for_a_server_without_one_is_auth(redis):
    result = await timed(RedisCheck(port=redis.port, password=SecretText(PASSWORD)))
    assert (result.level, result.error_class) == (Level.CRIT, "auth")


@pytest.mark.fault("redis", "auth")
async def test_a_user_who_may_not_ask_is_our_own_missing_permission(own_redis):
    own_redis.run("ACL", "SETUSER", "blind", "on", f">{PASSWORD}", "+ping")
    check = RedisCheck(port=own_redis.port, username="blind", password=SecretText(PASSWORD))
    result = await timed(check)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody who may not")
async def test_a_socket_that_we_may_not_open_is_a_missing_permission(own_redis):
    own_redis.folder.chmod(0o700)
    os.seteuid(65534)
    try:
        result = await timed(RedisCheck(socket=own_redis.socket))
    finally:
        os.seteuid(0)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


@pytest.mark.fault("redis", "server_error")
async def test_saving_that_fails_and_stops_writes_is_misconf(own_redis):
    own_redis.run("CONFIG", "SET", "save", "3600 1")
    own_redis.run("SET", "a", "1")
    break_saving(own_redis)
    result = await timed(RedisCheck(port=own_redis.port))
    assert (result.level, result.error_class) == (Level.CRIT, "misconf")
    assert readings(result)["unsaved"] == 1


@pytest.mark.fault("redis", "server_error")
async def test_a_server_that_still_loads_its_data_is_loading():
    with running_redis(enable_debug_command="yes", key_load_delay="0") as server:
        server.run("DEBUG", "POPULATE", "3000", "key", "10")
        server.run("SAVE")
        server.stop()
        server.settings |= {"key-load-delay": "2000", "loading-process-events-interval-bytes": "1024"}
        server.start(wait=False)
        server.wait_until("PING", "LOADING")
        result = await timed(RedisCheck(port=server.port))
    assert (result.level, result.error_class) == (Level.WARN, "loading")


@pytest.mark.fault("redis", "restart")
async def test_a_restart_under_our_command_is_a_lost_connection_and_then_well_again(own_redis):
    async with open_runner({}, SystemClock()) as runner:
        definition = Definition("cache", "redis", RedisCheck(port=own_redis.port))
        memory: dict = {}
        assert (await runner.run(definition, memory=memory)).level is Level.OK
        own_redis.process.send_signal(signal.SIGSTOP)
        killer = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {own_redis.process.pid}"])
        result = await runner.run(definition, memory=memory)
        assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")
        killer.wait()
        own_redis.stop(signal.SIGKILL)
        assert (await runner.run(definition, memory=memory)).error_class == "refused"
        own_redis.start()
        assert (await runner.run(definition, memory=memory)).level is Level.OK


@pytest.mark.fault("redis", "restart")
async def test_a_restart_between_two_probes_is_no_fault(own_redis):
    async with open_runner({}, SystemClock()) as runner:
        definition = Definition("cache", "redis", RedisCheck(port=own_redis.port))
        memory: dict = {}
        assert (await runner.run(definition, memory=memory)).level is Level.OK
        own_redis.stop()
        own_redis.start()
        result = await runner.run(definition, memory=memory)
    assert result.level is Level.OK
    assert "evictions" not in readings(result) or readings(result)["evictions"] >= 0


@pytest.mark.fault("redis", "overloaded")
async def test_full_memory_from_which_nothing_may_go_is_oom_with_its_readings():
    with running_redis(maxmemory="1mb", maxmemory_policy="noeviction") as server:
        script = "for i = 1, 400 do redis.call('SET', i, string.rep('x', 10000)) end"
        server.run("EVAL", script, "0")
        assert "OOM" in server.run("SET", "more", "x" * 1000)
        result = await timed(RedisCheck(port=server.port))
    assert (result.level, result.error_class) == (Level.CRIT, "oom")
    assert readings(result)["memory_used"] > 100


@pytest.mark.fault("redis", "overloaded")
async def test_a_script_that_does_not_end_is_busy(own_redis):
    own_redis.run("CONFIG", "SET", "busy-reply-threshold", "50")
    endless = subprocess.Popen(own_redis.argv("EVAL", "while true do end", "0"), stdout=subprocess.DEVNULL)
    own_redis.wait_until("PING", "BUSY")
    result = await timed(RedisCheck(port=own_redis.port))
    own_redis.run("SCRIPT", "KILL")
    endless.wait()
    assert (result.level, result.error_class) == (Level.CRIT, "busy")


@contextlib.contextmanager
def the_only_client(server):
    """Hold the one connection that the server lets in."""
    for _ in range(500):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(server.socket)
            connection.sendall(b"PING\r\n")
            if connection.recv(64) == b"+PONG\r\n":
                yield
                return
    raise AssertionError("the server lets nobody in")


@pytest.mark.fault("redis", "overloaded")
async def test_a_full_server_is_too_many_connections():
    with running_redis(maxclients="1") as server, the_only_client(server):
        result = await timed(RedisCheck(port=server.port))
    assert (result.level, result.error_class) == (Level.CRIT, "too_many_connections")


@pytest.mark.fault("redis", "config_changed")
async def test_a_password_that_changes_or_goes_is_noticed_at_the_next_probe(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    with running_redis(requirepass=PASSWORD) as server:
        check = RedisCheck(port=server.port, password=SecretText("{{ secret.cache }}"))
        async with open_runner({"cache": SecretSource(file=str(secret))}, SystemClock()) as runner:
            assert (await again(runner, check, {})).level is Level.OK
            secret.write_text("wrong-Passw0rd")
            assert (await again(runner, check, {})).error_class == "auth"
            secret.unlink()
            result = await again(runner, check, {})
            assert (result.level, result.error_class) == (Level.UNKNOWN, "secret")
            secret.write_text(PASSWORD)
            assert (await again(runner, check, {})).level is Level.OK
            assert server.run("CLIENT", "LIST").count("name=walkdown") == 1

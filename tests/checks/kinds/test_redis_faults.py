"""What the kind `redis` says when the server is away, ill, hostile, or something else altogether."""

import os
import resource
import signal
import socket
import subprocess
import time

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.redis import RedisCheck
from checks.model import Level
from checks.runner import open_runner
from checks.secrets import SecretText
from checks.testing import probe
from tests.checks.kinds.test_redis import PASSWORD, break_saving, readings
from tests.servers.certificates import BAD
from tests.servers.faults import drip, hang, hard_reset, say
from tests.servers.redis import redis_like, running_redis

pytestmark = pytest.mark.redis


async def timed(check: RedisCheck, timeout: float = 5.0):
    started = time.monotonic()
    result = await probe(check, timeout=timeout)
    assert time.monotonic() - started < timeout + 0.5
    return result


@pytest.mark.fault("redis", "refused")
async def test_a_closed_port_is_refused(closed_port):
    result = await timed(RedisCheck(port=closed_port))
    assert (result.level, result.error_class) == (Level.CRIT, "refused")


@pytest.mark.fault("redis", "refused")
async def test_a_missing_socket_is_refused_and_its_path_named(tmp_path):
    result = await timed(RedisCheck(socket=str(tmp_path / "absent")))
    assert (result.level, result.error_class) == (Level.CRIT, "refused")
    assert str(tmp_path / "absent") in result.summary


@pytest.mark.fault("redis", "blackhole")
async def test_a_port_that_drops_us_is_a_connect_timeout_at_the_deadline(blackhole):
    result = await timed(RedisCheck(port=blackhole), 1.0)
    assert (result.level, result.error_class) == (Level.CRIT, "connect_timeout")


@pytest.mark.fault("redis", "dns")
@pytest.mark.parametrize(
    ("answer", "level", "error_class"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Level.CRIT, "dns_nxdomain"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Level.UNKNOWN, "dns_servfail"),
        (lambda: time.sleep(1.0) or [], Level.UNKNOWN, "dns_timeout"),
    ],
)
async def test_a_name_that_cannot_be_resolved_has_its_own_class(names, answer, level, error_class):
    names["cache.example"] = answer if callable(answer) else lambda: answer
    result = await timed(RedisCheck(host="cache.example"), 0.5)
    assert (result.level, result.error_class) == (level, error_class)


@pytest.mark.fault("redis", "slow_loris")
async def test_a_reply_byte_by_byte_ends_at_the_deadline(faults):
    port = await faults.serve(drip(b"+OK\r\n$100000\r\n" + b"x" * 1000))
    result = await timed(RedisCheck(port=port), 1.0)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("redis", "total_timeout")
async def test_a_server_that_says_nothing_is_a_timeout(faults):
    result = await timed(RedisCheck(port=await faults.serve(hang)), 0.5)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("redis", "total_timeout")
async def test_a_server_that_sleeps_under_our_command_is_a_timeout_and_then_well_again(own_redis):
    async with open_runner({}, SystemClock()) as runner:
        definition = Definition("cache", "redis", RedisCheck(port=own_redis.port), timeout=0.5)
        assert (await runner.run(definition)).level is Level.OK
        asleep = subprocess.Popen(own_redis.argv("DEBUG", "SLEEP", "1.5"), stdout=subprocess.DEVNULL)
        try:
            while (result := await runner.run(definition)).level is Level.OK:
                pass
            assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
        finally:
            asleep.wait()
        assert (await runner.run(definition)).level is Level.OK


@pytest.mark.fault("redis", "total_timeout")
async def test_a_server_whose_clients_are_paused_is_a_timeout(own_redis):
    own_redis.run("CLIENT", "PAUSE", "60000", "ALL")
    result = await timed(RedisCheck(port=own_redis.port), 0.5)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("redis", "total_timeout")
async def test_a_stopped_server_is_a_timeout(own_redis):
    own_redis.process.send_signal(signal.SIGSTOP)
    result = await timed(RedisCheck(port=own_redis.port), 0.5)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("redis", "reset")
async def test_a_reset_is_a_lost_connection(faults):
    async def behaviour(reader, writer):
        await reader.read(1000)
        writer.write(b"$100\r\nabc")
        await writer.drain()
        hard_reset(writer)

    result = await timed(RedisCheck(port=await faults.serve(behaviour)))
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("redis", "malformed")
@pytest.mark.parametrize("password", [None, SecretText(PASSWORD)])
async def test_an_http_server_on_the_port_is_malformed(faults, password):
    port = await faults.serve(say(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
    result = await timed(RedisCheck(port=port, password=password))
    assert (result.level, result.error_class) == (Level.CRIT, "malformed")


@pytest.mark.fault("redis", "malformed")
@pytest.mark.parametrize(
    "info", [b":1\r\n", b"*1\r\n:1\r\n", b"$-1\r\n", b"$5\r\nabcdefg", b"$x\r\n", b"*1\r\n" * 20]
)
async def test_an_answer_that_is_no_information_is_malformed(faults, info):
    result = await timed(RedisCheck(port=await redis_like(faults, info=info)))
    assert (result.level, result.error_class) == (Level.CRIT, "malformed")


@pytest.mark.fault("redis", "huge")
@pytest.mark.parametrize("head", [b"$536870912\r\n", b"*536870912\r\n"])
async def test_half_a_gigabyte_announced_is_refused_without_taking_memory(faults, head):
    sent = 0

    async def behaviour(reader, writer):
        nonlocal sent
        await reader.read(1000)
        writer.write(head)
        while True:
            writer.write(b":1\r\n" * 16384)
            sent += 65536
            await writer.drain()

    port = await faults.serve(behaviour)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = await timed(RedisCheck(port=port))
    assert (result.level, result.error_class) == (Level.CRIT, "huge")
    assert sent < 16 * 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024


@pytest.mark.fault("redis", "huge")
async def test_a_line_without_end_is_refused(faults):
    async def behaviour(reader, writer):
        while True:
            writer.write(b"+" * 65536)
            await writer.drain()

    result = await timed(RedisCheck(port=await faults.serve(behaviour)))
    assert (result.level, result.error_class) == (Level.CRIT, "malformed")


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


@pytest.mark.fault("redis", "server_error")
@pytest.mark.parametrize(
    ("message", "level", "error_class"),
    [
        ("READONLY You can't write against a read only replica.", Level.WARN, "readonly"),
        ("MASTERDOWN Link with MASTER is down", Level.WARN, "replication"),
        ("OOM command not allowed when used memory > 'maxmemory'.", Level.CRIT, "oom"),
        ("DENIED Redis is running in protected mode", Level.UNKNOWN, "permission"),
        ("ERR something else", Level.CRIT, "server_error"),
    ],
)
async def test_an_error_reply_has_the_class_of_its_first_word(faults, message, level, error_class):
    refusal = f"-{message}\r\n".encode()
    result = await timed(RedisCheck(port=await redis_like(faults, ping=refusal, info=refusal)))
    assert (result.level, result.error_class) == (level, error_class)
    assert message in result.summary


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


@pytest.mark.fault("redis", "overloaded")
async def test_a_full_server_is_too_many_connections():
    with running_redis(maxclients="1") as server:
        holding = subprocess.Popen(server.argv("BLPOP", "never", "0"), stdout=subprocess.DEVNULL)
        try:
            server.wait_until("PING", "max number of clients")
            result = await timed(RedisCheck(port=server.port))
        finally:
            holding.kill()
            holding.wait()
    assert (result.level, result.error_class) == (Level.CRIT, "too_many_connections")


@pytest.mark.fault("redis", "hostile_text")
async def test_hostile_text_reaches_nobody_raw(faults):
    evil = b"\x1b]0;owned\x07[bold]\xe2\x80\xaeevil\xff"
    text = (
        b"redis_version:"
        + evil
        + b"\r\ndb0:keys=1,expires=0,avg_ttl=nan\r\ndb"
        + evil
        + b":x\r\nrole:"
        + evil
    )
    port = await redis_like(faults, info=b"$%d\r\n%s\r\n" % (len(text), text))
    result = await timed(RedisCheck(port=port))
    assert "evil" in result.summary
    refused = await timed(
        RedisCheck(port=await redis_like(faults, ping=b"-" + evil + b"\r\n", info=b"-X\r\n"))
    )
    assert "evil" in refused.summary
    for seen in (result, refused):
        assert not set(seen.summary + seen.observation.detail) & set("\x1b\x07\u202e")

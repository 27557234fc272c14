"""What the kind `redis` says when the network, or what stands on the port, is at fault."""

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
from tests.checks.kinds.test_redis import PASSWORD, timed
from tests.servers.faults import drip, hang, hard_reset, say
from tests.servers.redis import redis_like

pytestmark = pytest.mark.redis


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

"""What the kind `redis` sees of real servers."""

import os
import subprocess
import time

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.redis import RedisCheck
from checks.model import Level, Result
from checks.runner import Runner, open_runner
from checks.secrets import SecretText
from checks.testing import probe
from tests.servers.redis import Redis, redis_like, running_redis

pytestmark = pytest.mark.redis

PASSWORD = "redis-Passw0rd"


def readings(result: Result) -> dict[str, float]:
    return {reading.name: reading.value for reading in result.observation.readings}


async def again(runner: Runner, check: RedisCheck, memory: dict) -> Result:
    return await runner.run(Definition("cache", "redis", check), memory=memory)


async def timed(check: RedisCheck, timeout: float = 5.0):
    started = time.monotonic()
    result = await probe(check, timeout=timeout)
    assert time.monotonic() - started < timeout + 0.5
    return result


async def test_every_declared_reading_is_reported_in_its_unit(redis):
    result = await probe(RedisCheck(port=redis.port))
    assert result.level is Level.OK, result
    declared = {spec.name: spec.unit for spec in RedisCheck.READINGS}
    assert {reading.name: reading.unit for reading in result.observation.readings} == declared


async def test_the_summary_names_version_role_and_load(redis):
    result = await probe(RedisCheck(socket=redis.socket))
    assert result.summary.startswith("Redis ")
    assert " primary: " in result.summary and "clients" in result.summary


async def test_keys_are_counted_over_all_databases_and_listed_by_database(own_redis):
    own_redis.run("SET", "a", "1", "EX", "1000")
    own_redis.run("SET", "b", "1")
    own_redis.run("-n", "3", "SET", "c", "1")
    result = await probe(RedisCheck(port=own_redis.port))
    assert readings(result)["keys"] == 3
    assert [row[:3] for row in result.observation.rows.rows] == [("db0", "2", "1"), ("db3", "1", "0")]


async def test_hits_are_a_share_and_evictions_a_rate_since_the_look_before():
    with running_redis(maxmemory="2mb", maxmemory_policy="allkeys-lru") as server:
        async with open_runner({}, SystemClock()) as runner:
            memory: dict = {}
            first = readings(await again(runner, RedisCheck(port=server.port), memory))
            assert (first["hit_ratio"], first["evictions"]) == (100, 0)
            server.run("SET", "here", "1")
            script = "for i = 1, {} do redis.call('GET', '{}') end"
            server.run("EVAL", script.format(300, "here"), "0")
            server.run("EVAL", script.format(100, "gone"), "0")
            server.run("EVAL", "for i = 1, 400 do redis.call('SET', i, string.rep('x', 10000)) end", "0")
            second = readings(await again(runner, RedisCheck(port=server.port), memory))
    assert second["hit_ratio"] == pytest.approx(75.0)
    assert second["evictions"] > 0
    assert second["memory_used"] == pytest.approx(100 * second["memory"] / 2**21)


async def test_blocked_clients_and_unsaved_changes_are_counted(own_redis):
    waiting = subprocess.Popen(own_redis.argv("BLPOP", "never", "0"), stdout=subprocess.DEVNULL)
    try:
        own_redis.wait_until("INFO clients", "blocked_clients:1")
        own_redis.run("SET", "a", "1")
        seen = readings(await probe(RedisCheck(port=own_redis.port)))
    finally:
        waiting.kill()
        waiting.wait()
    assert (seen["blocked_clients"], seen["unsaved"]) == (1, 1)


async def test_a_save_makes_the_last_save_young_again(own_redis):
    own_redis.run("SET", "a", "1")
    own_redis.run("SAVE")
    seen = readings(await probe(RedisCheck(port=own_redis.port)))
    assert 0 <= seen["last_save"] < 5
    assert seen["unsaved"] == 0


async def test_two_checks_of_one_login_share_one_session(redis):
    async with open_runner({}, SystemClock()) as runner:
        for _ in range(3):
            assert (await again(runner, RedisCheck(port=redis.port), {})).level is Level.OK
        assert redis.run("CLIENT", "LIST").count("name=walkdown") == 1
    redis.wait_until("INFO clients", "connected_clients:1")


@pytest.mark.parametrize("user", ["", "watcher"])
async def test_password_and_user_open_a_closed_server(user):
    with running_redis(requirepass=PASSWORD) as server:
        server.run("ACL", "SETUSER", "watcher", "on", f">{PASSWORD}", "+ping", "+info")
        check = RedisCheck(port=server.port, username=user, password=SecretText(PASSWORD))
        assert (await probe(check)).level is Level.OK


async def test_a_replica_that_lost_its_primary_warns_and_still_reports():
    with running_redis(repl_diskless_sync_delay="0") as primary, running_redis() as replica:
        replica.run("REPLICAOF", "127.0.0.1", str(primary.port))
        replica.wait_until("INFO replication", "master_link_status:up")
        result = await probe(RedisCheck(port=replica.port))
        assert result.level is Level.OK
        assert readings(result)["replica"] == 1 and " replica: " in result.summary
        assert readings(await probe(RedisCheck(port=primary.port)))["replicas"] == 1

        primary.stop()
        replica.wait_until("INFO replication", "master_link_status:down")
        result = await probe(RedisCheck(port=replica.port))
        assert (result.level, result.error_class) == (Level.WARN, "replication")
        assert readings(result)["replica"] == 1


@pytest.mark.skipif(os.getuid() != 0, reason="root may write everywhere, so the folder is taken away")
async def test_a_save_that_failed_warns(own_redis):
    own_redis.run("CONFIG", "SET", "stop-writes-on-bgsave-error", "no")
    own_redis.run("SET", "a", "1")
    break_saving(own_redis)
    result = await probe(RedisCheck(port=own_redis.port))
    assert (result.level, result.error_class) == (Level.WARN, "persistence")
    assert readings(result)["unsaved"] == 1


def break_saving(server: Redis) -> None:
    """Let a save to disk fail: a folder stands where the file should be."""
    (server.folder / "dump.rdb" / "in the way").mkdir(parents=True)
    server.run("BGSAVE")
    server.wait_until("INFO persistence", "rdb_last_bgsave_status:err")


async def test_an_append_only_file_that_cannot_be_written_warns(faults):
    text = b"redis_version:7.0.0\r\nrole:master\r\naof_last_write_status:err\r\n"
    port = await redis_like(faults, info=b"$%d\r\n%s\r\n" % (len(text), text))
    result = await probe(RedisCheck(port=port))
    assert (result.level, result.error_class) == (Level.WARN, "persistence")


async def test_what_a_server_does_not_report_is_absent(faults):
    text = b"# Server\r\nredis_version:2.4.0\r\nused_memory:100\r\n"
    port = await redis_like(faults, info=b"$%d\r\n%s\r\n" % (len(text), text))
    seen = readings(await probe(RedisCheck(port=port)))
    assert seen["memory"] == 100
    assert "memory_used" not in seen and "uptime" not in seen


@pytest.mark.parametrize(
    "options",
    [{"port": 0}, {"host": ""}, {"username": "me"}, {"socket": "/run/redis", "tls": True}],
)
def test_options_that_contradict_each_other_are_refused(options):
    with pytest.raises(ValueError, match=r"port|host|password|TLS"):
        RedisCheck(**options)

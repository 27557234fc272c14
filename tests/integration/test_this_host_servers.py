"""PostgreSQL and Redis on this host, configured in YAML as an operator does, probed from end to end."""

from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.kinds.postgres import PostgresCheck
from checks.kinds.redis import RedisCheck
from checks.model import Level, Result
from checks.runner import open_runner
from checks.system import System, load_system
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.redis import Redis, running_redis

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

SYSTEM = """\
system: shop
vars: {{database_port: "{postgres.port}"}}
secrets:
  database: {{file: {folder}/database}}
  cache: {{file: {folder}/cache}}
checks:
  database:
    kind: postgres
    host: 127.0.0.1
    port: "{{{{ database_port }}}}"
    user: monitor
    password: "{{{{ secret.database }}}}"
    long_query: 5 m
    warn: [connections_used > 80 %, longest_query > 5 m, size > 1 TB]
    crit: latency > 4 s
  database-crowded:
    kind: postgres
    host: {postgres.host}
    port: {postgres.port}
    user: postgres
    warn: connections >= 1
  database-blind:
    kind: postgres
    host: 127.0.0.1
    port: {postgres.port}
    user: plain
    password: "{{{{ secret.database }}}}"
    warn: longest_query > 5 m
  cache:
    kind: redis
    port: {redis.port}
    password: "{{{{ secret.cache }}}}"
    warn: [memory_used > 80 %, evictions > 0 /s, hit_ratio < 50 %]
  cache-by-socket:
    kind: redis
    socket: {redis.socket}
    password: "{{{{ secret.cache }}}}"
"""


@pytest.fixture
def cache():
    with running_redis(requirepass=PASSWORD) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, own_postgres: Postgres, cache: Redis) -> System:
    for name in ("database", "cache"):
        (tmp_path / name).write_text(PASSWORD + "\n")
        (tmp_path / name).chmod(0o600)
    file = tmp_path / "system.yaml"
    file.write_text(SYSTEM.format(postgres=own_postgres, redis=cache, folder=tmp_path))
    return load_system(file)


async def probe_all(system: System) -> dict[str, Result]:
    async with open_runner(system.secrets, SystemClock()) as runner:
        return {definition.name: await runner.run(definition) for definition in system.definitions}


async def test_both_servers_are_well_by_the_rules_of_the_operator(shop):
    results = await probe_all(shop)
    for name in ("database", "cache", "cache-by-socket"):
        assert results[name].level is Level.OK, results[name]
    values = {reading.name: reading.value for reading in results["database"].observation.readings}
    assert values["size"] > 1_000_000 and values["connections"] >= 1
    assert all(verdict.value is not None for verdict in results["database"].verdicts)


async def test_a_rule_that_holds_decides_and_one_without_its_reading_is_unknown(shop):
    results = await probe_all(shop)
    assert results["database-crowded"].level is Level.WARN
    assert "connections >= 1" in results["database-crowded"].summary
    assert results["database-blind"].level is Level.UNKNOWN
    assert "pg_monitor" in results["database-blind"].summary


async def test_a_configured_server_that_is_stopped_is_refused(shop, own_postgres, cache):
    own_postgres.stop()
    cache.stop()
    for result in (await probe_all(shop)).values():
        assert (result.level, result.error_class) == (Level.CRIT, "refused"), result


async def test_no_password_is_in_any_result(shop):
    assert PASSWORD not in repr(await probe_all(shop)) + repr(shop)


@pytest.mark.parametrize("kind", [PostgresCheck, RedisCheck])
def test_the_example_of_the_kind_loads_as_it_stands(kind, tmp_path):
    lines = ["    " + line for line in kind.EXAMPLE.splitlines()]
    secrets = "secrets: {db_password: {env: DB}, redis_password: {env: REDIS}}"
    (tmp_path / "system.yaml").write_text("\n".join(["system: s", secrets, "checks:", "  one:", *lines, ""]))
    (definition,) = load_system(tmp_path).definitions
    assert isinstance(definition.check, kind)
    assert definition.rules

"""`walkdown check -o json` beside a real PostgreSQL, a real Redis and a real Docker Engine, well and not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.commands import CommandLine
from tests.servers.docker import Docker, stop
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.redis import Redis

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.docker]

CRIT, UNKNOWN = 2, 3
NOBODY = 65534
SYSTEM = """\
system: three
checks:
  warm: {{kind: command, run: ["true"], expect: {{exit: 0}}}}
  database: {{kind: postgres, host: {postgres.host}, port: {postgres.port}, user: postgres}}
  cache: {{kind: redis, port: {redis.port}}}
  boxes: {{kind: container, host: "{host}"}}
"""
SERVERS = ["database", "cache", "boxes"]
AS_NOBODY = f"""\
import contextlib, io, os, sys
from tui.cli import main
arguments = sys.argv[1:]
sys.argv = ["walkdown", "check", "--here", "-o", "json", "warm"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()  # imports all there is to import, while it can be read
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
sys.argv = ["walkdown", *arguments]
main()
"""
"""Runs the command line as a user who may nothing."""


def checks_in(done: subprocess.CompletedProcess) -> dict[str, dict]:
    """Return the checks that were printed as JSON, by name; each with its readings by name."""
    assert not done.stderr, done.stderr
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    for check in checks.values():
        check["values"] = {reading["name"]: reading["value"] for reading in check["readings"]}
    return checks


def verdicts(done: subprocess.CompletedProcess) -> dict[str, tuple[str, str]]:
    return {name: (check["level"], check["error_class"]) for name, check in checks_in(done).items()}


def test_all_three_are_listed_with_real_values(
    walkdown: CommandLine, own_postgres: Postgres, own_redis: Redis, containers: Docker
):
    box = containers.run("sh", "-c", "while true; do sleep 1; done")
    own_redis.run("MSET", "a", "1", "b", "2", "c", "3")
    own_postgres.run("CREATE TABLE much AS SELECT generate_series(1, 100000)")
    folder = walkdown.system(SYSTEM.format(postgres=own_postgres, redis=own_redis, host=containers.host))
    done = walkdown("check", "--system", folder, "-o", "json", *SERVERS)
    checks = checks_in(done)
    assert list(checks) == SERVERS
    assert {checks[name]["level"] for name in ("database", "cache")} == {"OK"}

    database = checks["database"]["values"]
    ((size, maximum),) = own_postgres.run(
        "SELECT pg_database_size('postgres')::float8, current_setting('max_connections')::float8"
    )
    assert database["size"] == pytest.approx(size, rel=0.1)
    assert database["connections"] >= 1
    assert database["connections_used"] == pytest.approx(100 * database["connections"] / maximum, abs=0.5)
    assert 0 < database["latency"] < 5 and database["uptime"] > 0

    cache = checks["cache"]["values"]
    assert cache["keys"] == 3 and cache["clients"] >= 1
    assert cache["memory"] > 100_000 and cache["uptime"] >= 0

    boxes = checks["boxes"]
    assert boxes["values"]["total"] == len(containers.client.containers.list(all=True))
    of_ours = {r["name"]: r["value"] for r in boxes["readings"] if r["labels"] == {"container": box.name}}
    assert of_ours["memory"] > 0 and of_ours["restarts"] == 0 and of_ours["cpu"] >= 0


def test_one_that_is_configured_and_stopped_is_crit(
    walkdown: CommandLine, own_postgres: Postgres, own_redis: Redis, own_engine: Docker
):
    folder = walkdown.system(SYSTEM.format(postgres=own_postgres, redis=own_redis, host=own_engine.host))
    own_postgres.stop()
    own_redis.stop()
    stop(own_engine.process)
    done = walkdown("check", "--system", folder, "-o", "json", *SERVERS)
    assert done.returncode == CRIT
    assert verdicts(done) == {
        "database": ("CRIT", "refused"),
        "cache": ("CRIT", "refused"),
        "boxes": ("CRIT", "daemon_down"),
    }


def test_what_may_not_be_seen_of_a_server_is_unknown_and_never_bad(
    walkdown: CommandLine, postgres: Postgres, own_redis: Redis
):
    own_redis.run("ACL", "SETUSER", "blind", "on", f">{PASSWORD}", "+ping")
    secret = walkdown.folder / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    login = 'password: "{{ secret.word }}"'
    folder = walkdown.system(
        f"system: blind\nsecrets: {{word: {{file: {secret}}}}}\nchecks:\n"
        f"  database: {{kind: postgres, host: 127.0.0.1, port: {postgres.port}, user: plain, {login},\n"
        "             warn: longest_query > 5 m}\n"
        f"  cache: {{kind: redis, port: {own_redis.port}, username: blind, {login}}}\n"
    )
    done = walkdown("check", "--system", folder, "-o", "json")
    assert done.returncode == UNKNOWN
    assert {name: level for name, (level, _) in verdicts(done).items()} == {
        "database": "UNKNOWN",
        "cache": "UNKNOWN",
    }
    assert PASSWORD not in done.stdout


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can look into, as that of a test is not."""
    folder = Path(tempfile.mkdtemp(prefix="wd-open-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
@pytest.mark.fault("container", "auth")
def test_an_engine_whose_socket_we_may_not_use_is_unknown_and_says_what_to_do(
    open_folder: Path, postgres: Postgres, redis: Redis, own_engine: Docker
):
    file = open_folder / "system.yaml"
    file.write_text(SYSTEM.format(postgres=postgres, redis=redis, host=own_engine.host))
    file.chmod(0o644)
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", AS_NOBODY, "check", "--here", "-o", "json", *SERVERS],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "WALKDOWN_SYSTEM": str(file), **homes},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == UNKNOWN, done.stderr
    checks = checks_in(done)
    assert (checks["boxes"]["level"], checks["boxes"]["error_class"]) == ("UNKNOWN", "permission")
    assert "group that owns the socket" in checks["boxes"]["summary"]
    assert {checks[name]["level"] for name in ("database", "cache")} == {"OK"}, "the others are not affected"

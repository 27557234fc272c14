"""What walkdown finds on a machine by itself, and what it leaves alone."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from checks.discover import discover
from checks.discovery import containers, listening, postgres, redis, systemd
from checks.net import knock
from checks.registry import KINDS, find_kind
from checks.system import system_from_data
from checks.testing import probe

LISTEN = """
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
print(flush=True)
input()
"""
SYSTEMCTL = """\
#!/bin/sh
case $1 in
    list-units) echo 'web.service loaded failed failed Web' ;;
    show) echo NFailedUnits=1 ;;
esac
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def bare_machine(proc, tmp_path, monkeypatch):
    """A machine on which nothing runs."""
    monkeypatch.setattr(systemd, "BOOTED", tmp_path / "none")
    monkeypatch.setattr(listening, "listeners", lambda: ())
    monkeypatch.setattr(containers, "_sockets", lambda: iter(()))
    monkeypatch.setattr(postgres, "FOLDER", tmp_path / "none")
    monkeypatch.setattr(postgres, "PORT", free_port())
    monkeypatch.setattr(redis, "PORT", free_port())
    monkeypatch.setattr(redis, "SOCKETS", ())
    return proc


def free_port() -> int:
    """Return a port below those that clients are given; parallel test runs begin at different ones."""
    for port in range(20_000 + os.getpid() % 100 * 100, 32_000):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("every port is taken")


@contextlib.contextmanager
def listening_program(program: str | Path, address: str, port: int):
    """Start a program that listens, and end it."""
    argv = (program, "-c", LISTEN, address, str(port))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"\n"
        yield process
        process.kill()


def test_this_machine_becomes_a_system_that_loads_without_a_warning():
    data = discover()
    system = system_from_data(data)
    assert system.warnings == ()
    assert system.info.name == data["system"]
    assert {"cpu", "memory", "load", "disk", "processes"} <= {check.name for check in system.info.checks}
    assert {check.group for check in system.info.checks} <= {"host", "services", "containers", "data"}


async def test_what_is_found_on_this_machine_can_be_measured_at_once():
    system = system_from_data(discover())
    for definition in system.definitions:
        if definition.group == "host":
            result = await probe(definition.check, *definition.rules)
            assert result.level.value != "UNKNOWN", result


def test_discovery_is_quick_and_loads_no_driver():
    script = """
import sys, time
from checks.discover import discover
discover()
began = time.perf_counter(); discover(); print(time.perf_counter() - began)
print(*sorted({"psutil", "docker", "psycopg", "redis", "httpx", "pydantic", "re2"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, loaded = done.stdout.split("\n", 1)
    assert float(seconds) < 0.5
    assert loaded.strip() == ""


def test_what_is_missing_is_left_out(bare_machine, monkeypatch):
    monkeypatch.setattr(socket, "gethostname", lambda: "a b\x1b[2J.example.net")
    data = discover()
    assert list(data["checks"]) == ["processes"]
    assert data["system"] == "a-b-2J"
    assert "\x1b" not in data["title"]


def test_a_machine_without_swap_gets_no_rule_about_it(bare_machine):
    bare_machine.write("meminfo", "MemTotal: 10 kB\nSwapTotal: 0 kB\n")
    assert discover()["checks"]["memory"]["warn"] == ["used > 90 % for 1 m"]
    bare_machine.write("meminfo", "MemTotal: 10 kB\nSwapTotal: 5 kB\n")
    assert len(discover()["checks"]["memory"]["warn"]) == 2


def test_a_network_that_carries_nothing_but_loopback_is_left_out(bare_machine):
    head = "Inter-|\n face |\n"
    bare_machine.write(
        "net/dev", f"{head}lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\neth0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    )
    assert "network" not in discover()["checks"]
    bare_machine.write("net/dev", f"{head}eth0: 0 0 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n")
    assert "network" in discover()["checks"]


async def test_a_listening_service_is_named_after_its_program(tmp_path):
    port = free_port()
    program = tmp_path / "My (Web) Srv"
    program.symlink_to(sys.executable)
    with listening_program(program, "0.0.0.0", port):
        found = listening.find()
        check = found[f"listen-my-web-srv-{port}"]
        assert check["title"] == f"my-web-srv on port {port}"
        assert (check["host"], check["port"]) == ("127.0.0.1", port)
        assert (await probe(find_kind("tcp")(host=check["host"], port=port))).level.value == "OK"


@pytest.mark.parametrize(
    ("address", "host"), [("127.0.0.9", "127.0.0.9"), ("::", "localhost"), ("::1", "::1")]
)
def test_a_service_is_looked_for_where_it_listens(address, host):
    port = free_port()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family), pytest.MonkeyPatch.context() as patch:
        patch.setattr(listening.os, "getpid", lambda: -1)
        (check,) = (check for check in listening.find().values() if check["port"] == port)
    assert check["host"] == host


def test_our_own_sockets_and_ports_given_to_clients_are_left_out():
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", 0)) as ephemeral:
        ports = {check["port"] for check in listening.find().values()}
        assert not {port, ephemeral.getsockname()[1]} & ports


def test_walkdown_in_another_process_is_left_out(tmp_path):
    port = free_port()
    program = tmp_path / "walkdown"
    program.symlink_to(sys.executable)
    with listening_program(program, "127.0.0.1", port):
        assert port not in {check["port"] for check in listening.find().values()}


def test_a_dozen_services_are_enough(monkeypatch):
    monkeypatch.setattr(listening.os, "getpid", lambda: -1)
    with contextlib.ExitStack() as stack:
        for _ in range(listening.MOST + 2):
            stack.enter_context(socket.create_server(("127.0.0.1", free_port())))
        assert len(listening.find()) == listening.MOST


def test_a_service_whose_owner_is_hidden_is_named_after_its_port(monkeypatch):
    monkeypatch.setattr(listening, "_owners", lambda inodes: {})
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert any(name.endswith(f"-{port}") for name in listening.find())


def test_systemd_is_asked_for_failed_units_where_it_runs(bare_machine, tmp_path, monkeypatch):
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    data = discover()
    assert data["checks"]["systemd"]["kind"] == "command"
    (definition,) = (check for check in system_from_data(data).definitions if check.name == "systemd")
    assert [rule.text for rule in definition.rules] == ["failed > 0"]


async def test_a_failed_unit_makes_the_check_warn_and_is_named_first(bare_machine, tmp_path, monkeypatch):
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    fake = tmp_path / "systemctl"
    fake.write_text(SYSTEMCTL)
    fake.chmod(0o755)
    data = discover()
    data["checks"]["systemd"]["env"] = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    (definition,) = (check for check in system_from_data(data).definitions if check.name == "systemd")
    result = await probe(definition.check, *definition.rules)
    assert result.level.value == "WARN"
    assert result.summary == "web.service loaded failed failed Web (failed > 0)"


@pytest.fixture
def engine_socket(tmp_path, monkeypatch):
    path = tmp_path / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return path


def test_a_container_engine_that_answers_is_found(engine_socket):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(engine_socket))
        server.listen()
        assert containers.find()["containers"]["host"] == f"unix://{engine_socket}"


def test_an_engine_that_left_only_its_socket_is_not_found(engine_socket, monkeypatch):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(engine_socket))
    found = containers.find().get("containers", {})
    assert found.get("host") != f"unix://{engine_socket}"


def test_an_engine_that_is_forbidden_to_us_is_shown_all_the_same(monkeypatch):
    @contextlib.contextmanager
    def forbid(where):
        raise PermissionError(13, "Permission denied")
        yield

    monkeypatch.setattr(containers, "_sockets", lambda: iter(["/run/docker.sock"]))
    monkeypatch.setattr(containers, "knock", forbid)
    assert containers.find()["containers"]["host"] == "unix:///run/docker.sock"


@pytest.mark.postgres
async def test_a_postgres_that_lets_us_in_is_found_by_its_unix_socket(postgres, bare_machine, monkeypatch):
    server = postgres
    monkeypatch.setattr("checks.discovery.postgres.FOLDER", server.folder)
    check = discover()["checks"]["postgres"]
    assert (check["host"], check["port"], check["user"]) == (server.host, server.port, "postgres")
    options = {name: check[name] for name in ("host", "port", "user")}
    assert (await probe(find_kind("postgres")(**options))).level.value == "OK"


@pytest.mark.postgres
def test_a_postgres_that_wants_a_password_is_left_out(postgres, bare_machine, monkeypatch):
    monkeypatch.setattr("checks.discovery.postgres.PORT", postgres.port)
    assert "postgres" not in discover()["checks"]


@pytest.fixture
def redis_server(tmp_path):
    """Start a Redis of the test's own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server")
    with contextlib.ExitStack() as stack:

        def start(*options: str) -> int:
            port = free_port()
            argv = (program, "--port", str(port), "--save", "", "--dir", str(tmp_path), *options)
            process = stack.enter_context(subprocess.Popen(argv, stdout=subprocess.DEVNULL))
            stack.callback(process.kill)
            while True:
                with contextlib.suppress(OSError), knock.knock(port):
                    return port
                time.sleep(0.02)

        yield start


@pytest.mark.redis
async def test_a_redis_that_answers_is_found_and_is_no_listening_service_as_well(redis_server, monkeypatch):
    port = redis_server()
    monkeypatch.setattr(redis, "PORT", port)
    checks = discover()["checks"]
    assert (checks["redis"]["host"], checks["redis"]["port"]) == ("127.0.0.1", port)
    assert [name for name, check in checks.items() if check.get("port") == port] == ["redis"]
    assert (await probe(find_kind("redis")(host="127.0.0.1", port=port))).level.value == "OK"


@pytest.mark.redis
def test_a_redis_that_wants_a_password_is_left_to_the_listening_services(redis_server, monkeypatch):
    port = redis_server("--requirepass", "a-long-password")
    monkeypatch.setattr(redis, "PORT", port)
    monkeypatch.setattr(redis, "SOCKETS", ())
    checks = discover()["checks"]
    assert "redis" not in checks
    assert f"listen-redis-server-{port}" in checks


def test_something_else_on_the_port_of_redis_that_never_answers_does_not_hold_us_up(
    bare_machine, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(redis, "PORT", silent.getsockname()[1])
        monkeypatch.setattr(postgres, "PORT", silent.getsockname()[1])
        done = threading.Event()
        thread = threading.Thread(target=lambda: (discover(), done.set()))
        thread.start()
        assert done.wait(5)
        thread.join()


def test_every_kind_that_discovery_names_exists():
    assert {check["kind"] for check in discover()["checks"].values()} <= set(KINDS)

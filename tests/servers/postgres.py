"""Starts PostgreSQL servers of its own: one of each sort per test session, in folders that go with it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

PASSWORD = "monitor-Passw0rd"
"""Of the roles `monitor` (may see everything), `plain` (may not) and `sealed` (may only come through TLS)."""

HBA = """\
local   all postgres           trust
local   all all                scram-sha-256
hostssl all sealed   127.0.0.1/32 scram-sha-256
host    all monitor,plain,postgres 127.0.0.1/32 scram-sha-256
local   replication all        trust
"""
ROLES = f"""
CREATE ROLE monitor LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_monitor;
CREATE ROLE plain LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE sealed LOGIN PASSWORD '{PASSWORD}';
"""

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "8MB",
    "autovacuum": "off",
    "lc_messages": "C",
    "listen_addresses": "127.0.0.1",
}


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


BINARIES = _binaries()


def _account() -> dict[str, object]:
    """Return who is to run the server: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _call(*argv: object) -> None:
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    subprocess.run(
        [str(arg) for arg in argv], check=True, capture_output=True, cwd="/", env=environment, **_account()
    )


@dataclass
class Postgres:
    """One server. Its Unix socket lies in `folder`; it listens on 127.0.0.1 as well."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return str(self.folder)

    def start(self, *, wait: bool = True, **settings: str) -> None:
        self.port = self.port or _free_port()
        given = SETTINGS | self.settings | settings | {"port": str(self.port)}
        given["unix_socket_directories"] = self.host
        assert BINARIES
        argv = [str(BINARIES / "postgres"), "-D", str(self.folder / "data")]
        argv += [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **_account()
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Come back once the server accepts connections."""
        for _ in range(500):
            assert self.process and self.process.poll() is None, (self.folder / "log").read_text()
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT is fast, SIGTERM waits for its clients, SIGQUIT is immediate."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def connect(self, **options: object) -> psycopg.Connection:
        """Connect as superuser, in autocommit."""
        given = {"host": self.host, "port": self.port, "user": "postgres", "dbname": "postgres"}
        return psycopg.connect(**(given | options), autocommit=True)

    def run(self, sql: str) -> list[tuple]:
        """Run one statement as superuser."""
        with self.connect() as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def wait_until(self, condition: str) -> None:
        """Come back once `SELECT condition` is true."""
        for _ in range(500):
            if self.run(f"SELECT {condition}")[0][0]:
                return
            time.sleep(0.02)
        raise AssertionError(f"never true: {condition}")

    def ours(self) -> list[tuple]:
        """Return the sessions that walkdown holds: pid and state."""
        return self.run("SELECT pid, state FROM pg_stat_activity WHERE application_name = 'walkdown'")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _server_folder() -> Iterator[Path]:
    """Open a folder that the server's account owns; short, as a socket's path must be."""
    folder = Path(tempfile.mkdtemp(prefix="wd-pg-"))
    try:
        if account := _account():
            os.chown(folder, account["user"], account["group"])
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(server: Postgres, **settings: str) -> Iterator[Postgres]:
    server.start(**settings)
    try:
        yield server
    finally:
        server.stop(signal.SIGQUIT)


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[Path]:
    """A data folder, initialised, that is copied for each server."""
    if BINARIES is None:
        pytest.skip("needs the PostgreSQL server: apt-get install postgresql")
    with _server_folder() as folder:
        data = folder / "data"
        options = ("-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
        _call(BINARIES / "initdb", "-D", data, *options)
        (data / "pg_hba.conf").write_text(HBA)
        with _running(Postgres(folder)) as server:
            server.run(ROLES)
            server.stop()
        yield data


@contextmanager
def postgres_copy(template: Path, **settings: str) -> Iterator[Postgres]:
    """Run a server on a copy of the template's data."""
    with _server_folder() as folder:
        _call("cp", "-a", template, folder / "data")
        (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        with _running(Postgres(folder, settings)) as server:
            yield server


@pytest.fixture(scope="session")
def postgres(postgres_template: Path) -> Iterator[Postgres]:
    """A server that stays up; tests may add sessions and databases to it, and take them away again."""
    with postgres_copy(postgres_template) as server:
        yield server


@pytest.fixture
def own_postgres(postgres_template: Path) -> Iterator[Postgres]:
    """A server of this test alone, which may stop it and start it again."""
    with postgres_copy(postgres_template) as server:
        yield server


@pytest.fixture(scope="session")
def small_postgres(postgres_template: Path) -> Iterator[Postgres]:
    """A server that takes eight connections."""
    with postgres_copy(postgres_template, max_connections="8", max_wal_senders="0") as server:
        yield server


@pytest.fixture
def standby(own_postgres: Postgres) -> Iterator[Postgres]:
    """A standby of `own_postgres`."""
    with _server_folder() as folder:
        source = ("-h", own_postgres.host, "-p", own_postgres.port, "-U", "postgres")
        _call(BINARIES / "pg_basebackup", *source, "-D", folder / "data", "-R", "-X", "stream", "-c", "fast")
        with _running(Postgres(folder)) as server:
            yield server

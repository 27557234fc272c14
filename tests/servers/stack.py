"""Gives tests a real shop in containers of one Compose project: an API in versions, PostgreSQL, Redis.

Everything is made of this host's own files and answers on 127.0.0.1. What a walk can change of it is seen as
one value, its `World`, and put back to the start in a moment.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from docker.models.containers import Container

from runbooks.services.containers import PROJECT, SERVICE
from tests.servers.docker import Docker
from tests.servers.host_images import imported, packed
from tests.servers.postgres import BINARIES, SETTINGS, _account, _free_port
from tests.servers.shop_api import PORT, TOOLS, scripts
from tests.servers.world import World, files_in

VERSIONS = ("1.0.0", "2.0.0", "3.0.0")
"""Of the API; the last one never gets well."""
PASSWORD = "shop-Passw0rd"
"""Of the role `shop`, which owns the tables, and of Redis."""
HBA = "host all postgres all trust\nhost all all all scram-sha-256\n"
POSTGRES = SETTINGS | {
    "listen_addresses": "*",
    "unix_socket_directories": "",
    "timezone": "GMT",
    "log_timezone": "GMT",
    "hba_file": "/etc/hba.conf",
}
TABLES = """
DROP SCHEMA IF EXISTS walkdown CASCADE;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public AUTHORIZATION shop;
SET ROLE shop;
CREATE TABLE setting (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE visit (id int PRIMARY KEY, at timestamptz NOT NULL);
INSERT INTO setting VALUES ('schema', '1.0.0'), ('currency', 'EUR');
INSERT INTO visit SELECT n, timestamptz '2026-01-01' + n * interval '1 day' FROM generate_series(1, 20) n;
"""
KEYS = {"mode": "v1", "visits:today": "17"}
FILES = {"shop.conf": "version = 1.0.0\ncurrency = EUR\n", "motd": "welcome\n"}
LISTED = """
SELECT table_schema || '.' || table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'walkdown') ORDER BY 1
"""


@dataclass
class LiveStack:
    """The project, while it is up."""

    engine: Docker
    folder: Path
    project: str = field(default_factory=lambda: f"wdshop{uuid.uuid4().hex[:8]}")
    ports: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    """Id of the image of each version of the API."""

    @property
    def file(self) -> Path:
        return self.folder / "docker-compose.yml"

    @property
    def files(self) -> Path:
        """The folder of the shop's own files."""
        return self.folder / "etc"

    def image(self, version: str) -> str:
        """Return the name of an image of the API; by `current` Compose takes it up."""
        return f"{self.project}-api:{version}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['api']}/cgi-bin"

    def up(self, template: Path) -> None:
        """Make the images, and start everything."""
        self._make_images(template)
        self.ports = {name: _free_port() for name in ("api", "postgres", "redis")}
        for name in ("etc", "state"):
            (self.folder / name).mkdir()
        config = f"requirepass {PASSWORD}\nsave ''\nbind 0.0.0.0\n"
        (self.folder / "redis.conf").write_text(config)
        self.file.write_text(json.dumps({"version": "2.4", "services": self._services()}))
        self.compose("up", "-d")
        self._await(lambda: self.sql("SELECT 1", "postgres"), "PostgreSQL")
        self.sql(f"CREATE ROLE shop LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE shop OWNER shop", "postgres")
        self.reset()

    def _make_images(self, template: Path) -> None:
        client = self.engine.client
        imported(client, f"{self.project}-redis:test", packed(["/usr/bin/redis-server"]))
        assert BINARIES
        account = _account() or {"user": os.getuid(), "group": os.getgid()}
        texts = {
            "etc/passwd": f"postgres:x:{account['user']}:{account['group']}::/:/bin/false\n",
            "etc/hba.conf": HBA,
            "etc/postgresql.conf": "".join(f"{name} = '{value}'\n" for name, value in POSTGRES.items()),
        }
        library, share = BINARIES.parent / "lib/plpgsql.so", Path("/usr/share/postgresql", BINARIES.parts[-2])
        folders = {str(library): library, str(share): share, "data": template}
        imported(client, f"{self.project}-postgres:test", packed([BINARIES / "postgres"], texts, folders))
        for version in VERSIONS:
            tar = packed(texts=scripts(version, broken=version == VERSIONS[-1]), tools=TOOLS)
            label = f"LABEL org.opencontainers.image.version={version}"
            self.versions[version] = imported(client, self.image(version), tar, label)
        self._tag(VERSIONS[0])

    def _services(self) -> dict[str, Any]:
        assert BINARIES

        def published(name: str, port: int) -> list[str]:
            return [f"127.0.0.1:{self.ports[name]}:{port}"]

        return {
            "api": {
                "image": self.image("current"),
                "command": ["httpd", "-f", "-p", str(PORT), "-h", "/www"],
                "volumes": [f"{self.folder}/state:/state"],
                "ports": published("api", PORT),
                "stop_signal": "SIGKILL",
            },
            "postgres": {
                "image": f"{self.project}-postgres:test",
                "command": [
                    str(BINARIES / "postgres"),
                    "-D",
                    "/data",
                    "-c",
                    "config_file=/etc/postgresql.conf",
                ],
                "user": "postgres",
                "ports": published("postgres", 5432),
                "stop_signal": "SIGQUIT",
            },
            "redis": {
                "image": f"{self.project}-redis:test",
                "command": ["/usr/bin/redis-server", "/redis.conf"],
                "volumes": [f"{self.folder}/redis.conf:/redis.conf:ro"],
                "ports": published("redis", 6379),
                "stop_signal": "SIGKILL",
            },
        }

    def compose(self, *arguments: str) -> None:
        command = ["docker-compose", "-f", str(self.file), "-p", self.project, *arguments]
        environment = os.environ | {"DOCKER_HOST": self.engine.host}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    # Looking at it, and putting it back

    def sql(self, text: str, database: str = "shop") -> list[tuple]:
        """Run statements as superuser, and return the rows of the last."""
        place = f"host=127.0.0.1 port={self.ports['postgres']} user=postgres dbname={database}"
        with psycopg.connect(f"{place} connect_timeout=5", autocommit=True) as connection:
            for statement in filter(str.strip, text.split(";")):
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def redis(self, *words: str) -> str:
        command = ["redis-cli", "-p", str(self.ports["redis"]), *words]
        environment = {**os.environ, "REDISCLI_AUTH": PASSWORD}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout.strip()

    def get(self, what: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/{what}", timeout=5) as answer:
            return json.load(answer)

    def world(self) -> World:
        """Return how everything is now."""
        tables = [name for (name,) in self.sql(LISTED)]
        keys = self.redis("KEYS", "*").split()
        return World(
            {name: self.sql(f"SELECT * FROM {name} ORDER BY 1") for name in tables},
            {key: self.redis("GET", key) for key in keys},
            self._images(),
            files_in(self.files),
            {name: self.get(name)[name] for name in ("maintenance", "banner")},
        )

    def reset(self) -> None:
        """Make everything as it was at first, but for what runs when it is right already."""
        self.sql(TABLES)
        self.redis("FLUSHALL")
        for key, value in KEYS.items():
            self.redis("SET", key, value)
        for folder in (self.files, self.folder / "state"):
            for path in folder.iterdir():
                path.unlink()
        for name, text in FILES.items():
            (self.files / name).write_text(text)
            (self.files / name).chmod(0o640)
        self._tag(VERSIONS[0])
        if self._images()["api"] != self.versions[VERSIONS[0]]:
            self.compose("up", "-d", "--force-recreate", "--no-deps", "api")
        self._await(lambda: self.get("health"), "the API")

    def down(self) -> None:
        """Take everything away."""
        if self.file.exists():
            self.compose("kill")
            self.compose("down", "-t", "0", "-v")
        for image in self.engine.client.images.list(filters={"reference": f"{self.project}-*"}):
            self.engine.client.images.remove(image.id, force=True)

    def container(self, service: str) -> Container:
        """Return the container of a service."""
        labels = (f"{PROJECT}={self.project}", f"{SERVICE}={service}")
        (found,) = self.engine.client.containers.list(filters={"label": list(labels)}, ignore_removed=True)
        return found

    def _images(self) -> dict[str, str]:
        running = self.engine.client.containers.list(filters={"label": f"{PROJECT}={self.project}"})
        found = {one.labels[SERVICE]: one.attrs["Image"] for one in running}
        return {**found, "current": self.engine.client.images.get(self.image("current")).id}

    def _tag(self, version: str) -> None:
        """Have Compose take up this version when it makes the API anew."""
        self.engine.client.images.get(self.image(version)).tag(*self.image("current").split(":"))

    def _await(self, works: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                works()
                return
            except (OSError, psycopg.OperationalError):
                assert time.monotonic() < deadline, f"{what} does not answer; {self._logs()}"
                time.sleep(0.05)

    def _logs(self) -> str:
        mine = {"label": f"{PROJECT}={self.project}"}
        every = self.engine.client.containers.list(all=True, filters=mine, ignore_removed=True)
        return "; ".join(f"{one.name} {one.status}: {one.logs(tail=10)!r}" for one in every)


@pytest.fixture(scope="session")
def live_stack(engine: Docker, postgres_template: Path) -> Iterator[LiveStack]:
    """The shop for the session; `live_stack.reset()` puts it back to the start."""
    if shutil.which("docker-compose") is None:
        pytest.skip("needs docker-compose (Debian: docker-compose)")
    folder = Path(tempfile.mkdtemp(prefix="wd-shop-"))
    stack = LiveStack(engine, folder)
    try:
        stack.up(postgres_template)
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder, ignore_errors=True)

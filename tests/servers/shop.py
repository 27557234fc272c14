"""A system whose checks look at real servers of every kind, all of them well until a test sees to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import faults as fault
from tests.servers.certificates import Authority
from tests.servers.docker import Docker
from tests.servers.faults import Faults
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.redis import Redis, running_redis

WORD = "opensesame"
WORDS = {"web": WORD, "database": PASSWORD, "cache": PASSWORD, "job": WORD}
"""Secrets, by the check that needs them."""

CHECKS = """\
  web: {{kind: http, url: "http://127.0.0.1:{web}/", bearer: "{{{{ secret.web }}}}", {rest}}}
  port: {{kind: tls, host: 127.0.0.1, port: {port}, ca_file: {authority}, {rest}}}
  database: {{kind: postgres, host: 127.0.0.1, port: {database}, user: monitor,
             password: "{{{{ secret.database }}}}", {rest}}}
  cache: {{kind: redis, port: {cache}, password: "{{{{ secret.cache }}}}", {rest}}}
  box: {{kind: container, host: "{engine}", name: {box}, {rest}}}
  job: {{kind: command, run: [sh, -c, 'test "$WORD" = {word} && sleep 0.2'],
        env: {{WORD: "{{{{ secret.job }}}}"}}, {rest}}}
"""
"""One check of each kind that asks somebody, by name."""

READINGS = {
    "web": "latency",
    "port": "latency",
    "database": "latency",
    "cache": "latency",
    "box": "total",
    "job": "elapsed",
}
"""A reading of each check that is never below zero."""


@dataclass
class Shop:
    """The servers, and what the configuration of a system says of them."""

    folder: Path
    values: dict[str, object]

    @property
    def authority(self) -> Path:
        """Return the file of the authority that the check `port` trusts."""
        return self.folder / "authority.pem"

    def secret(self, name: str) -> Path:
        """Return the file of a secret."""
        return self.folder / f"{name}.secret"

    def keep_secrets(self) -> None:
        """Write the secrets, and the authority's certificate."""
        for name, word in WORDS.items():
            self.secret(name).write_text(word)
            self.secret(name).chmod(0o600)
        self.authority.write_text(str(self.values["pem"]))

    def lose_secrets(self) -> None:
        """Delete them."""
        for name in WORDS:
            self.secret(name).unlink()
        self.authority.unlink()

    def text(self, *names: str, warn: bool = False, more: str = "") -> str:
        """Return a system with these checks; with `warn`, each has a rule that always holds."""
        lines = ["system: shop", "secrets:"]
        lines += [f"  {name}: {{file: {self.secret(name)}}}" for name in WORDS]
        checks = CHECKS.format(**self.values, rest="every: 1.5s, timeout: 1.5s, REST").replace("\n     ", " ")
        for line in checks.splitlines():
            name = line.partition(":")[0].strip()
            rule = f"warn: [{READINGS[name]} >= 0]" if warn else "attempts: 3"
            if not names or name in names:
                lines.append(line.replace("REST", rule))
        lines.insert(lines.index("secrets:") + len(WORDS) + 1, "checks:")
        return "\n".join([*lines, more, ""])


@pytest.fixture
def locked_redis() -> Iterator[Redis]:
    """A server that asks for a password."""
    with running_redis(requirepass=PASSWORD) as server:
        yield server


@pytest.fixture
async def shop(
    tmp_path: Path,
    faults: Faults,
    authority: Authority,
    postgres: Postgres,
    locked_redis: Redis,
    containers: Docker,
) -> Shop:
    """Servers of every kind, and the text of a system that looks at them."""
    folder = tmp_path / "shop-secrets"
    folder.mkdir()
    box = f"walkdown-{secrets.token_hex(4)}"
    containers.run(name=box)

    async def web(reader, writer):
        allowed = f"Bearer {WORD}".encode() in await fault.request(reader)
        writer.write(fault.http(b"well") if allowed else fault.http(b"who are you", "401 No"))
        await writer.drain()
        await fault.closed(writer)

    mine = Shop(
        folder,
        {
            "web": await faults.serve(web),
            "port": await faults.serve(fault.cut, authority.good()),
            "authority": folder / "authority.pem",
            "pem": Path(authority.file).read_text(),
            "database": postgres.port,
            "cache": locked_redis.port,
            "engine": containers.host,
            "box": box,
            "word": WORD,
        },
    )
    mine.keep_secrets()
    return mine

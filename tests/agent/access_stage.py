"""A system that several UNIX users share, its agent, and consoles of those users."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from agent.ask import dismiss
from checks.errors import LinkError
from runbooks.events import Denied, decoder
from runbooks.journal.database import looking
from runbooks.operators import Operator
from tests.servers.users import ROOT, Users

SYSTEM = """
system: shop
checks:
  fine: {{kind: command, run: ['true'], every: 5s}}
access:
  owner: root
  group: {group}
  socket: {socket}
  roles:
    view: [{vera}]
    run: [{alice}, {dave}]
    approve: [{bob}, {alice}]
"""
RUNBOOK = """
runbook: danger
risk: high
window: any
target: shop
guards: [fine]
steps:
  - id: look
    kind: check
    check: fine
  - id: drop
    kind: command
    run: [sh, -c, 'echo done >> "$1"', sh, {world}]
    undo: none
    approval: required
  - id: after
    kind: command
    run: [sh, -c, 'echo after >> "$1"', sh, {world}]
    undo: none
"""


class Console:
    """A console of one user."""

    def __init__(self, child: subprocess.Popen):
        self.child = child

    def __call__(self, word: str, *arguments):
        """Have it do something, and return what came of it."""
        self.child.stdin.write(json.dumps([word, *arguments]) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            pytest.fail(f"the console is gone: {self.child.stderr.read()[-3000:]}")
        return json.loads(line)


@dataclass
class Shared:
    """One system, shared."""

    users: Users
    folder: Path

    @property
    def source(self) -> Path:
        return self.folder / "shop"

    @property
    def socket(self) -> Path:
        return self.folder / "door" / "agent.sock"

    @property
    def world(self) -> Path:
        return self.folder / "world"

    def write(self, text: str = SYSTEM) -> None:
        """Write the system's file."""
        names = {name: self.users[name] for name in self.users.real}
        said = dedent(text).format(group=self.users.group, socket=self.socket, **names)
        (self.source / "system.yaml").write_text(said.lstrip("\n"))

    def environ(self) -> dict[str, str]:
        """Return the environment of the owner."""
        named = {name: str(self.folder / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
        return {f"XDG_{name}_HOME": path for name, path in named.items()} | {
            "PATH": "/usr/bin:/bin:/usr/sbin"
        }

    @contextlib.contextmanager
    def agent(self) -> Iterator[subprocess.Popen]:
        """Run the agent of the owner; others can attach when the context opens."""
        command = [str(Path(sys.executable).with_name("walkdown")), "watch", "--system", str(self.source)]
        with subprocess.Popen(command, env=self.environ(), text=True, stderr=subprocess.PIPE) as child:
            for line in child.stderr:
                if "listening for" in line:
                    break
            else:
                pytest.fail("the agent did not begin to listen for others")
            try:
                yield child
            finally:
                child.terminate()
                child.communicate(timeout=20)

    @contextlib.contextmanager
    def console(self, name: str) -> Iterator[Console]:
        """Open a console of a user."""
        with self.users.running(name, "tests.agent.asker", self.source) as child:
            yield Console(child)

    def denied(self) -> list[tuple[Operator, str, str]]:
        """Return what was refused, to whom and why, as the journal says."""
        (journal,) = self.folder.glob("state/**/*.journal.db")
        with looking(journal) as connection:
            rows = connection.execute("SELECT body FROM entry ORDER BY seq").fetchall()
        entries = [decoder.decode(body) for (body,) in rows]
        return [(e.operator, e.event.what, e.event.why) for e in entries if isinstance(e.event, Denied)]

    def owner(self, *arguments: str | Path) -> subprocess.CompletedProcess:
        """Run a command line of the owner."""
        command = [
            str(Path(sys.executable).with_name("walkdown")),
            *map(str, arguments),
            "--system",
            str(self.source),
        ]
        return subprocess.run(
            command, env=self.environ(), cwd=ROOT, text=True, capture_output=True, timeout=60, check=False
        )


@pytest.fixture
def shared(users, tmp_path_factory) -> Iterator[Shared]:
    """Give the test a system that users share; end what is left of its agent."""
    number = len(list(users.folder.glob("case-*")))
    folder = users.folder / f"case-{number}"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    mine = Shared(users, folder)
    mine.source.mkdir(mode=0o755)
    (mine.source / "runbooks").mkdir(mode=0o755)
    (mine.source / "runbooks" / "danger.yaml").write_text(RUNBOOK.format(world=mine.world).lstrip("\n"))
    mine.write()
    yield mine
    for socket in folder.rglob("*.sock"):
        with contextlib.suppress(LinkError, OSError):
            dismiss(socket, reason="the test is over", force=True)

"""Real UNIX users for tests of who may do what: made once, removed afterwards. Only root can make them."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BECOME = Path(__file__).with_name("become.py")
ROOT = Path(__file__).parents[2]
MEMBERS = ("alice", "bob", "vera", "dave")
"""Those in the group; `carol` is not."""


@dataclass
class Users:
    """Users, a group that all but one of them are in, and a folder that all can pass through."""

    group: str
    folder: Path
    real: dict[str, str] = field(default_factory=dict)
    """What each is really called."""

    def __getitem__(self, name: str) -> str:
        return self.real[name]

    def uid(self, name: str) -> int:
        return pwd.getpwnam(self.real[name]).pw_uid

    def environ(self, name: str) -> dict[str, str]:
        """Return the environment of a user, with a home of his own."""
        home = self.folder / "homes" / name
        if not home.exists():
            home.mkdir(parents=True)
            os.chown(home, self.uid(name), -1)
        kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        return kept | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}

    def command(self, name: str, module: str, *arguments: str | Path) -> list[str]:
        """Return the command by which a module is run as that user."""
        return [sys.executable, "-P", str(BECOME), self.real[name], module, *map(str, arguments)]

    @contextlib.contextmanager
    def running(self, name: str, module: str, *arguments: str | Path, **more) -> Iterator[subprocess.Popen]:
        """Run a module as that user beside the test."""
        with subprocess.Popen(
            self.command(name, module, *arguments),
            cwd=ROOT,
            env=self.environ(name),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **more,
        ) as child:
            try:
                yield child
            finally:
                child.kill()

    def walkdown(self, name: str, *arguments: str | Path, answers: str = "") -> subprocess.CompletedProcess:
        """Run a command line of walkdown as that user, to its end."""
        with self.running(name, "tui.cli", *arguments) as child:
            out, errors = child.communicate(answers, timeout=60)
            return subprocess.CompletedProcess(child.args, child.returncode, out, errors)


@pytest.fixture(scope="session")
def users() -> Iterator[Users]:
    """Make users for as long as the tests run."""
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        pytest.skip("only root can make users, with useradd")
    folder = Path(tempfile.mkdtemp(prefix="wd-users-", dir="/tmp"))
    folder.chmod(0o755)
    mark = f"wd{os.getpid()}"
    mine = Users(f"{mark}ops", folder)
    try:
        _run("groupadd", mine.group)
        for name in (*MEMBERS, "carol"):
            mine.real[name] = f"{mark}{name}"
            further = ["-G", mine.group] if name in MEMBERS else []
            _run("useradd", "-M", "-N", "-d", "/nonexistent", *further, mine.real[name])
        yield mine
    finally:
        for name in mine.real.values():
            subprocess.run(["userdel", name], check=False, capture_output=True)
        subprocess.run(["groupdel", mine.group], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}: {done.stderr}")

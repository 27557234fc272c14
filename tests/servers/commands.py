"""The command line as a user runs it: real processes with folders of their own; their agents are ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from agent.ask import dismiss
from checks.errors import LinkError

WALKDOWN = str(Path(sys.executable).with_name("walkdown"))
KEPT = ("PATH", "LANG", "LC_ALL")

SMALL = """
system: small
title: Small system
checks:
  fine: {kind: command, run: [printf, hello], expect: {text: hello}}
  load: {kind: load, warn: load1 > 100000}
"""
"""Two checks that are OK on every machine."""


@dataclass
class CommandLine:
    """Runs `walkdown` with an environment in which nothing of the machine's owner is found."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, *arguments: str | Path, env: Mapping[str, str] | None = None, text: bool = True, **more
    ) -> subprocess.CompletedProcess:
        """Run to the end."""
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        command = [WALKDOWN, *map(str, arguments)]
        return subprocess.run(
            command, env=self.environ | dict(env or {}), text=text, timeout=60, check=False, **more
        )

    @contextlib.contextmanager
    def started(
        self, *arguments: str | Path, env: Mapping[str, str] | None = None, **more
    ) -> Iterator[subprocess.Popen]:
        """Run beside the test; what still runs at the end is killed."""
        command = [WALKDOWN, *map(str, arguments)]
        child = subprocess.Popen(command, env=self.environ | dict(env or {}), text=True, **more)
        try:
            yield child
        finally:
            child.kill()
            child.communicate()

    @contextlib.contextmanager
    def watching(self, source: Path, **env: str) -> Iterator[subprocess.Popen]:
        """Run an agent in the foreground; it listens when the context opens, and ends with it."""
        with self.started("watch", "--system", source, stderr=subprocess.PIPE, env=env) as child:
            if not any("watching" in line for line in child.stderr):
                pytest.fail("the agent did not begin to watch")
            yield child
            child.send_signal(signal.SIGCONT)
            child.terminate()
            child.communicate(timeout=20)

    def system(self, text: str = SMALL, name: str = "small") -> Path:
        """Write a system and return its folder."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "system.yaml").write_text(dedent(text).lstrip("\n"))
        return folder

    def end(self) -> None:
        """End the agents."""
        for socket in (self.folder / "state").rglob("*.sock"):
            with contextlib.suppress(LinkError):
                dismiss(socket, reason="the test is over", force=True)


@pytest.fixture
def walkdown(tmp_path: Path) -> Iterator[CommandLine]:
    """The command line in a home of its own."""
    tmp_path.chmod(0o700)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    homes = {f"XDG_{name.upper()}_HOME": str(tmp_path / name) for name in ("state", "cache", "config")}
    line = CommandLine(tmp_path, {**kept, **homes, "HOME": str(tmp_path), "TERM": "xterm-256color"})
    yield line
    line.end()

"""Systems with runbooks for tests of commands that walk, and their agents, which end whatever is open."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.ask import dismiss, visiting
from checks.errors import LinkError
from tests.servers.commands import WALKDOWN, CommandLine
from tests.tui.terminal import Terminal

RUNBOOKS = {
    "good": """
        steps:
          - id: make
            kind: command
            title: Make the file
            run: [sh, -c, 'echo making; echo made >> "$1"', sh, {world}]
            verify: {{check: fine}}
            undo: {{kind: command, run: [rm, {world}]}}
          - {{id: look, kind: check, check: fine}}
        """,
    "bad": """
        steps:
          - id: make
            kind: command
            run: [sh, -c, 'echo made >> "$1"', sh, {world}]
            undo: {{kind: command, run: [rm, {world}]}}
          - id: break
            kind: command
            run: [sh, -c, 'echo all is lost >&2; exit 3']
            undo: none
            on_failure: rollback
        """,
    "slow": """
        steps:
          - id: wait
            kind: command
            run: [sh, -c, 'echo begun; while [ ! -e "$1" ]; do sleep 0.05; done; echo over', sh, {gate}]
            undo: none
            timeout: 1 m
        """,
    "by-hand": """
        steps:
          - {{id: look, kind: manual, done: I have looked.}}
        """,
    "secret": """
        inputs:
          version: {{prompt: Version, pattern: '\\d+'}}
          token: {{prompt: Token, secret: true}}
        steps:
          - id: use
            kind: command
            run: [sh, -c, 'echo version {{{{ version }}}}; cat']
            stdin: '{{{{ secret.token }}}}'
            undo: none
        """,
}
"""Bodies of runbooks by name; `world` and `gate` are files."""


@dataclass
class Walking:
    """A system with runbooks, and the command line."""

    line: CommandLine
    source: Path

    @property
    def world(self) -> Path:
        """What steps change."""
        return self.line.folder / "world"

    @property
    def gate(self) -> Path:
        """What the slow step waits for."""
        return self.line.folder / "gate"

    @property
    def deeds(self) -> list[str]:
        """What was done."""
        return self.world.read_text().split() if self.world.exists() else []

    def __call__(
        self, command: str, *arguments: str | Path, answers: str = "", **more
    ) -> subprocess.CompletedProcess:
        """Run a command to its end; `answers` come down a pipe, a line each."""
        more = {"stdin": None, "input": answers} | more
        return self.line(command, *arguments, "--system", self.source, **more)

    def open(self) -> str:
        """Return the id of the newest walk."""
        return self("walks", "--limit", "1").stdout.split()[0]

    @contextlib.contextmanager
    def terminal(self, *arguments: str, columns: int = 80, lines: int = 50, **env: str) -> Iterator[Terminal]:
        """Run a command in a terminal of its own."""
        command = [WALKDOWN, arguments[0], "--system", str(self.source), *arguments[1:]]
        terminal = Terminal(command, columns, lines, self.line.environ | env)
        try:
            yield terminal
        finally:
            terminal.close()

    def agent(self) -> int:
        """Return the process id of the agent."""
        (socket,) = self.line.folder.rglob("*.sock")
        with visiting(socket) as visit:
            return visit.welcome.pid

    def end(self) -> None:
        """End the agents, and with them what is open."""
        for socket in self.line.folder.rglob("*.sock"):
            with contextlib.suppress(LinkError):
                dismiss(socket, reason="the test is over", force=True)


@contextlib.contextmanager
def shelf(line: CommandLine) -> Iterator[Walking]:
    """Make a system whose runbooks are `RUNBOOKS`; end its agents afterwards."""
    source = line.system()
    mine = Walking(line, source)
    (source / "runbooks").mkdir()
    for name, body in RUNBOOKS.items():
        text = body.format(world=mine.world, gate=mine.gate)
        (source / "runbooks" / f"{name}.yaml").write_text(f"runbook: {name}\nwindow: any\n{_dedented(text)}")
    yield mine
    mine.gate.touch()
    mine.end()


def _dedented(text: str) -> str:
    from textwrap import dedent

    return dedent(text.strip("\n"))


def wait_until(condition, patience: float = 20.0) -> None:
    """Wait on a condition."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("it did not come about")
        time.sleep(0.02)


def kill(pid: int) -> None:
    """End a process that the test has started."""
    os.kill(pid, signal.SIGKILL)

"""Owns an agent's birth as seen from a console: find the one that runs, or start one that outlives us.

The agent gets a session of its own, no terminal, and a log file; the console's end, whatever kills it, does
not reach it. There is one agent per system and user on a host: a lock decides, not a pid in a file.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from agent.attach import Connection
from agent.protocol import FRAME_LIMIT
from checks import paths
from checks.clock import Clock
from checks.errors import LinkError
from checks.private import append_private, make_private

START_WITHIN = 15.0
"""Seconds that a new agent has to open its socket."""
LOOK_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class AgentPlace:
    """Where the agent of one system is found, and how it is started."""

    source: Path | None
    """The system's folder or file; None for this machine, discovered."""
    clock: Clock

    @property
    def socket(self) -> Path:
        """Return the socket that it listens on."""
        return paths.socket_file(self.source)

    async def reach(self) -> Connection | None:
        """Return a connection to the agent; None when none runs.

        Raises:
            LinkError: when there is one that may not be reached.
        """
        try:
            return await asyncio.open_unix_connection(self.socket, limit=FRAME_LIMIT)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise LinkError(f"{self.socket}: {error.strerror}") from error

    async def connect(self) -> Connection:
        """Return a connection to the agent, after starting it when none runs.

        Raises:
            LinkError: when it could not be started; carries the last words of its log.
        """
        return await self.reach() or await self._start()

    async def _start(self) -> Connection:
        log = paths.log_file(self.source)
        process, offset = await asyncio.to_thread(self._spawn, log)
        deadline = self.clock.monotonic() + START_WITHIN
        while self.clock.monotonic() < deadline:
            if connection := await self.reach():
                return connection
            if process.poll() not in (None, ALREADY_RUNS):
                words = await asyncio.to_thread(_words_since, log, offset)
                raise LinkError(words or f"the agent ended with exit code {process.returncode}; see {log}")
            await self.clock.sleep(LOOK_EVERY)
        raise LinkError(f"the agent did not open its socket within {START_WITHIN:.0f} s; see {log}")

    def _spawn(self, log: Path) -> tuple[subprocess.Popen[bytes], int]:
        """Start the agent; `-P` keeps the working folder out of its imports (reliability F15)."""
        make_private(log.parent)
        arguments = [sys.executable, "-P", "-m", "agent"]
        if self.source is not None:
            arguments += ["--system", str(self.source.resolve())]
        with append_private(log) as out:
            offset = out.tell()
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd="/"
            )
        return process, offset


ALREADY_RUNS = 75
"""Exit code of an agent that found another one running (EX_TEMPFAIL)."""


def _words_since(log: Path, offset: int) -> str:
    """Return what was written to the log from `offset` on, at most 4 KiB of it."""
    with log.open("rb") as file:
        file.seek(offset)
        return file.read(4096).decode(errors="replace").strip()

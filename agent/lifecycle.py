"""Owns an agent's birth as seen from a console: find the one that runs, or start one that outlives us.

The agent gets a session of its own, no terminal, and a log file; the console's end, whatever kills it, does
not reach it. There is one agent per system and user on a host: a lock decides, not a pid in a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from agent.address import address_of
from agent.attach import Connection
from agent.peers import demand_user
from agent.reach import reach_of
from checks import paths
from checks.clock import Clock
from checks.errors import LinkError
from checks.private import append_private, make_private

START_WITHIN = 15.0
"""Seconds that a new agent has to open its socket."""
LOOK_EVERY = 0.02
ALREADY_RUNS = 75
"""Exit code of an agent that found another one running (EX_TEMPFAIL)."""


@dataclass(slots=True)
class Birth:
    """An agent that was started and has not answered yet."""

    pid: int
    log: Path
    offset: int
    """Where in the log its words begin."""
    code: int | None = None
    """Exit code, once it has ended."""

    def ended(self) -> bool:
        """Return whether the process has ended; takes its exit code."""
        if self.code is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def check(self) -> None:
        """Raise when the agent has ended, unless because another one was faster.

        Raises:
            LinkError: with the last words of its log.
        """
        if not self.ended() or self.code == ALREADY_RUNS:
            return
        with self.log.open("rb") as file:
            file.seek(self.offset)
            words = file.read(4096).decode(errors="replace").strip()
        raise LinkError(words or f"the agent ended with exit code {self.code}; see {self.log}")


class AgentPlace:
    """Where the agent of one system is found, and how it is started."""

    def __init__(self, source: Path | None, clock: Clock) -> None:
        """Prepare for the system at `source`; None for this machine, discovered.

        Raises:
            LinkError: when it is the agent of a user whom this host does not have.
        """
        self._source = source
        self._clock = clock
        self._found_at = reach_of(source)
        self._birth: Birth | None = None

    @property
    def is_ours(self) -> bool:
        """Return whether it may be started, and replaced, from here."""
        return self._found_at.is_ours

    def answers(self) -> bool:
        """Return whether an agent listens; blocks for no time worth speaking of."""
        return any(_listens(place) for place in self._found_at.places)

    def start(self) -> None:
        """Start the agent without waiting for it; `-P` keeps the working folder out of its imports (F15).

        Raises:
            OSError: when its log cannot be written.
            StoreError: when its folder is not ours.
            LinkError: when only another user may start it.
        """
        self._found_at.demand_ours()
        log = paths.log_file(self._source)
        make_private(log.parent)
        arguments = [sys.executable, "-P", "-m", "agent"]
        if self._source is not None:
            arguments += ["--system", str(self._source.resolve())]
        with append_private(log) as out:
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, out.fileno(), 2),
            ]
            pid = os.posix_spawn(sys.executable, arguments, os.environ, file_actions=actions, setsid=True)
            self._birth = Birth(pid, log, out.tell())

    async def connect(self) -> Connection:
        """Return a connection to the agent, after starting it when none runs.

        Raises:
            LinkError: when it may not be reached or could not be started; carries its last words.
        """
        if connection := await self._reach():
            return connection
        if self._birth is None or self._birth.ended():
            await asyncio.to_thread(self.start)
        deadline = self._clock.monotonic() + START_WITHIN
        while self._clock.monotonic() < deadline:
            if connection := await self._reach():
                return connection
            if self._birth is not None:
                self._birth.check()
            await self._clock.sleep(LOOK_EVERY)
        raise LinkError(f"the agent did not open its socket within {START_WITHIN:.0f} s")

    async def _reach(self) -> Connection | None:
        """Return a connection to the agent; None when none runs."""
        for place in self._found_at.places:
            try:
                with address_of(place) as address:
                    reader, writer = await asyncio.open_unix_connection(address)
            except (FileNotFoundError, ConnectionRefusedError):
                continue
            except OSError as error:
                raise self._found_at.barred(place, error) from error
            try:
                demand_user(writer.get_extra_info("socket"), place, self._found_at.uid)
            except LinkError:
                writer.close()
                raise
            return reader, writer
        return None


def _listens(place: Path) -> bool:
    with (
        contextlib.suppress(FileNotFoundError, PermissionError),
        socket.socket(socket.AF_UNIX) as probe,
        address_of(place) as address,
    ):
        return probe.connect_ex(address) == 0
    return False

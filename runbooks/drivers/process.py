"""Owns the driver `process`: a program that nobody else looks after, started so that it lives on by itself.

It is known by the pid file that is written when it is started: pid, moment of its start, boot. Signals go to
exactly that process, then to what it leaves in its session, and never to whoever has its number or its name
by now.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from checks.net.knock import knock
from checks.options import Seconds
from checks.programs.supervise import SEARCH_PATH
from runbooks.driver import Deed, DriverContext, Running, ServiceStatus
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.services import detach, pid_record
from runbooks.services.doing import carried_out
from runbooks.services.pids import Pid, age_of, alive, gone, held, send, session_of
from runbooks.services.tool import Within, last_lines, told, written

LOG_READ = 1024 * 1024
"""Bytes of its log that are read, from the end."""
REAP = 1.0
"""Seconds after KILL in which the kernel should have ended it."""


@dataclass(frozen=True, slots=True)
class ProcessDriver:
    """Looks after one program."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("start", "stop", "restart", "reload")
    EXAMPLE: ClassVar[str] = """\
driver: process
run: [/opt/auth/bin/server, --port, "8080"]
folder: /opt/auth
user: auth
pid_file: /run/auth/walkdown.pid
log: /var/log/auth/server.log
port: 8080
"""

    run: tuple[str, ...]
    """The program and its arguments; it must stay in the foreground, as programs do under systemd."""
    pid_file: str
    """File that is written when it is started; no other program may write it."""
    log: str = ""
    """File that its output is added to; empty: beside the pid file, with `.log` for its suffix."""
    folder: str = "/"
    """Folder in which it runs."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables for it; none of them secret."""
    user: str = ""
    """User that it runs as, which only root can choose; empty: as whom walkdown runs."""
    port: int = 0
    """TCP port of this host that it listens at once it has started; 0: none to wait for."""
    grace: Seconds = 10.0
    """How long it may take to end before it is killed."""
    settle: Seconds = 1.0
    """How long it must have run before it counts as started."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run or found again."""
        if not self.run or not self.run[0]:
            raise ValueError("run names no program")
        if not all(path.startswith("/") for path in (self.pid_file, self.folder, self.log or "/")):
            raise ValueError("pid_file, folder and log begin with /")
        if not 0 <= self.port < 65536:
            raise ValueError("port is a number up to 65535")

    def available(self) -> tuple[str, ...]:
        """Return all that it can be told."""
        return self.ACTIONS

    def shown(self, action: str) -> tuple[str, ...]:
        """Return the program and where it writes to, or the signal and whom it goes to."""
        start = f"{written(self.run)} </dev/null >>{self._log} 2>&1 &"
        stop = f'kill -TERM "$(head -n 1 {self.pid_file})"    # and KILL after {self.grace:g} s'
        reload = f'kill -HUP "$(head -n 1 {self.pid_file})"'
        return {"start": (start,), "stop": (stop,), "restart": (stop, start), "reload": (reload,)}[action]

    async def status(self, context: DriverContext) -> ServiceStatus:
        """Look at the process that the pid file names.

        Raises:
            FailedError: `permission`; `foreign_pid_file`, when it is not one of ours.
        """
        recorded = pid_record.read(self.pid_file)
        if recorded is None:
            if not self._is_there():
                return ServiceStatus(Running.ABSENT, detail=f"{self.run[0]} is not there")
            return ServiceStatus(Running.STOPPED, detail="no pid file")
        pid, this_boot = recorded
        if not this_boot:
            return ServiceStatus(Running.STOPPED, detail=f"process {pid.number} ran before the last boot")
        process = alive(pid)
        if process is None:
            return ServiceStatus(Running.FAILED, detail=f"process {pid.number} has ended by itself")
        since, detail = context.clock.now() - age_of(process), f"process {pid.number} ({process.name})"
        if not self._listens():
            waits = f"{detail} does not listen at port {self.port} yet"
            return ServiceStatus(Running.STARTING, pid.identity, since, detail=waits)
        return ServiceStatus(Running.RUNNING, pid.identity, since, detail=detail)

    async def logs(self, lines: int, context: DriverContext) -> str:
        """Return the newest lines of its output.

        Raises:
            FailedError: `unreadable`.
        """
        try:
            descriptor = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_READ))
                return last_lines(file.read(LOG_READ), lines)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise FailedError("unreadable", f"{self._log}: {error.strerror}") from error

    async def perform(self, action: str, context: DriverContext) -> Deed:
        """Start it, signal it, or both, and return when it is as it should be.

        Raises:
            FailedError: `not_configured`, `permission`, `not_started`, `not_down`, as all drivers.
            UnknownError: when its start was cut in the middle.
        """

        async def do(context: DriverContext, before: ServiceStatus, facts: dict[str, str]) -> str:
            within, words = Within.of(context), []
            if action in ("stop", "restart"):
                words.append(await self._stop(within))
            if action in ("start", "restart"):
                words.append(await self._start(within, Applied.PARTIAL if before.identity else Applied.NONE))
            if action == "reload":
                words.append(self._signal(signal.SIGHUP))
            return "\n".join(word for word in words if word)

        return await carried_out(self, action, context, do, self.settle)

    async def _start(self, within: Within, applied: Applied) -> str:
        argv = (sys.executable, "-I", "-m", detach.__name__, self.pid_file, self._log, self.user, self.folder)
        said = await told((*argv, *self.run), within.now, extra=self.env)
        if said.status:
            error_class, _, reason = said.errors.decode(errors="replace").partition("\n")
            raise FailedError(error_class or "not_started", reason.strip() or said.last, applied)
        return f"started process {said.out.decode(errors='replace').partition(' ')[0]}"

    async def _stop(self, within: Within) -> str:
        """End it, and what it leaves in its session; take the pid file away."""
        recorded = pid_record.read(self.pid_file)
        said = []
        if recorded is not None and recorded[1]:
            leader = recorded[0]
            children = session_of(leader.number) if alive(leader) else ()
            said = await self._end((leader,), within)
            said += await self._end(children, within)
        self._forget()
        return "\n".join(said)

    async def _end(self, pids: tuple[Pid, ...], within: Within) -> list[str]:
        """Ask them all to end, give them the time for it, then kill those that are left."""
        clock = within.context.clock
        with contextlib.ExitStack() as stack:
            try:
                found = [(pid, stack.enter_context(held(pid))) for pid in pids]
                there = [(pid, process) for pid, process in found if process is not None]
                for _, process in there:
                    send(process, signal.SIGTERM)
                    send(process, signal.SIGCONT)
            except PermissionError as error:
                raise FailedError(
                    "permission", f"{self.pid_file} names a process of somebody else"
                ) from error
            until = min(clock.monotonic() + self.grace, within.until)
            return [
                await self._ended(pid, process, until - clock.monotonic(), within) for pid, process in there
            ]

    async def _ended(self, pid: Pid, process: int, seconds: float, within: Within) -> str:
        if await gone(process, max(0.0, seconds)):
            return f"process {pid.number} has ended"
        if within.over:
            raise UnknownError("timeout", f"process {pid.number} was told to end, and has not yet done so")
        send(process, signal.SIGKILL)
        if not await gone(process, REAP):
            raise FailedError(
                "not_down", f"process {pid.number} does not end, even when killed", Applied.PARTIAL
            )
        return f"process {pid.number} did not end within {self.grace:g} s and was killed"

    def _forget(self) -> None:
        Path(self.pid_file).unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> str:
        recorded = pid_record.read(self.pid_file)
        try:
            if recorded is not None and recorded[1]:
                with held(recorded[0]) as process:
                    if process is not None:
                        send(process, number)
                        return f"{number.name} was sent to process {recorded[0].number}"
        except PermissionError as error:
            raise FailedError("permission", f"{self.pid_file} names a process of somebody else") from error
        raise FailedError("not_running", "it has ended meanwhile")

    def _is_there(self) -> bool:
        program = str(Path(self.folder, self.run[0])) if "/" in self.run[0] else self.run[0]
        return shutil.which(program, path=self.env.get("PATH", SEARCH_PATH)) is not None

    def _listens(self) -> bool:
        if not self.port:
            return True
        try:
            with knock(self.port):
                return True
        except OSError:
            return False

    @property
    def _log(self) -> str:
        return self.log or str(Path(self.pid_file).with_suffix(".log"))

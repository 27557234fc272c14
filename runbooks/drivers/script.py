"""Owns the driver `script`: a service that has scripts of its own for what can be done with it.

Each action is an argument list. One that is not given is not offered, except that stop and start together
make a restart; a script that is given and is not there is said to be not configured, never passed over. What
a script leaves running in the background is the service, and is left alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from checks.errors import ProbeError
from checks.host.pid_file import read_pid_file
from checks.host.processes import read_table
from checks.options import Seconds
from checks.programs.supervise import SEARCH_PATH
from runbooks.driver import Deed, DriverContext, Running, ServiceStatus
from runbooks.outcome import Applied, FailedError
from runbooks.services import lasting
from runbooks.services.doing import carried_out
from runbooks.services.pids import age_of, alive, pid_of
from runbooks.services.tool import Said, Within, asked, last_lines, written

STATES = {0: Running.RUNNING, 1: Running.FAILED, 2: Running.FAILED, 3: Running.STOPPED}
"""Exit code of the status script -> how the service is, as the LSB has it; 4 and above: it cannot tell."""
_LONGEST = 200
"""Characters of a version, or of the words of a status."""

Argv = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scripts:
    """What is run for what, each as a list of a program and its arguments."""

    status: Argv
    """How to see whether it runs: exit code 0 it does, 3 it does not, 1 or 2 it should and does not."""
    start: Argv = ()
    """How to start it; ends once that is under way, and leaves the service in the background."""
    stop: Argv = ()
    """How to stop it."""
    restart: Argv = ()
    """How to restart it; empty: stop, then start."""
    reload: Argv = ()
    """How to have it read its configuration anew."""
    logs: Argv = ()
    """What writes the newest of its log."""
    version: Argv = ()
    """What writes its version, in the first line."""


@dataclass(frozen=True, slots=True)
class ScriptDriver:
    """Looks after a service by its own scripts."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("start", "stop", "restart", "reload")
    EXAMPLE: ClassVar[str] = """\
driver: script
scripts:
  start: [/opt/auth/bin/service.sh, start]
  stop: [/opt/auth/bin/service.sh, stop]
  status: [/opt/auth/bin/service.sh, status]
  logs: [tail, -n, "500", /var/log/auth/service.log]
pid_file: /run/auth/service.pid
"""

    scripts: Scripts
    """The scripts; what has none cannot be done with this service."""
    pid_file: str = ""
    """File with the pid of what runs, written by its scripts; tells one run from the next."""
    folder: str = "/"
    """Folder in which the scripts run."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables for the scripts; none of them secret."""
    settle: Seconds = 1.0
    """How long it must have run before it counts as started."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if not self.scripts.status or not self.scripts.status[0]:
            raise ValueError(
                "scripts.status names no program; without it nobody can see what came of the others"
            )
        if not self.folder.startswith("/") or (self.pid_file and not self.pid_file.startswith("/")):
            raise ValueError("folder and pid_file begin with /")

    def available(self) -> tuple[str, ...]:
        """Return the actions that there are scripts for."""
        return tuple(action for action in self.ACTIONS if self._course(action))

    def shown(self, action: str) -> tuple[str, ...]:
        """Return the scripts, in the order in which they are run."""
        return tuple(written(argv) for argv in self._course(action))

    async def status(self, context: DriverContext) -> ServiceStatus:
        """Ask the status script.

        Raises:
            FailedError: `not_configured`; `status_unknown`, when it cannot tell; `timeout`, ...
        """
        said = await self._asked(self.scripts.status, context)
        if said.status not in STATES:
            cannot = f"{said.argv[0]} cannot tell: exit code {said.status}: {said.last}"
            raise FailedError("status_unknown", cannot, detail=said.words)
        running, identity, since = STATES[said.status], "", None
        if running is Running.RUNNING and self.pid_file:
            identity, since = self._run(context.clock.now())
        return ServiceStatus(running, identity, since, detail=said.last[:_LONGEST])

    async def logs(self, lines: int, context: DriverContext) -> str:
        """Return the newest lines that the log script writes.

        Raises:
            FailedError: `not_configured`, when there is none; when it fails.
        """
        return last_lines((await self._good(self.scripts.logs, "logs", context)).out, lines)

    async def version(self, context: DriverContext) -> str:
        """Return the first line that the version script writes.

        Raises:
            FailedError: `not_configured`, when there is none; when it fails.
        """
        said = await self._good(self.scripts.version, "version", context)
        return next((line.strip() for line in said.words.splitlines() if line.strip()), "")[:_LONGEST]

    async def perform(self, action: str, context: DriverContext) -> Deed:
        """Run the script, or stop and start, and return when the service is as it should be.

        Raises:
            FailedError: `not_configured`, `exit_code`, as `status`, as all drivers.
            UnknownError: when a script was cut in the middle.
        """
        course = self._course(action)
        for argv in course:
            self._demand(argv)

        async def do(context: DriverContext, before: ServiceStatus, facts: dict[str, str]) -> str:
            within = Within.of(context)
            words, applied = [], Applied.NONE
            for argv in course:
                said = await lasting.told(argv, within.now, folder=self.folder, extra=self.env)
                words += [f"$ {written(argv)}", said.words]
                if said.status:
                    failed = f"{argv[0]}: exit code {said.status}: {said.last}"
                    raise FailedError("exit_code", failed, applied, detail="\n".join(words))
                applied = Applied.PARTIAL
            return "\n".join(word for word in words if word)

        return await carried_out(self, action, context, do, self.settle)

    def _course(self, action: str) -> tuple[Argv, ...]:
        """Return the scripts to be run, in order; none when it cannot be done."""
        given: dict[str, Argv] = {
            "start": self.scripts.start,
            "stop": self.scripts.stop,
            "restart": self.scripts.restart,
            "reload": self.scripts.reload,
        }
        if given.get(action):
            return (given[action],)
        both = (self.scripts.stop, self.scripts.start)
        return both if action == "restart" and all(both) else ()

    def _demand(self, argv: Argv) -> None:
        """Return when the program is there.

        Raises:
            FailedError: `not_configured`.
        """
        program = str(Path(self.folder, argv[0])) if "/" in argv[0] else argv[0]
        if shutil.which(program, path=self.env.get("PATH", SEARCH_PATH)) is None:
            there = "cannot be executed" if os.path.lexists(program) else "is not there"
            raise FailedError("not_configured", f"not configured: {program} {there}")

    async def _asked(self, argv: Argv, context: DriverContext) -> Said:
        self._demand(argv)
        return await asked(argv, context, folder=self.folder, extra=self.env)

    async def _good(self, argv: Argv, what: str, context: DriverContext) -> Said:
        if not argv:
            raise FailedError("not_configured", f"not configured: there is no script for its {what}")
        said = await self._asked(argv, context)
        if said.status:
            failed = f"{argv[0]}: exit code {said.status}: {said.last}"
            raise FailedError("exit_code", failed, detail=said.words)
        return said

    def _run(self, now: float) -> tuple[str, float | None]:
        """Return the identity of what the pid file names, and when it was started."""
        try:
            number = read_pid_file(self.pid_file, read_table(), now)
        except ProbeError:
            return "", None
        pid = pid_of(number) if number else None
        process = alive(pid) if pid is not None else None
        return (
            (pid.identity, now - age_of(process)) if pid is not None and process is not None else ("", None)
        )

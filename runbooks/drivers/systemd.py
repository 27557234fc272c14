"""Owns the driver `systemd`: one unit, by its exact name, through `systemctl`.

A job that was given to systemd goes on there, whatever becomes of `systemctl`; so one that was cut has an
unknown end, and a unit with a job is on its way, not where it was. Nothing is ever asked of an operator on
the way: where rights are missing, that is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from checks.options import Seconds
from runbooks.driver import Deed, DriverContext, Running, ServiceStatus
from runbooks.outcome import FailedError
from runbooks.services.doing import carried_out
from runbooks.services.tool import Said, Within, asked, last_lines, told, written

UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")
"""What names of units are made of; patterns, which systemctl takes as well, are none."""
SUFFIXES = (
    "service",
    "socket",
    "target",
    "timer",
    "mount",
    "path",
    "scope",
    "slice",
    "swap",
    "device",
    "automount",
)
PROPERTIES = (
    "LoadState", "ActiveState", "SubState", "InvocationID", "ActiveEnterTimestamp", "NRestarts", "Result",
    "Type", "RemainAfterExit", "ExecMainStatus", "Job",
)  # fmt: skip
SHORT_RUN, TOO_OFTEN = 10.0, 3
"""A unit that runs for less than these seconds, after so many starts by systemd itself, does not run."""
_NOBODY = re.compile(
    r"[Ff]ailed to connect to (?:system |user )?(?:scope )?bus|not been booted with systemd|Host is down"
)
_FORBIDDEN = re.compile(r"[Ii]nteractive authentication required|[Aa]ccess denied|[Pp]ermission denied")
_PASSWORD = re.compile(
    r"a password is required|a terminal is required|not allowed to execute|not in the sudoers"
)


@dataclass(frozen=True, slots=True)
class SystemdDriver:
    """Looks after one unit of systemd."""

    ACTIONS: ClassVar[tuple[str, ...]] = ("start", "stop", "restart", "reload")
    EXAMPLE: ClassVar[str] = """\
driver: systemd
unit: nginx.service
sudo: true
"""

    unit: str
    """Name of the unit; without a suffix it is a service."""
    user: bool = False
    """It is a unit of this user's own manager, not of the system."""
    sudo: bool = False
    """Go through `sudo -n`, which never asks for a password: the account needs a rule for it."""
    through: tuple[str, ...] = ()
    """What stands before each command, such as `[ssh, web2]` or `[docker, exec, box]`."""
    settle: Seconds = 1.0
    """How long it must have run before it counts as started."""

    def __post_init__(self) -> None:
        """Refuse what is no unit, or more than one."""
        if not UNIT.fullmatch(self.unit) or self.unit.startswith("-"):
            raise ValueError(f"unit is the exact name of one unit, such as nginx.service, not {self.unit!r}")
        if self.user and self.sudo:
            raise ValueError("user and sudo do not go together: root has a manager of its own")

    def available(self) -> tuple[str, ...]:
        """Return all that it can be told."""
        return self.ACTIONS

    def shown(self, action: str) -> tuple[str, ...]:
        """Return the command."""
        return (written(self._systemctl(action)),)

    async def status(self, context: DriverContext) -> ServiceStatus:
        """Ask systemd for the unit's state.

        Raises:
            FailedError: `no_systemd`, `permission`, `needs_password`, `timeout`, ...
        """
        return _seen(await self._properties(context), context.clock.now())

    async def logs(self, lines: int, context: DriverContext) -> str:
        """Return the newest lines that the journal has of it.

        Raises:
            FailedError: when they cannot be had.
        """
        unit = f"--user-unit={self._name}" if self.user else f"--unit={self._name}"
        argv = (
            *self._before,
            "journalctl",
            "--no-pager",
            "--quiet",
            "-o",
            "short-iso",
            "-n",
            str(lines),
            unit,
        )
        said = await asked(argv, context, extra={"LC_ALL": "C"})
        if said.status:
            raise _refusal(said)
        return last_lines(said.out, lines)

    async def perform(self, action: str, context: DriverContext) -> Deed:
        """Give systemd the job, and return when it is done and the unit is as it should be.

        Raises:
            FailedError: `job_failed`, as `status`, as all drivers; the newest of its log is in the detail.
            UnknownError: when systemctl was cut; the job may go on.
        """

        async def do(context: DriverContext, before: ServiceStatus, facts: dict[str, str]) -> str:
            said = await told(self._systemctl(action), context, extra={"LC_ALL": "C"})
            if said.status:
                raise _refusal(said)
            return said.words

        within = Within.of(context)
        unit = await self._properties(within.now)
        task = unit.get("Type") == "oneshot" and unit.get("RemainAfterExit") != "yes"
        return await carried_out(self, action, within.now, do, self.settle, ends=task)

    async def _properties(self, context: DriverContext) -> dict[str, str]:
        argv = (*self._systemctl("show"), "-p", ",".join(PROPERTIES))
        said = await asked(argv, context, extra={"LC_ALL": "C", "TZ": "UTC"})
        if said.status:
            raise _refusal(said)
        lines = said.out.decode(errors="replace").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    def _systemctl(self, verb: str) -> tuple[str, ...]:
        whose = ("--user",) if self.user else ()
        return (*self._before, "systemctl", *whose, "--no-ask-password", "--no-pager", verb, self._name)

    @property
    def _before(self) -> tuple[str, ...]:
        return (*self.through, *(("sudo", "-n") if self.sudo else ()))

    @property
    def _name(self) -> str:
        return self.unit if self.unit.rpartition(".")[2] in SUFFIXES else f"{self.unit}.service"


def _seen(unit: Mapping[str, str], now: float) -> ServiceStatus:
    """Return how the unit is, given its properties."""
    if unit.get("LoadState") == "not-found":
        return ServiceStatus(Running.ABSENT, detail="systemd has no such unit")
    active, sub, restarts = unit.get("ActiveState", ""), unit.get("SubState", ""), unit.get("NRestarts", "")
    since = _moment(unit.get("ActiveEnterTimestamp", "")) if active in ("active", "reloading") else None
    age = now - since if since is not None else SHORT_RUN
    words = [f"{active} ({sub})"]
    if unit.get("LoadState") not in ("loaded", "", None):
        words.append(unit["LoadState"])
    if unit.get("Result", "success") not in ("success", ""):
        words.append(f"result {unit['Result']}, exit code {unit.get('ExecMainStatus', '?')}")
    if restarts.isdigit() and int(restarts):
        words.append(f"restarted {restarts} times by itself")
    if unit.get("Job", "0") not in ("", "0"):
        words.append("a job is under way")
    running = _running(active, sub, int(restarts) if restarts.isdigit() else 0, age)
    if running is Running.STOPPED and unit.get("Job", "0") not in ("", "0"):
        running = Running.STARTING
    ran = running in (Running.RUNNING, Running.STARTING) or active in ("active", "deactivating")
    return ServiceStatus(running, unit.get("InvocationID", "") if ran else "", since, detail=", ".join(words))


def _running(active: str, sub: str, restarts: int, age: float) -> Running:
    if active in ("active", "reloading", "refreshing"):
        looping = restarts >= TOO_OFTEN and age < SHORT_RUN
        return Running.FAILED if looping else Running.RUNNING
    if active == "activating":
        return Running.FAILED if sub.startswith("auto-restart") else Running.STARTING
    if active == "deactivating":
        return Running.RUNNING
    return Running.FAILED if active == "failed" else Running.STOPPED


def _moment(text: str) -> float | None:
    """Return a moment as systemctl writes it, as UTC seconds; None when it was written for another zone."""
    try:
        return datetime.strptime(text, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _refusal(said: Said) -> FailedError:
    """Return what an exit code that is not 0 means."""
    words = said.words
    if _PASSWORD.search(words):
        rule = "sudo wants a password, and nobody is there: give this account a NOPASSWD rule for systemctl"
        return FailedError("needs_password", rule, detail=words)
    if _NOBODY.search(words):
        return FailedError("no_systemd", f"no systemd answers here: {said.last}", detail=words)
    if _FORBIDDEN.search(words):
        return FailedError("permission", f"systemd does not let this account: {said.last}", detail=words)
    return FailedError("job_failed", f"{said.last}", detail=words)

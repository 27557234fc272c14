"""Owns the kind `command`: runs one program and judges its exit code and what it says.

How the program is held in check lies in `checks/programs/supervise.py`. Nothing is put into a shell's text
by us.
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from checks.errors import TargetError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading
from checks.programs import supervise
from checks.programs.capture import Capture
from checks.programs.command_output import Expect, Taken, take
from checks.programs.perfdata import parse_perfdata
from checks.programs.supervise import Finished
from checks.secrets import SecretText

READING_NAME = re.compile(r"[a-z][a-z0-9_]*")
NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""What a shell exits with when it cannot start a program."""
SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""
PLUGIN = {
    0: (Level.OK, ""),
    1: (Level.WARN, "plugin_warning"),
    2: (Level.CRIT, "plugin_critical"),
}
"""Exit code of a monitoring plugin -> level and class; any other is UNKNOWN."""

PROMPT = re.compile(
    rb"(?i)(?:password|passphrase|passcode|verification code)[^\n]{0,80}:\s*\Z"
    rb"|a (?:terminal|password) is required|no tty present|must have a tty|/dev/tty: No such device"
)
"""How programs end their output when they wanted to ask somebody."""
INLINE = 4096
"""Bytes of output that are searched on the event loop; more in a thread."""
OUT_SHOWN, ERR_SHOWN = 4096, 2048
PERFDATA_BYTES = 65536


@dataclass(frozen=True, slots=True)
class CommandCheck:
    """Runs one program and looks at how it ends and what it says."""

    run: str | tuple[str, ...]
    """The program and its arguments as a list, such as `[pg_isready, -q]`; a text only with `shell: true`."""
    shell: bool = False
    """Hand `run` to `/bin/sh -c` as it stands."""
    cwd: str = "/"
    """Folder in which it runs."""
    env: Mapping[str, SecretText] = field(default_factory=dict)
    """Variables for it; the way to hand a secret to a program. PATH is fixed unless set here."""
    expect: Expect = field(default_factory=Expect)
    """What it must do to be OK."""
    nagios: bool = False
    """It is a monitoring plugin: exit codes 0 to 3 are levels, performance data becomes readings."""
    readings: Mapping[str, str | Taken] = field(default_factory=dict)
    """Readings taken from the output: name, and a pattern with one group or a JSON path such as `$.lag`."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("elapsed", "s", "How long it ran."),
        ReadingSpec("exit_code", "", "Its exit code; 128 and the signal's number when a signal ended it."),
        ReadingSpec("perfdata", "", "A value of a monitoring plugin, in its own base unit.", ("label",)),
    )
    EXAMPLE: ClassVar[str] = """\
kind: command
run: [uptime]
expect: {regex: 'load average'}
readings:
  users: '(\\d+) users?'
warn: users > 20
"""

    def __post_init__(self) -> None:
        """Refuse what could not be run as written, or would be misread."""
        if self.shell != isinstance(self.run, str):
            raise ValueError(
                "run must be a text with shell: true"
                if self.shell
                else "run must be a list, such as [df, -h]; shell: true hands a text to /bin/sh"
            )
        if not self.run or not self.run[0]:
            raise ValueError("run names no program")
        if self.nagios and self.expect.exit != 0:
            raise ValueError("expect.exit cannot be set with nagios: true, which gives every code a meaning")
        for name in self.readings:
            if not READING_NAME.fullmatch(name) or name in {spec.name for spec in self.READINGS}:
                raise ValueError(f"{name!r} cannot name a reading; use other small letters, digits and _")
        self.taken()

    def taken(self) -> dict[str, Taken]:
        """Return the readings to be taken from the output."""
        return {
            name: Taken(wanted) if isinstance(wanted, str) else wanted
            for name, wanted in self.readings.items()
        }

    def declared_readings(self) -> tuple[ReadingSpec, ...]:
        """Return every reading that this check can report."""
        own = (
            ReadingSpec(name, taken.unit, f"Taken from the output at {taken.match}")
            for name, taken in self.taken().items()
        )
        return (*self.READINGS, *own)

    async def probe(self, context: ProbeContext) -> Observation:
        """Run it once, to its end."""
        argv = ("/bin/sh", "-c", self.run) if isinstance(self.run, str) else self.run
        began = context.clock.monotonic()
        variables, hidden = self._variables(context), context.vault.variables
        async with supervise.run(argv, self.cwd, variables, hidden) as finished:
            elapsed = context.clock.monotonic() - began
            if finished.out.size <= INLINE:
                seen = self._judge(finished, context)
            else:
                loop = asyncio.get_running_loop()
                seen = await loop.run_in_executor(context.threads, self._judge, finished, context)
        return replace(seen, readings=(Reading("elapsed", elapsed, "s"), *seen.readings))

    def _variables(self, context: ProbeContext) -> dict[str, str]:
        """Return the variables; a value that names no secret is none, and must not be masked everywhere."""
        return {
            name: context.reveal(value) if value.names else value.template for name, value in self.env.items()
        }

    def _judge(self, finished: Finished, context: ProbeContext) -> Observation:
        output = finished.out.read()
        taken, absent = take(self.taken(), output)
        level, error_class, summary = self._verdict(finished, output)
        code = finished.status if finished.status >= 0 else SIGNALLED - finished.status
        perfdata = parse_perfdata(_text(output[:PERFDATA_BYTES])) if self.nagios else ()
        return Observation(
            summary,
            level,
            error_class,
            (Reading("exit_code", code), *taken, *perfdata),
            detail=_detail(finished, output, absent, context),
        )

    def _verdict(self, finished: Finished, output: bytes) -> tuple[Level, str, str]:
        """Return the level, the error class and the line that says why."""
        level, error_class = Level.OK, ""
        if finished.status < 0:
            return Level.CRIT, "signal", f"ended by {_signal_name(-finished.status)}"
        if self.nagios and finished.status < NOT_EXECUTABLE:
            level, error_class = PLUGIN.get(finished.status, (Level.UNKNOWN, "plugin_unknown"))
        elif finished.status not in self.expect.codes:
            return _failure(finished, output)
        try:
            self.expect.compare(output)
        except TargetError as error:
            return error.level, error.error_class, error.summary
        said = _first_line(output) or _first_line(finished.err.read()) or f"exit code {finished.status}"
        return level, error_class, said.partition("|")[0].strip() if self.nagios else said


def _failure(finished: Finished, output: bytes) -> tuple[Level, str, str]:
    """Return the verdict on an exit code that was not expected."""
    errors = finished.err.read()
    said = _last_line(errors) or _last_line(output)
    summary = f"exit code {finished.status}{_shell_signal(finished.status)}" + (f": {said}" if said else "")
    if finished.status == NOT_FOUND:
        return Level.UNKNOWN, "not_found", summary
    if finished.status == NOT_EXECUTABLE:
        return Level.UNKNOWN, "not_executable", summary
    if PROMPT.search(errors[-ERR_SHOWN:]) or PROMPT.search(output[-ERR_SHOWN:]):
        return Level.CRIT, "needs_tty", f"wants to ask for a password, and nobody is there: {said}"
    return Level.CRIT, "exit_code", summary


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _shell_signal(status: int) -> str:
    """Return the signal that a shell's exit code stands for, in brackets."""
    number = status - SIGNALLED
    return f" ({_signal_name(number)})" if 0 < number <= signal.SIGRTMAX else ""


def _detail(finished: Finished, output: bytes, absent: tuple[str, ...], context: ProbeContext) -> str:
    """Return the evidence: how it ended first, for the end of a long text is cut."""
    status = finished.status
    lines = [f"exit code {status}" if status >= 0 else f"ended by {_signal_name(-status)}", *absent]
    if finished.left:
        lines.append(f"left running and killed: {', '.join(finished.left)}")
    lines += _said("errors", finished.err, context.ending(finished.err.read(), ERR_SHOWN), ERR_SHOWN)
    lines += _said("output", finished.out, context.ending(output, OUT_SHOWN), OUT_SHOWN)
    return "\n".join(lines)


def _said(name: str, capture: Capture, shown: str, most: int) -> list[str]:
    """Return a heading with the true size and hash, and the end of what was said."""
    if not capture.size:
        return []
    cut = f", its last {most} bytes shown" if capture.size > most else ""
    return [f"{name}: {capture.size} bytes{cut}, sha256 {capture.sha256}", shown]


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")


def _first_line(raw: bytes) -> str:
    return _text(next((line for line in raw[:INLINE].splitlines() if line.strip()), b""))


def _last_line(raw: bytes) -> str:
    lines = raw.rstrip().rpartition(b"\n")[2].splitlines()
    return _text(lines[-1][:INLINE]) if lines else ""

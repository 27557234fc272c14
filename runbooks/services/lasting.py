"""Owns how a program is run that may leave a service behind: the start script of somebody else.

Its output goes to a file and never to a pipe, for the service that it leaves may write there for years and
would be killed by a pipe that nobody reads. Nothing that it leaves is ended: what it leaves is the service.
When it takes too long, it alone is ended, by its pid and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from checks.host.processes import read_process
from checks.programs.supervise import GRACE, REAP, environment, exit_of
from runbooks.driver import DriverContext
from runbooks.outcome import FailedError, UnknownError
from runbooks.services.tool import SHOWN, Said, cut_by_signal, text_of, written

KEPT = 256 * 1024
"""Bytes of the output that are read; of a longer one, its end."""


async def told(
    argv: tuple[str, ...],
    context: DriverContext,
    *,
    folder: str = "/",
    extra: Mapping[str, str] | None = None,
) -> Said:
    """Run it to its own end, whatever goes on in the background, and return what it had said by then.

    Raises:
        FailedError: `not_configured`, when it is not there or cannot be executed.
        UnknownError: `timeout` or `signal`, when it was cut in the middle.
    """
    with tempfile.TemporaryFile() as output:
        child = _start(argv, folder, environment(extra or {}, context.hidden), output)
        try:
            async with asyncio.timeout(context.timeout):
                await exit_of(child)
        except TimeoutError:
            left = await _end(child)
            late = f"{argv[0]} was not done within {context.timeout:.3g} s and was ended"
            detail = "\n".join((written(argv), text_of(_end_of(output)), *left))
            raise UnknownError("timeout", f"{late}; nobody knows how far it got", detail=detail) from None
        except asyncio.CancelledError:
            await _end(child)
            raise
        left = _left_by(child)
        child.wait()
        said = Said(argv, child.returncode, _end_of(output), b"\n".join(line.encode() for line in left))
    if said.status < 0:
        raise cut_by_signal(said)
    return said


def _start(
    argv: tuple[str, ...], folder: str, variables: dict[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=variables,
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = folder if isinstance(error, OSError) and error.filename == folder else argv[0]
        raise FailedError("not_configured", f"{where} is not as configured: {reason}") from error


async def _end(child: subprocess.Popen[bytes]) -> tuple[str, ...]:
    """Ask the child to end, then make it; return what it leaves."""
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, REAP)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(child.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await exit_of(child)
                break
    left = _left_by(child)
    child.poll()
    return left


def _left_by(child: subprocess.Popen[bytes]) -> tuple[str, ...]:
    """Return a line for each process that goes on in the child's session."""
    found = []
    for entry in os.listdir("/proc"):  # noqa: PTH208 - names are all we need
        if entry.isdigit() and entry != str(child.pid):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if os.getsid(int(entry)) != child.pid:
                    continue
                process = read_process(int(entry))
                if process is not None and process.state != "Z":
                    found.append(f"goes on: {entry} {process.name}{_warning(int(entry))}")
    return tuple(found)


def _warning(pid: int) -> str:
    """Return a warning when the process still writes to what was its script's output."""
    with contextlib.suppress(OSError):
        if "(deleted)" in str(Path(f"/proc/{pid}/fd/1").readlink()):
            return ", which writes to the output of its script; it should have a log of its own"
    return ""


def _end_of(output: IO[bytes]) -> bytes:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - max(KEPT, SHOWN)))
    return output.read(KEPT)

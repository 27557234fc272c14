"""Owns the reading of pid files, which lie: their process may have ended and its id gone to another.

A process that was started after the file was written is not the one that the file names.
"""

from __future__ import annotations

import os
import stat

from checks.errors import MeasureError, TargetError
from checks.host.processes import Table

SLACK = 2.0
"""Seconds by which the clocks of files and processes may differ."""
_BYTES = 64


def read_pid_file(path: str, table: Table, now: float) -> int:
    """Return the id of the process that the file names; 0 when there is no file or no such process.

    Raises:
        TargetError: `stale_pid_file` when the id has gone to a younger process, `malformed` when it is none.
        MeasureError: `permission`, or `unreadable`.
    """
    try:
        content, written = _read(path)
    except FileNotFoundError:
        return 0
    except PermissionError as error:
        raise MeasureError("permission", f"{path}: {error.strerror}") from error
    except OSError as error:
        raise MeasureError("unreadable", f"{path}: {error.strerror}") from error
    word = content.split()[0] if content.split() else b""
    if not word.isdigit():
        raise TargetError("malformed", f"{path} holds no process id")
    process = next((process for process in table.processes if process.pid == int(word)), None)
    if process is None:
        return 0
    if now - table.age(process) > written + SLACK:
        raise TargetError("stale_pid_file", f"{path} is older than process {process.pid} ({process.name})")
    return process.pid


def _read(path: str) -> tuple[bytes, float]:
    """Return the beginning of the file and when it was written; a pipe in its place does not hold us up."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise MeasureError("unreadable", f"{path} is not a regular file")
        return os.read(descriptor, _BYTES), status.st_mtime
    finally:
        os.close(descriptor)

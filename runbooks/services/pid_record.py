"""Owns the pid file that walkdown writes for a program of its own, and whom it is trusted to name.

The pid comes first, as everybody reads it; then the moment of the start and the boot, without which a number
names nobody. Who may write the file chooses who is signalled, so one that others could have written is not
trusted.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from runbooks.boot import boot_id
from runbooks.outcome import FailedError
from runbooks.services.pids import Pid

_MOST = 256
"""Bytes that are read."""
_OTHERS_WRITE = 0o022


def write(file: Path, pid: Pid) -> None:
    """Write the file as a whole or not at all; a link in its place is replaced, not followed.

    Raises:
        OSError: when it cannot be written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(descriptor, "w") as output:
        output.write(f"{pid.number}\n{pid.start} {boot_id()}\n")
        output.flush()
        os.fsync(output.fileno())
    draft.replace(file)


def read(file: str) -> tuple[Pid, bool] | None:
    """Return whom the file names, and whether that was in this boot; None when there is no file.

    Raises:
        FailedError: `permission`; `foreign_pid_file`, when it is not one of ours.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FailedError("permission", f"{file}: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        ours = stat.S_ISREG(status.st_mode) and status.st_uid in (0, os.geteuid())
        if not ours or status.st_mode & _OTHERS_WRITE:
            raise FailedError(
                "foreign_pid_file", f"{file} could have been written by others; it is not trusted"
            )
        words = opened.read(_MOST).split()
    if len(words) != 3 or not words[0].isdigit() or not words[1].isdigit():
        foreign = "says no start of its process, so walkdown has not written it"
        raise FailedError("foreign_pid_file", f"{file} {foreign}; use the driver script for this one")
    return Pid(int(words[0]), int(words[1])), words[2].decode(errors="replace") == boot_id()

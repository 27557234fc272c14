"""Owns how a secret is read from a file or told by a command: bounded, and never a part of an error."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import stat
import subprocess
from pathlib import Path

from checks.clock import Clock, SystemClock
from checks.surroundings import inherited

SECRET_LIMIT = 64 * 1024
"""Bytes; a longer secret is not one."""
COMMAND_TIMEOUT = 10.0
REAP = 1.0
"""Seconds in which a secret's command that was killed should have ended; one of another user may not."""


def ask(command: tuple[str, ...]) -> str:
    """Return what the program says; it is in a session of its own, all of which ends with it."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=inherited(),
        start_new_session=True,
    )
    assert child.stdout is not None
    try:
        with child.stdout as out:
            raw = _said(out.fileno(), child, SystemClock())
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(REAP)
    if len(raw) <= SECRET_LIMIT and child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return _text(raw)


def _said(out: int, child: subprocess.Popen[bytes], clock: Clock) -> bytes:
    """Return what the child says until it ends, or a little more than a secret can be."""
    raw = bytearray()
    deadline = clock.monotonic() + COMMAND_TIMEOUT
    os.set_blocking(out, False)
    ended = os.pidfd_open(child.pid)
    try:
        waiting = select.poll()
        waiting.register(out, select.POLLIN)
        waiting.register(ended, select.POLLIN)
        while len(raw) <= SECRET_LIMIT:
            ready = waiting.poll(max(0.0, deadline - clock.monotonic()) * 1000)
            if not ready:
                raise subprocess.TimeoutExpired(child.args, COMMAND_TIMEOUT)
            if part := _available(out):
                raw += part
            elif any(handle == ended for handle, _ in ready):
                break
            else:
                waiting.unregister(out)
        return bytes(raw)
    finally:
        os.close(ended)


def _available(pipe: int) -> bytes:
    try:
        return os.read(pipe, SECRET_LIMIT)
    except BlockingIOError:
        return b""


def read_file(path: Path) -> tuple[str, str]:
    """Return what the file holds, and a warning when others can read it too."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise ValueError(f"{path} is not a file")
        value = _text(file.read(SECRET_LIMIT + 1))
    if mode & 0o077:
        return value, f"{path} can be opened by others (mode {mode & 0o777:04o}); chmod 600 {path}"
    return value, ""


def _text(raw: bytes) -> str:
    """Return the secret without its line end; the value is never part of an error."""
    if len(raw) > SECRET_LIMIT:
        raise ValueError(f"longer than {SECRET_LIMIT} bytes")
    try:
        return raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None


def reason(error: Exception) -> str:
    """Return why a secret could not be read, without a word of what was."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"command {error.cmd[0]} ended with exit code {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"command {error.cmd[0]} took longer than {error.timeout:.0f} s"
    return str(error)

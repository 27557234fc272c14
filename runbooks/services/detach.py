"""Owns the start of a program that must live on by itself; a program of its own, which ends at once.

    python -I -m runbooks.services.detach PID_FILE LOG USER FOLDER PROGRAM ARGUMENT...

It forks; what is left behind leads a session of its own, is nobody's child, and writes its pid file before it
turns into the program: there is no moment at which it runs and nobody knows. Says `PID START`, or on its
errors a class and why not, with exit code 1.
"""

from __future__ import annotations

import os
import pwd
import signal
import sys
from pathlib import Path

from checks.host.processes import read_process
from checks.private import append_private
from runbooks.services import pid_record
from runbooks.services.pids import Pid


def main(arguments: list[str]) -> int:
    """Start it, and return 0 once the program runs."""
    pid_file, log, user, folder, *program = arguments
    near, far = os.pipe()
    if os.fork() == 0:
        os.close(near)
        _become(far, pid_file, log, user, folder, program)
    os.close(far)
    with os.fdopen(near) as report:
        said = report.read()
    pid, _, trouble = said.partition("\n")
    if trouble:
        sys.stderr.write(trouble.lstrip("\n"))
        return 1
    sys.stdout.write(pid)
    return 0


def _become(far: int, pid_file: str, log: str, user: str, folder: str, program: list[str]) -> None:
    """Turn into the program; the pipe closes when that has worked, and says why when it has not."""
    written = False
    try:
        os.setsid()
        process = read_process(os.getpid())
        assert process is not None
        with append_private(Path(log)) as output, Path(os.devnull).open("rb") as nothing:
            for descriptor, file in enumerate((nothing, output, output)):
                os.dup2(file.fileno(), descriptor)
        os.write(far, f"{process.pid} {process.start}\n".encode())
        pid_record.write(Path(pid_file), Pid(process.pid, process.start))
        written = True
        if user:
            _change_to(user)
        os.chdir(folder)
        os.umask(0o022)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(program[0], program)  # noqa: S606 - a program and its arguments, never a shell
    except (OSError, KeyError, AssertionError) as error:
        if written:
            Path(pid_file).unlink(missing_ok=True)
        os.write(far, f"\n{_reason(error, program[0])}".encode(errors="replace"))
    finally:
        os._exit(1)


def _change_to(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.environ.update(HOME=entry.pw_dir, USER=user, LOGNAME=user)
    if os.geteuid() != entry.pw_uid:
        os.initgroups(user, entry.pw_gid)
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)


def _reason(error: Exception, program: str) -> str:
    if isinstance(error, KeyError):
        return f"not_configured\nthere is no such user: {error}"
    if isinstance(error, PermissionError):
        return f"permission\n{error.filename or program}: {error.strerror}"
    if isinstance(error, FileNotFoundError):
        return f"not_configured\n{error.filename or program}: {error.strerror}"
    return f"not_started\n{program}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

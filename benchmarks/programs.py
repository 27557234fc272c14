"""Owns the programs that benchmarks measure: run in terminals of their own, and what they cost by `/proc`.

Nothing emulates the terminal: an emulator in the measuring process would cost more than what is measured.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
COLUMNS, LINES = 120, 40
TICK = os.sysconf("SC_CLK_TCK")
KEPT = 256 * 1024
"""Bytes of output that are kept to be searched."""


class Program:
    """A program in a pseudo terminal."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start it."""
        self.received = 0
        """Bytes that it wrote to its terminal so far."""
        self.last = 0.0
        """When it wrote last, on the performance counter."""
        self.tail = bytearray()
        """The last of what it wrote."""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.chdir(ROOT)
            os.execvpe(argv[0], list(argv), terminal_environment(env or {}))

    def take(self) -> bool:
        """Read what is there; return False once the terminal is closed."""
        try:
            data = os.read(self.master, 1 << 20)
        except OSError:
            return False
        self.last = time.perf_counter()
        self.received += len(data)
        self.tail += data
        del self.tail[:-KEPT]
        return bool(data)

    def type(self, keys: str) -> None:
        """Type these keys."""
        os.write(self.master, keys.encode())

    def wait_for(self, text: str, seconds: float = 30.0) -> None:
        """Read until the text was written; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while text.encode() not in self.tail:
            if time.monotonic() > deadline or not pump([self], 0.05):
                raise TimeoutError(f"{text!r} was not written; the last bytes: {bytes(self.tail[-300:])!r}")

    def close(self) -> None:
        """End it, politely at first."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            for _ in range(40):
                pump([self], 0.05)
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.master)
                    return


@contextlib.contextmanager
def running(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Run a program in a terminal while the context is open."""
    program = Program(argv, env)
    try:
        yield program
    finally:
        program.close()


@contextlib.contextmanager
def serving(argv: Sequence[str], **more: object) -> Iterator[subprocess.Popen[str]]:
    """Run a program without a terminal while the context is open."""
    child: subprocess.Popen[str] = subprocess.Popen(argv, cwd=ROOT, text=True, **more)  # type: ignore[call-overload]
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def pump(programs: Sequence[Program], seconds: float) -> bool:
    """Read what the programs write for so long; return False when one has closed its terminal."""
    deadline = time.monotonic() + seconds
    by_master = {program.master: program for program in programs}
    while (left := deadline - time.monotonic()) > 0:
        for master in select.select(list(by_master), [], [], left)[0]:
            if not by_master[master].take():
                return False
    return True


def terminal_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a program in a terminal, the same on every machine."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the CPU time of the processes so far, with that of the children that they have waited for."""
    spent = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += sum(map(int, fields[11:15]))
    return spent / TICK


def pss_mib(pids: Sequence[int]) -> float:
    """Return the memory of the processes, shared pages divided among those who share them."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024

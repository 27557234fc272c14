"""Owns a real pseudo terminal for tests: starts a program in it, types, and reads its screen.

The screen is emulated by pyte; `raw` keeps every byte the program wrote, for what an emulator forgives.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds that a condition may take on a busy machine before a test fails."""


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, argv: list[str], columns: int, lines: int, env: dict[str, str]) -> None:
        """Start it."""
        self.raw = bytearray()
        """All that it wrote."""
        self.status: int | None = None
        """The exit code, once it has ended; 128 + signal when a signal ended it."""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe(argv[0], argv, env)
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        """Change its size."""
        self._screen.resize(lines, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, keys: str | bytes) -> None:
        """Type these keys."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    @property
    def text(self) -> str:
        """Return what is on its screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def cursor(self) -> tuple[int, int]:
        """Return the column and the line of its cursor."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def modes(self) -> list[int | list[bytes | int]]:
        """Return the terminal's attributes, to see whether they were restored."""
        return termios.tcgetattr(self._master)

    def pump(self, seconds: float = 0.05) -> bool:
        """Read what it wrote meanwhile; return False once it has closed the terminal."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def wait_for(self, condition: str | Callable[[], bool], patience: float = PATIENCE) -> None:
        """Read until the text is on the screen, or the condition holds."""
        holds = condition if callable(condition) else lambda: condition in self.text
        deadline = time.monotonic() + patience
        while not holds():
            alive = self.pump()
            if holds():
                return
            if not alive or time.monotonic() > deadline:
                raise AssertionError(f"{condition!r} did not come about; the screen shows:\n{self.text}")

    def wait_end(self, patience: float = PATIENCE) -> int:
        """Read until it has ended; return its exit code."""
        deadline = time.monotonic() + patience
        while self.status is None:
            self.pump()
            self._reap(os.WNOHANG)
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not end; the screen shows:\n{self.text}")
        while self.pump(0.1) and select.select([self._master], [], [], 0.1)[0]:
            pass
        return self.status

    def hang_up(self) -> None:
        """Close the terminal under it."""
        os.close(self._master)
        self._master = -1

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait_gone(self, patience: float = PATIENCE) -> int:
        """Wait until it has ended, reading nothing: its terminal may be closed."""
        deadline = time.monotonic() + patience
        while self.status is None:
            self._reap(os.WNOHANG)
            if time.monotonic() > deadline:
                raise AssertionError("it did not end")
            time.sleep(0.02)
        return self.status

    def _reap(self, how: int) -> None:
        pid, status = os.waitpid(self.pid, how)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            self.status = code if code >= 0 else 128 - code

    def close(self) -> None:
        """End it, if it has not ended, and close the terminal."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._reap(0)
        if self._master >= 0:
            self.hang_up()


@contextlib.contextmanager
def program(
    *argv: str, columns: int = 80, lines: int = 24, env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """Run a Python program (a module name or a path, and arguments) in a terminal."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("TEXTUAL", "NO_COLOR"))
    }
    plain |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(env or {})}
    terminal = Terminal([sys.executable, *argv], columns, lines, plain)
    try:
        yield terminal
    finally:
        terminal.close()

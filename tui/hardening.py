"""Owns the eight repairs that a Textual program needs before it may run on an operator's terminal.

1. Control bytes in text never reach the terminal (`ControlGuard`).
2. Text from outside is never parsed as markup (`notify`; everywhere else `Content` and `Cell`).
3. SIGTERM and SIGHUP end the program with the terminal restored.
4. A terminal that is gone ends the program (`TerminalWatch`), which otherwise spins or hangs for ever.
5. The footer does not pile up widgets: see `tui/widgets/key_footer.py`.
6. A crash prints one line; the traceback goes to the log, without local variables.
7. Threads of blocking calls cannot starve the resolver, nor hold up the end.
8. NO_COLOR means no colour at all.

It knows nothing of checks or agents.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
import termios
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import WorkerFailed

from tui.typed_ahead import TypedAheadApp

log = logging.getLogger(__name__)

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
"""What a terminal acts upon, or what turns the reading direction."""
THREADS = 32
HANG_UP = 128 + signal.SIGHUP
GRACE = 3.0
"""Seconds that the program is given to end by itself once its terminal is gone."""


class ControlGuard(LineFilter):
    """The last thing that every line passes on its way to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with control characters replaced, those of Textual's own left alone."""
        if not any(CONTROL.search(segment.text) for segment in segments if not segment.control):
            return segments
        return [segment if segment.control else _guarded(segment) for segment in segments]


def _guarded(segment: Segment) -> Segment:
    return Segment(CONTROL.sub("\ufffd", segment.text), segment.style, segment.control)


class TerminalWatch(threading.Thread):
    """Looks every second whether the terminal is still there; when it is not, ends the process.

    A thread, because the event loop may itself hang in a write to the terminal that is gone.
    """

    def __init__(self, gone: Callable[[], None], every: float = 1.0) -> None:
        """Call `gone` (from this thread) before the process ends."""
        super().__init__(name="terminal-watch", daemon=True)
        self._gone = gone
        self._every = every
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        while not self._stopped.wait(self._every):
            if not terminal_answers():
                self._gone()
                if not self._stopped.wait(GRACE):
                    os._exit(HANG_UP)

    def stop(self) -> None:
        """Look no longer."""
        self._stopped.set()


def terminal_answers() -> bool:
    """Return whether the terminal of standard input is still there."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except (termios.error, OSError, ValueError):
        return False
    return True


class CleanDriver(LinuxDriver):
    """Leaves an empty screen behind, for terminals without an alternate one, such as mosh's."""

    def stop_application_mode(self) -> None:
        """Clear what was drawn, then restore the terminal."""
        self.write("\x1b[H\x1b[2J")
        super().stop_application_mode()


class HardenedApp(TypedAheadApp):
    """A Textual application with the repairs."""

    def __init__(self) -> None:
        """Take the colours from the environment: none at all when NO_COLOR says so."""
        super().__init__(driver_class=CleanDriver, ansi_color=True if os.environ.get("NO_COLOR") else None)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="console")
        self._watch: TerminalWatch | None = None
        self._guard = ControlGuard()

    def get_line_filters(self) -> list[LineFilter]:
        """Add the guard, as the last: always the same one, or no filtered line would be found again."""
        return [*super().get_line_filters(), self._guard]

    def on_load(self) -> None:
        """Take charge of threads."""
        asyncio.get_running_loop().set_default_executor(self._threads)

    def on_mount(self) -> None:
        """Take charge of signals and the terminal."""
        loop = asyncio.get_running_loop()
        if self.is_headless:
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self.end, 128 + number))

        def gone() -> None:
            loop.call_soon_threadsafe(self.end, HANG_UP)

        self._watch = TerminalWatch(gone)
        self._watch.start()

    def on_unmount(self) -> None:
        """Wait for no thread: the loop is left an executor that has none."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))

    def run(self, *args: Any, **options: Any) -> None:
        """Run until the end; the terminal is watched up to its very last byte."""
        try:
            super().run(*args, **options)
        finally:
            if self._watch is not None:
                self._watch.stop()

    def end(self, code: int) -> None:
        """End in good order with this exit code."""
        self.exit(return_code=code)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in passing; never as markup, whatever the caller asks."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """Log what went wrong without local variables and end with one line for the operator."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        cause = error.error if isinstance(error, WorkerFailed) else error
        log.error("the console crashed", exc_info=cause)
        self.panic(Text(f"walkdown: the console crashed ({type(cause).__name__}). The agent goes on."))

    def get_loading_widget(self) -> Widget:
        """Return a still picture: Textual's own sends 65 KB/s."""
        return Static("...")

"""The system of `window/`: a page that a server serves from a folder, and a console that looks after it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.ask import dismiss
from checks import paths
from tests.integration.hands import AGAIN, BETWEEN_KEYS, ENTER, PATIENCE, STILL, TAB, Hands
from tests.integration.watched import Watched
from tests.servers.commands import WALKDOWN
from tests.servers.receiver import Receiver, receiving

WINDOW = Path(__file__).with_name("window")
SEARCHED = "/"
WITHOUT = "!without"
"""What the line of an open filter says."""
BEFORE = timedelta(seconds=40)
"""How long before it opens the window is planned: time to tell people."""
LASTS = timedelta(hours=2)


@dataclass
class WindowStage:
    """The folder that is served, the system beside it, and who is told."""

    folder: Path
    source: Path
    receiver: Receiver
    variables: dict[str, str]

    @property
    def served(self) -> dict[str, str]:
        """Return what lies in the folder that is served, by name."""
        return {file.name: file.read_text() for file in (self.folder / "www").iterdir()}

    @contextlib.contextmanager
    def console(self, columns: int = 120, lines: int = 40) -> Iterator[Keys]:
        """Open a console in a terminal."""
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        argv = [WALKDOWN, "--system", str(self.source)]
        with Watched(argv, env | self.variables, columns, lines) as console:
            yield Keys(console, {"Send this notice": "1"})


class Keys(Hands):
    """Hands that know their way through the console."""

    async def to(self, keys: str, *words: str) -> str:
        """Press keys, and wait until all of these words are shown."""
        self.console.types(keys)
        return await self.console.shows(*words)

    async def enter_row(self, words: str, *shown: str) -> str:
        """Filter a table by these words, and open what is left."""
        self.console.types(SEARCHED)
        await self.until(lambda: WITHOUT in self.console.text, "the filter")
        self.console.types(words)
        await self.until(lambda: f"/{words}" in self.console.text, "what is searched")
        self.console.types(ENTER)
        await self.presses(ENTER, lambda: all(word in self.console.text for word in shown))
        return self.console.text

    async def wish_for(self, key: str, *fields: str) -> None:
        """Press the key of a dialog, fill in its fields, leaving the empty ones as they are, and accept."""
        self.console.types(key)
        await self.until(lambda: self.hint, f"a dialog by {key}")
        before = self.hint
        for number, text in enumerate(fields):
            self.console.types(TAB if number else "")
            self.console.types(text)
            await asyncio.sleep(STILL)
        await self.until(lambda: not fields or self.hint != before, "a dialog that takes what was typed")
        await self.accept()
        await self.until(lambda: not self.hint, f"the end of the dialog by {key}")

    async def presses(self, key: str, holds) -> None:
        """Press a key until it has done what is expected, as a person does."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{key!r} does nothing:\n{self.console.text}"
            await asyncio.sleep(BETWEEN_KEYS)
            self.console.types(key)
            await self.within(AGAIN, holds)


@contextlib.contextmanager
def window_stage(folder: Path, monkeypatch) -> Iterator[WindowStage]:
    """Serve the page, write the system, and end its agent at the end."""
    for name, files in {"www": {"version": "1\n"}, "next": {"version": "2\n"}, "backup": {}}.items():
        (folder / name).mkdir()
        for file, text in files.items():
            (folder / name / file).write_text(text)
    for file in ("banner", "colour"):
        (folder / "next" / file).write_text(f"the {file}\n")
    port = free_port()
    variables = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    source = folder / "shop"
    shutil.copytree(WINDOW, source)
    serving = ["busybox", "httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", str(folder / "www")]
    with receiving() as receiver, subprocess.Popen(serving) as server:
        text = (source / "system.yaml").read_text()
        begins = datetime.now(UTC) + BEFORE
        values = {
            "ROOT": str(folder),
            "RECEIVER": str(receiver.port),
            "PORT": str(port),
            "FROM": begins.isoformat(timespec="seconds"),
            "UNTIL": (begins + LASTS).isoformat(timespec="seconds"),
        }
        for name, value in values.items():
            text = text.replace(name, value)
        (source / "system.yaml").write_text(text)
        try:
            yield WindowStage(folder, source, receiver, variables)
        finally:
            dismiss(paths.socket_file(source), reason="the test is over", force=True)
            server.terminate()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number

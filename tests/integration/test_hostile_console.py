"""The console in a real terminal, before an agent that was told all of tests/hostile.py by real sources.

Container names come from an engine that says what it is told, and from a real one; the rest from a real web
server, real output of commands, and real processes of these names.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import BYTES, MARKS, PAYLOADS, raw_in, stacked
from tests.servers import faults as fault
from tests.servers.commands import WALKDOWN, CommandLine
from tests.servers.docker import Docker
from tests.servers.fake_engine import FakeEngine, listed
from tests.servers.faults import Faults
from tests.tui.terminal import Terminal

pytestmark = [
    pytest.mark.pty,
    pytest.mark.docker,
    pytest.mark.fault("http", "hostile_text"),
    pytest.mark.fault("container", "hostile_text"),
    pytest.mark.fault("command", "hostile_text"),
]

GROUPS = (range(38), (38,), (39,))
"""Payloads that fit into the evidence of one check together."""
PROCESS_GROUPS = (range(14), range(14, 28), range(28, 40))
"""A table of processes has fifteen rows."""
TITLES = (7, 9, 21, 28, 30, 32, 34, 35, 38)
"""Payloads that stand in the configuration as well, as titles of checks."""
SLEEP = 31_000_000 + 10 * os.getpid()
"""Seconds that the processes sleep: theirs alone, whoever else runs these tests."""
SICK = "printf 'hcc\\033]52;c;b3duZWQ=\\007[/nope]\\302\\233'; exit 1"

TABLE_KEY = "\u23ce Open"
"""What the last line of the screen says while the table of checks has the focus."""

OURS = re.compile(
    rb"\x1b\[[0-9;]*m"  # colours
    rb"|\x1b\[(?:[0-9]+;[0-9]+)?H"  # cursor to
    rb"|\x1b\[2J"
    rb"|\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048)[hl]"
    rb"|\x1b\[\?(?:2026|2048)\$p"
    rb"|\x1b\[>[0-9]+u|\x1b\[<u"
    rb"|\x1b\]22;[a-z-]+\x07"  # the mouse pointer's shape
)
"""All that Textual itself has to say to a terminal."""


def not_ours(raw: bytes) -> set[str]:
    """Return what reached the terminal and is neither plain text nor Textual's own."""
    text = OURS.sub(b"", raw).decode()
    return raw_in(text) - {"\r"}


class Elsewhere:
    """An event loop in a thread: servers live in it while a test waits for a terminal."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def serve_everything(servers: Faults) -> tuple[int, str]:
    """Start a web server with a page for each group, and an engine with a container for each payload."""

    async def page(reader, writer):
        path = (await fault.request(reader)).split()[1].decode()
        writer.write(fault.http(b"\n".join(BYTES[n] for n in GROUPS[int(path[1:])])))
        await writer.drain()
        await fault.closed(writer)

    engine = FakeEngine(servers)
    await engine.start()
    spoken = [payload for payload in PAYLOADS if "\ud800" not in payload]  # no engine can say halves of pairs
    engine.show(*(listed(n, Names=[f"/{name}"], Image=name, Status=name) for n, name in enumerate(spoken)))
    return await servers.serve(page), engine.host


@contextlib.contextmanager
def processes(folder: Path) -> Iterator[None]:
    """Run a process for each payload that bears it as its first argument and, where it can, as its name."""
    running = []
    try:
        for group, members in enumerate(PROCESS_GROUPS):
            for member in members:
                name = BYTES[member].replace(b"\0", b"")
                program = bytes(folder) + b"/" + name[:15]
                if b"/" in name[:15]:
                    program = b"/bin/sleep"
                else:
                    Path(program.decode(errors="surrogateescape")).symlink_to("/bin/sleep")
                running.append(subprocess.Popen([name, str(SLEEP + group)], executable=program))
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def configuration(folder: Path, port: int, engine: str, real: Docker, sick: str) -> str:
    lines = ["system: hostile", "defaults: {every: 1h, timeout: 20s}", "checks:"]
    titles = iter(TITLES)

    def check(name: str, kind: str, options: str) -> None:
        number = next(titles, None)
        title = "" if number is None else f", title: {json.dumps(PAYLOADS[number][:200])}"
        lines.append(f"  {name}: {{kind: {kind}, {options}{title}}}")

    for group, members in enumerate(GROUPS):
        file = folder / f"log-{group}"
        file.write_bytes(b"\n".join(BYTES[member][:4000] for member in members) + b"\n")
        check(f"log-{group}", "command", f"run: [cat, {file}], expect: {{regex: absent}}")
        check(f"page-{group}", "http", f'url: "http://127.0.0.1:{port}/{group}", expect: {{text: absent}}')
    for group in range(len(PROCESS_GROUPS)):
        check(f"procs-{group}", "process", f'command: "{SLEEP + group}$", at_most: 1')
    check("boxes", "container", f'host: "{engine}"')
    check("sick", "container", f'host: "{real.host}", name: {sick}')
    return "\n".join([*lines, ""])


class Operator:
    """Somebody at the console, who looks at everything."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    @property
    def below_the_header(self) -> str:
        return self.terminal.text.partition("\n")[2]

    def settle(self, quiet: float = 0.1) -> str:
        """Wait until nothing but the clock has been drawn for a while; return the screen."""
        until, seen = time.monotonic() + quiet, self.below_the_header
        while time.monotonic() < until:
            assert self.terminal.pump(0.02), "the console is gone"
            if (now := self.below_the_header) != seen:
                until, seen = time.monotonic() + quiet, now
        return seen

    def press(self, *keys: str, patience: float = 0.3) -> str:
        """Press the keys one by one; return the screen after they have had their effect, if they have one."""
        for key in keys:
            before, until = self.below_the_header, time.monotonic() + patience
            self.terminal.type(key)
            while self.below_the_header == before and time.monotonic() < until:
                assert self.terminal.pump(0.02), "the console is gone"
            if key == "\x1b":  # with the next key at its heels it would be that key with Alt
                self.settle(0.25)
        return self.settle()

    def health(self) -> None:
        """Go to the screen of all checks, with no filter in force."""
        self.press("1", "\x1b")

    def pages(self, last: str) -> str:
        """Return all that can be seen by going to the evidence, and paging down until the last is there."""
        seen = [self.settle()]
        while last not in seen[-1] and len(seen) < 30:
            seen.append(self.press("\x1b[6~"))
            if seen[-1] == seen[-2]:
                seen.append(self.press("\t"))
        return "\n".join(seen)

    def open(self, check: str) -> str:
        """Open the check's detail view by its filter, and return all of its evidence."""
        self.health()
        self.press("/")
        self.terminal.type(check)
        self.press("\r")
        self.terminal.wait_for(TABLE_KEY)
        self.press("\r")
        self.terminal.wait_for(
            lambda: "Readings" in self.terminal.text and TABLE_KEY not in self.terminal.text
        )
        return self.pages(last="timeout  20 s")

    def click_on(self, text: str) -> None:
        """Click on every cell of the text wherever it stands."""
        for y, line in enumerate(self.terminal.text.splitlines(), 1):
            for place in re.finditer(re.escape(text), line):
                for x in range(place.start() + 1, place.end() + 1):
                    self.terminal.type(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
        self.settle()


@pytest.fixture
def told(walkdown: CommandLine, containers: Docker, tmp_path: Path) -> Iterator[Path]:
    """A system that all the payloads come to, from everywhere."""
    elsewhere, servers = Elsewhere(), Faults()
    health = {"test": ["CMD-SHELL", SICK], "interval": 10**9, "retries": 1}
    sick = containers.run(healthcheck=health, labels={PAYLOADS[7]: PAYLOADS[9]})
    names = tmp_path / "names"
    names.mkdir()
    try:
        port, engine = elsewhere.run(serve_everything(servers))
        with processes(names):
            while containers.state(sick)["Health"]["Status"] != "unhealthy":
                time.sleep(0.05)
            yield walkdown.system(configuration(tmp_path, port, engine, containers, sick.name), "hostile")
    finally:
        elsewhere.run(servers.stop())
        elsewhere.end()


@pytest.fixture
def operator(walkdown: CommandLine, told: Path) -> Iterator[Operator]:
    terminal = Terminal([WALKDOWN, "--system", str(told)], 80, 24, walkdown.environ)
    try:
        terminal.wait_for("needs attention")
        yield Operator(terminal)
    finally:
        terminal.close()


def marks_in(text: str) -> set[str]:
    return set(re.findall(r"h\d\d", text))


def test_nothing_that_is_shown_acts_on_the_terminal_or_the_console(walkdown, operator):
    terminal = operator.terminal
    terminal.wait_for(lambda: "..." not in terminal.text)
    health = operator.settle() + operator.press("\x1b[6~")
    assert "[@click=app.quit]" in health
    operator.click_on("[@click=app.quit]")

    seen = {check: operator.open(check) for check in ("boxes", "sick")}
    for source, groups in (("log", GROUPS), ("page", GROUPS), ("procs", PROCESS_GROUPS)):
        for group, members in enumerate(groups):
            text = seen[f"{source}-{group}"] = operator.open(f"{source}-{group}")
            missing = {MARKS[member] for member in members} - marks_in(text)
            assert not missing, f"{source}: what came is to be seen, and this is not: {missing}\n{text}"
    assert "[@click=app.quit]x[/]" in seen["log-0"]
    assert "hcc" in seen["sick"] and "[/nope]" in seen["sick"]
    named = {payload[:3] for payload in PAYLOADS if "/" not in payload and "\ud800" not in payload}
    assert named <= marks_in(seen["boxes"])

    operator.press("2")
    resources = "".join(operator.press("]") for _ in range(4))
    assert marks_in(resources)
    operator.health()
    operator.press("/", *"[/nope]", "\r")
    assert "h34" in terminal.text
    operator.press("\x1b", ":", *"click")
    assert "[@click=app.quit]" in terminal.text
    operator.press("\x1b", "?", "\x1b")

    assert not_ours(bytes(terminal.raw)) == set()
    assert not any(body in terminal.raw for body in BYTES if raw_in(body[3:].decode(errors="replace")))
    assert not any(map(stacked, seen.values()))
    operator.press("q")
    assert terminal.wait_end() == 0
    for log in walkdown.folder.rglob("*.log*"):
        assert "Traceback" not in log.read_text(), log.read_text()


@pytest.mark.parametrize("output", ["text", "json", "nagios"])
def test_nothing_that_is_printed_acts_on_a_terminal(walkdown, told, output):
    done = walkdown("check", "--system", told, "-o", output)
    assert done.returncode == 2, sys.stderr
    assert not raw_in(done.stdout + done.stderr)
    if output == "json":
        assert marks_in(done.stdout) == set(MARKS)

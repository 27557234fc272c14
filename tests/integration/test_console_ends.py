"""However a console ends, its terminal can be used again where the signal allows, and the agent goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.ask import visiting
from tests.servers.commands import WALKDOWN, CommandLine
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.pty

SYSTEM = """
system: calm
checks:
  uptime: {kind: load, every: 10s, warn: load1 > 1000}
  memory: {kind: memory, every: 10s, crit: used > 100 %}
"""
RESTORED = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?25h")
"""Alternate screen left, mouse off, cursor on."""
TICK = 1 / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def source(walkdown: CommandLine) -> Path:
    return walkdown.system(SYSTEM, "calm")


@pytest.fixture
def open_console(walkdown: CommandLine, source: Path) -> Iterator[Callable[[], Terminal]]:
    """Open consoles on the system; all are closed at the end."""
    opened: list[Terminal] = []

    def console() -> Terminal:
        opened.append(Terminal([WALKDOWN, "--system", str(source)], 80, 24, walkdown.environ))
        return opened[-1]

    yield console
    for terminal in opened:
        terminal.close()


def agent_of(walkdown: CommandLine) -> int:
    (place,) = (walkdown.folder / "state").rglob("*.sock")
    with visiting(place) as visit:
        assert visit is not None
        return visit.welcome.pid


def has_data(terminal: Terminal) -> Callable[[], bool]:
    return lambda: all(re.search(f" OK +{name} ", terminal.text) for name in ("uptime", "memory"))


def busy(pid: int, seconds: float) -> float:
    """Return the share of a processor that a process takes."""

    def spent() -> float:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) * TICK

    before = spent()
    time.sleep(seconds)
    return (spent() - before) / seconds


def starved(pid: int) -> float:
    """Return the seconds that a process was ready to run and had to wait for a processor (proc(5))."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def assert_restored(terminal: Terminal) -> None:
    drawn = terminal.raw.rfind(b"memory")
    for sequence in RESTORED:
        assert terminal.raw.rfind(sequence) > drawn, sequence
    local_modes = terminal.modes[3]
    assert isinstance(local_modes, int)
    assert local_modes & termios.ICANON and local_modes & termios.ECHO


def end_by(number: signal.Signals) -> Callable[[Terminal], None]:
    def end(terminal: Terminal) -> None:
        terminal.signal(number)
        assert terminal.wait_end(5.0) == 128 + number
        if number is not signal.SIGKILL:
            assert_restored(terminal)

    return end


def end_by_quitting(terminal: Terminal) -> None:
    terminal.type("q")
    assert terminal.wait_end(5.0) == 0
    assert_restored(terminal)


def end_by_hanging_up(terminal: Terminal) -> None:
    terminal.hang_up()
    assert terminal.wait_gone(5.0) == 129


ENDS = {
    "SIGTERM": end_by(signal.SIGTERM),
    "SIGHUP": end_by(signal.SIGHUP),
    "SIGKILL": end_by(signal.SIGKILL),
    "closed": end_by_hanging_up,
    "quit": end_by_quitting,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_the_agent_goes_on_and_the_next_console_has_its_data_at_once(walkdown, open_console, end):
    first = open_console()
    first.wait_for(has_data(first))
    agent = agent_of(walkdown)
    end(first)

    os.kill(agent, 0)
    time.sleep(1.0)
    assert busy(agent, 2.0) < 0.02, "nothing spins"

    waits = []
    for _ in range(3):
        started, others = time.monotonic(), starved(agent) + starved(os.getpid())
        again = open_console()
        again.wait_for(has_data(again))
        others = starved(agent) + starved(os.getpid()) - others + starved(again.pid)
        waits.append(time.monotonic() - started - others)
        again.close()
    assert min(waits) < 1.0
    assert agent_of(walkdown) == agent


def test_every_console_that_is_attached_can_be_killed_while_the_others_go_on(walkdown, open_console, source):
    consoles = [open_console() for _ in range(3)]
    for console in consoles:
        console.wait_for(has_data(console))
    agent = agent_of(walkdown)
    for console in consoles[:2]:
        console.signal(signal.SIGKILL)
        assert console.wait_end(5.0) == 137
    survivor = consoles[2]
    survivor.type("j\r")
    survivor.wait_for("Readings")
    assert agent_of(walkdown) == agent
    done = walkdown("check", "--system", source, "-o", "json")
    assert json.loads(done.stdout)["counts"]["OK"] == 2

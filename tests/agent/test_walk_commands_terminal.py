"""Walks on a real terminal: Ctrl-C asks, pastes confirm nothing, secrets do not show, hang-ups end none."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from agent.walk_exits import WalkExit
from tests.agent.walking import Walking, kill, shelf, wait_until
from tests.servers.commands import CommandLine

pytestmark = pytest.mark.pty

TAKEN = ("--take-over", "--reason", "the line was cut")
"""Another test may have got the terminal of a console that is gone: it looks as if that were there still."""


@pytest.fixture
def walking(walkdown: CommandLine) -> Iterator[Walking]:
    """A system with runbooks."""
    with shelf(walkdown) as mine:
        yield mine


def typed(terminal, *lines: str) -> None:
    """Type lines by hand: each after the time in which nothing counts."""
    for line in lines:
        time.sleep(0.7)
        terminal.type(f"{line}\r")


def test_a_walk_by_hand_is_done_without_a_single_escape_code(walking: Walking):
    with walking.terminal("run", "good", "--plain", TERM="dumb") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        typed(terminal, "1")
        assert terminal.wait_end() == WalkExit.DONE
        assert b"\x1b" not in terminal.raw
        assert b"ANN: Step 1 of 2: Make the file" in terminal.raw
    assert walking.deeds == ["made"]


def test_ctrl_c_asks_each_time_and_ends_nothing_by_itself(walking: Walking):
    with walking.terminal("run", "slow") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        terminal.type("\x03")
        terminal.wait_for("What do you want?")
        typed(terminal, "1")
        terminal.wait_for(lambda: terminal.text.count("run it, exactly as shown") == 2)
        typed(terminal, "1")
        terminal.wait_for("> begun")
        for times in (2, 3):
            terminal.type("\x03")
            terminal.wait_for(lambda now=times: bytes(terminal.raw).count(b"What do you want?") == now)
        assert terminal.status is None
        typed(terminal, "5")
        assert terminal.wait_end() == WalkExit.LEFT_OPEN
        terminal.wait_for("walkdown resume --system")


def test_enter_while_it_runs_offers_what_can_be_done_and_ends_the_program(walking: Walking):
    with walking.terminal("run", "slow") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        typed(terminal, "1")
        terminal.wait_for("> begun")
        typed(terminal, "")
        terminal.wait_for("end its program")
        typed(terminal, "2")
        terminal.wait_for("Why is its program ended?")
        typed(terminal, "it has no end")
        terminal.wait_for("wait FAILED")
        terminal.wait_for("Type a number, 1 to 8:")
        typed(terminal, "4")
        terminal.wait_for("Why is the walk stopped?")
        typed(terminal, "enough of it")
        assert terminal.wait_end() == WalkExit.FAILED


def test_a_paste_of_a_hundred_confirmations_confirms_nothing(walking: Walking):
    with walking.terminal("run", "good") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        time.sleep(0.7)
        terminal.type("1\r" * 100)
        terminal.wait_for("several lines at once count for nothing")
        assert walking.deeds == []
        terminal.type("1\r")
        terminal.wait_for("too quickly")
        typed(terminal, "1")
        assert terminal.wait_end() == WalkExit.DONE
    assert walking.deeds == ["made"]


def test_a_secret_that_is_typed_is_not_shown_and_the_terminal_shows_again_afterwards(walking: Walking):
    with walking.terminal("run", "secret") as terminal:
        before = terminal.modes
        terminal.wait_for("Input version: Version:")
        typed(terminal, "7")
        terminal.wait_for("(secret, not shown):")
        typed(terminal, "hunter2-hunter2")
        terminal.wait_for("Type a number")
        assert terminal.modes == before
        typed(terminal, "1")
        assert terminal.wait_end() == WalkExit.DONE
        assert b"hunter2" not in terminal.raw
        assert b"> *****" in terminal.raw


def test_ctrl_c_amid_a_secret_leaves_the_terminal_as_it_was(walking: Walking):
    with walking.terminal("run", "secret") as terminal:
        before = terminal.modes
        terminal.wait_for("Input version: Version:")
        typed(terminal, "7")
        terminal.wait_for("(secret, not shown):")
        terminal.type("\x03")
        assert terminal.wait_end() == 130
        assert terminal.modes == before
        assert "Nothing was begun." in terminal.text


def test_ctrl_d_leaves_the_walk_open(walking: Walking):
    with walking.terminal("run", "good") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        typed(terminal, "\x04")
        assert terminal.wait_end() == WalkExit.LEFT_OPEN
    done = walking("resume", *TAKEN, walking.open(), answers="1\n")
    assert done.returncode == WalkExit.DONE, done.stdout


@pytest.mark.parametrize("running", [False, True])
def test_a_line_that_is_cut_ends_the_console_and_never_the_walk(walking: Walking, running: bool):
    with walking.terminal("run", "slow") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        if running:
            typed(terminal, "1")
            terminal.wait_for("> begun")
        terminal.hang_up()
        assert terminal.wait_gone() == 128 + signal.SIGHUP
    walking.gate.touch()
    done = walking("resume", *TAKEN, walking.open(), answers="" if running else "1\n")
    assert done.returncode == WalkExit.DONE, done.stdout


def test_a_second_console_follows_and_takes_over_by_a_reason(walking: Walking):
    with walking.terminal("run", "slow") as first:
        first.wait_for("Type a number, 1 to 8:")
        with walking.terminal("resume", "--take-over", "--reason", "my shift begins") as second:
            second.wait_for("Type a number, 1 to 8:")
            first.wait_for("my shift begins")
            typed(second, "1")
            first.wait_for("> begun")
            walking.gate.touch()
            assert second.wait_end() == WalkExit.DONE
        assert first.wait_end() == WalkExit.DONE


def test_an_agent_that_is_killed_is_told_and_the_walk_goes_on_in_the_next_one(walking: Walking):
    with walking.terminal("run", "slow") as terminal:
        terminal.wait_for("Type a number, 1 to 8:")
        typed(terminal, "1")
        terminal.wait_for("> begun")
        pid = walking.agent()
        kill(pid)
        terminal.wait_for("The agent is gone")
        terminal.wait_for("An agent answers again.")
        walking.gate.touch()
        assert terminal.wait_end() == WalkExit.DONE
    wait_until(lambda: walking.agent() != pid)

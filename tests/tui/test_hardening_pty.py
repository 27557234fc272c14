"""The eight repairs, each in a real pseudo terminal; and the rules that hold before Textual is imported."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

from tests.tui.terminal import ROOT, Terminal, program

pytestmark = pytest.mark.pty

MODULE = ("-m", "tests.tui.stand_in")
COLOR = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9]+)*m")
INJECTED = re.compile(
    rb"\x1b\][^\x07\x1b]*PWNED|\x1b\]52;c;UFdO|\x1bP\+q|\x1b\[6n|\xc2[\x80-\x9f]|\xe2\x80\xae"
)
ALTERNATE_OFF, MOUSE_OFF, CURSOR_ON = b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h"


@pytest.fixture
def console() -> Iterator[Terminal]:
    with program(*MODULE, "plain") as terminal:
        terminal.wait_for("needs attention")
        yield terminal


def assert_restored(terminal: Terminal) -> None:
    for sequence in (ALTERNATE_OFF, MOUSE_OFF, CURSOR_ON):
        assert terminal.raw.rfind(sequence) > terminal.raw.rfind(b"needs attention"), sequence
    local_modes = terminal.modes[3]
    assert isinstance(local_modes, int)
    assert local_modes & termios.ICANON
    assert local_modes & termios.ECHO


def test_1_control_bytes_never_reach_the_terminal() -> None:
    with program(*MODULE, "hostile", columns=120, lines=40) as terminal:
        terminal.wait_for("needs attention")
        for key, sign in (("y", "copied"), ("?", "Every check, worst first")):
            terminal.type(key)
            terminal.wait_for(sign)
        terminal.type("q")
        terminal.wait_for(lambda: "Every check, worst first" not in terminal.text)
        terminal.type("\r")
        terminal.wait_for("Evidence")
        terminal.type(":")
        terminal.wait_for("Show ")
        assert not INJECTED.search(terminal.raw), INJECTED.search(terminal.raw)
        assert terminal.status is None


def test_2_text_from_outside_is_no_markup() -> None:
    with program(*MODULE, "hostile", columns=120, lines=40) as terminal:
        terminal.wait_for("[@click=app.quit]")
        row = next(y for y, line in enumerate(terminal.text.splitlines()) if "[@click=app.quit]" in line)
        for column in range(1, 120, 3):
            terminal.type(f"\x1b[<0;{column};{row + 1}M\x1b[<0;{column};{row + 1}m")
        terminal.type("1")
        terminal.wait_for("needs attention")
        terminal.type("?")
        terminal.wait_for("Every check, worst first")
        assert terminal.status is None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_3_a_signal_ends_it_with_the_terminal_restored(
    console: Terminal, number: signal.Signals, code: int
) -> None:
    console.signal(number)
    assert console.wait_end() == code
    assert_restored(console)


def test_4_a_terminal_that_goes_away_ends_it(console: Terminal) -> None:
    console.hang_up()
    assert console.wait_gone() == 129


def test_4_it_ends_even_when_nobody_tells_it_that_the_terminal_went_away() -> None:
    with program(*MODULE, "deaf") as terminal:
        terminal.wait_for("needs attention")
        started = time.monotonic()
        terminal.hang_up()
        assert terminal.wait_gone() == 129
        assert time.monotonic() - started < 15


def test_6_a_crash_shows_one_line_and_no_secret() -> None:
    with program(*MODULE, "crash") as terminal:
        assert terminal.wait_end() == 1
        assert b"walkdown: the console crashed (RuntimeError)" in terminal.raw
        assert b"hunter2" not in terminal.raw
        assert b"Traceback" not in terminal.raw
        assert terminal.raw.rfind(ALTERNATE_OFF) >= 0


def test_7_blocked_threads_hold_up_neither_names_nor_the_end() -> None:
    with program(*MODULE, "threads") as terminal:
        terminal.wait_for("names: took 0 s")
        terminal.type("q")
        assert terminal.wait_end(10) == 0


def test_8_no_color_means_no_colour() -> None:
    with program(*MODULE, "plain", env={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as terminal:
        terminal.wait_for("needs attention")
        terminal.type("j\r")
        terminal.wait_for("Readings")
        assert not COLOR.search(terminal.raw), COLOR.search(terminal.raw)


def test_8_an_empty_no_color_does_not_count() -> None:
    with program(*MODULE, "plain", env={"NO_COLOR": "", "COLORTERM": "truecolor"}) as terminal:
        terminal.wait_for("needs attention")
        assert COLOR.search(terminal.raw)


def test_q_leaves_an_empty_screen_and_exit_code_0(console: Terminal) -> None:
    console.type("q")
    assert console.wait_end() == 0
    assert_restored(console)
    assert console.raw.rfind(b"\x1b[2J") > console.raw.rfind(b"needs attention")


def test_a_new_size_is_taken_up(console: Terminal) -> None:
    console.resize(120, 40)
    console.wait_for("GROUP")
    console.resize(60, 15)
    console.wait_for(lambda: "GROUP" not in console.text and "AGE" in console.text)


def test_slow_lines_get_no_mouse_and_few_colours() -> None:
    with program(*MODULE, "plain", "slow", env={"COLORTERM": "truecolor"}) as terminal:
        terminal.wait_for("needs attention")
        assert b"\x1b[?1000h" not in terminal.raw
        assert b"38;2;" not in terminal.raw


def test_gnu_screen_gets_no_direct_colours() -> None:
    env = {"STY": "1.pts-0.host", "TERM": "screen-256color", "COLORTERM": "truecolor"}
    with program(*MODULE, "plain", env=env) as terminal:
        terminal.wait_for("needs attention")
        assert b"38;2;" not in terminal.raw


def test_a_dumb_terminal_is_refused_with_a_hint() -> None:
    with program(*MODULE, "plain", env={"TERM": "dumb"}) as terminal:
        assert terminal.wait_end() == 69
        assert b"walkdown check" in terminal.raw
        assert b"\x1b" not in terminal.raw


def test_without_a_terminal_it_is_refused_with_a_hint() -> None:
    done = subprocess.run(
        [sys.executable, *MODULE, "plain"], capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 69
    assert "the console needs a terminal; try: walkdown check" in done.stderr
    assert done.stdout == ""

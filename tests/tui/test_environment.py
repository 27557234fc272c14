"""What holds before Textual is imported: refusals, variables, manners."""

from __future__ import annotations

import pytest

from tui.environment import Manners, prepare


def test_no_terminal_is_refused() -> None:
    assert "needs a terminal" in prepare({"TERM": "xterm-256color"}, terminal=False).refusal


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}])
def test_a_dumb_terminal_is_refused(environ: dict[str, str]) -> None:
    assert "cannot show a console" in prepare(environ, terminal=True).refusal


def test_gnu_screen_with_direct_colours_gets_256() -> None:
    environ = {"TERM": "screen", "STY": "1", "COLORTERM": "truecolor"}
    assert ("TEXTUAL_COLOR_SYSTEM", "256") in prepare(environ, terminal=True).put
    del environ["STY"]
    assert ("TEXTUAL_COLOR_SYSTEM", "256") not in prepare(environ, terminal=True).put


def test_sudo_drops_what_another_user_told_textual() -> None:
    environ = {"TERM": "xterm-256color", "TEXTUAL_DRIVER": "evil:Driver", "TEXTUAL_LOG": "/etc/x"}
    assert prepare(environ, terminal=True).remove == ()
    assert prepare({**environ, "SUDO_UID": "1000"}, terminal=True).remove == ("TEXTUAL_DRIVER", "TEXTUAL_LOG")


def test_an_empty_no_color_does_not_count() -> None:
    assert prepare({"TERM": "xterm", "NO_COLOR": ""}, terminal=True).remove == ("NO_COLOR",)
    assert prepare({"TERM": "xterm", "NO_COLOR": "1"}, terminal=True).remove == ()


def test_the_terminal_and_no_variable_says_how_large_it_is() -> None:
    environ = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    assert prepare(environ, terminal=True).remove == ("COLUMNS", "LINES")


@pytest.mark.parametrize(
    ("environ", "wish", "manners"),
    [
        ({"TERM": "xterm-256color"}, Manners(), Manners()),
        ({"TERM": "linux"}, Manners(), Manners(theme="ansi-dark")),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, Manners(), Manners()),
        ({"TERM": "vt100"}, Manners(), Manners(ascii_only=True, theme="ansi-dark")),
        ({"TERM": "tmux-256color"}, Manners(slow=True), Manners(slow=True, mouse=False, theme="ansi-dark")),
        ({"TERM": "linux"}, Manners(theme="nord"), Manners(theme="nord")),
    ],
)
def test_manners_fit_the_terminal(environ: dict[str, str], wish: Manners, manners: Manners) -> None:
    assert prepare(environ, terminal=True, wish=wish).manners == manners

"""The bell: once for each new trouble that somebody should see to, and never unless it was asked for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from checks.board import CheckState, Snapshot
from checks.model import Level
from tests.tui.terminal import program
from tui.bell import Bell

COMMAND = re.compile(rb"\x1b\][^\x07\x1b]*\x07")
"""A command to the terminal, such as one about its title, which ends with the same byte and rings nothing."""
OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


def seen(number: int, **levels: Level | CheckState) -> Snapshot:
    states = [
        level
        if isinstance(level, CheckState)
        else CheckState(name, level=level, hard=level, is_hard=level is not OK)
        for name, level in levels.items()
    ]
    return Snapshot(number, 100.0 + number, tuple(states))


def rung(*pictures: dict[str, Level | CheckState]) -> list[bool]:
    bell = Bell()
    return [bell.rings(seen(number, **levels)) for number, levels in enumerate(pictures)]


def crit(name: str, **more: object) -> CheckState:
    return replace(CheckState(name, level=CRIT, hard=CRIT, is_hard=True), **more)  # type: ignore[arg-type]


def test_it_rings_once_for_a_change_however_long_it_lasts_and_again_when_it_comes_again() -> None:
    well, bad = {"web": OK}, {"web": CRIT}
    assert rung(well, bad, bad, bad, well, bad) == [False, True, False, False, False, True]
    assert rung(well, {"web": WARN}, bad, {"web": WARN}, bad) == [False, False, True, False, True]


def test_several_at_once_ring_once_and_another_one_rings_again() -> None:
    assert rung(
        {"web": OK, "api": OK, "db": OK},
        {"web": CRIT, "api": CRIT, "db": OK},
        {"web": CRIT, "api": CRIT, "db": CRIT},
    ) == [False, True, True]


def test_what_was_so_when_the_console_was_opened_rings_nothing() -> None:
    assert rung({"web": CRIT}, {"web": CRIT}, {"web": OK}, {"web": CRIT}) == [False, False, False, True]


def test_what_nobody_can_see_for_a_while_is_no_change() -> None:
    # As when the agent was replaced by another one, which has looked at nothing yet.
    assert rung({"web": OK}, {"web": CRIT}, {"web": UNKNOWN}, {}, {"web": CRIT}) == [
        False,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "quiet",
    [
        {"acknowledged": True},
        {"silenced": True},
        {"maintenance": True},
        {"blocked_by": "db"},
        {"flapping": True},
        {"is_hard": False},
    ],
)
def test_it_is_silent_about_what_nobody_is_told_of_until_that_ends(quiet) -> None:
    assert rung({"web": OK}, {"web": crit("web", **quiet)}) == [False, False]
    assert rung({"web": OK}, {"web": crit("web", **quiet)}, {"web": CRIT}) == [False, False, True]


def test_what_was_rung_for_is_not_rung_for_again_when_an_acknowledgement_ends() -> None:
    taken = {"web": crit("web", acknowledged=True)}
    assert rung({"web": OK}, {"web": CRIT}, taken, {"web": CRIT}) == [False, True, False, False]


@pytest.mark.pty
@pytest.mark.parametrize(("wish", "bells"), [(("bell",), 1), ((), 0)])
def test_in_a_real_terminal_exactly_one_bell_comes_and_none_unless_it_is_wanted(wish, bells) -> None:
    with program("-m", "tests.tui.stand_in", "trouble", *wish) as terminal:
        terminal.wait_for("third picture")
        terminal.type("q")
        assert terminal.wait_end() == 0
        assert COMMAND.sub(b"", bytes(terminal.raw)).count(b"\a") == bells

"""The first screen: worst first, what stands in a line, what a narrow terminal leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.board import CheckState
from checks.model import Level
from tests.tui.boards import SHOP, SHOP_STATES, START, snapshot, state, system
from tests.tui.stage import Stage, stage
from tui.screens.check import CheckScreen


def names_in_order(console: Stage) -> list[str]:
    names = {info.name for info in console.app.system.checks}
    words = [word for line in console.text.splitlines() for word in line.split()[1:2]]
    return [word for word in words if word in names]


async def test_the_worst_stands_first_and_the_rest_by_group() -> None:
    async with stage() as console:
        await console.until("needs attention")
        assert names_in_order(console) == ["orders", "certificate", "worker", "web", "api"]
        headings = [line.split("─")[0].strip() for line in console.text.splitlines() if "──" in line]
        assert headings == ["needs attention", "edge", "services"]


async def test_a_check_that_turns_bad_rises_and_keeps_the_cursor_where_it_was() -> None:
    async with stage() as console:
        await console.press("G")
        assert console.app.screen.query_one("#checks").cursor == "api"
        states = [state("api", Level.CRIT, "refused") if each.name == "api" else each for each in SHOP_STATES]
        await console.update(snapshot(states, 2))
        assert names_in_order(console)[:2] == ["api", "orders"]
        assert console.app.screen.query_one("#checks").cursor == "api"


async def test_levels_are_words_not_colours() -> None:
    async with stage() as console:
        words = [console.line(name).split()[0] for name in ("orders", "certificate", "worker", "web")]
        assert words == ["CRIT", "WARN", "UNKN", "OK"]


async def test_ages_tick() -> None:
    async with stage() as console:
        assert "45 s" in console.line("certificate")
        assert "now" in console.line("orders")
        await console.clock.advance(20)
        await console.until(lambda: "1 m" in console.line("certificate"))
        assert "20 s" in console.line("orders")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"is_hard": False, "attempt": 1}, "1 of 3: refused"),
        ({"blocked_by": "postgres"}, "blocked by postgres: refused"),
        ({"flapping": True}, "flapping: refused"),
        ({"stale": True}, "last: refused"),
    ],
)
async def test_what_puts_a_result_in_another_light_is_said(changed: dict[str, object], words: str) -> None:
    odd = replace(state("web", Level.CRIT, "refused"), **changed)
    async with stage(snapshot=snapshot([odd]), size=(120, 40)) as console:
        await console.until(words)


async def test_a_check_that_was_never_probed_waits() -> None:
    async with stage(snapshot=snapshot([CheckState("web")])) as console:
        await console.until("not probed yet")
        assert "needs attention" not in console.text


async def test_slash_filters_and_escape_shows_all_again() -> None:
    async with stage() as console:
        await console.press("slash")
        await console.pilot.press(*"serv !api")
        await console.until(lambda: names_in_order(console) == ["worker"])
        await console.press("enter", "r")
        await console.until(lambda: console.link.probed == [("worker",)])
        await console.press("escape")
        await console.until(lambda: len(names_in_order(console)) == 5)
        await console.press("slash")
        await console.pilot.press(*"nothing")
        await console.until("no check fits the filter")


async def test_enter_opens_the_check_and_escape_comes_back() -> None:
    async with stage() as console:
        await console.press("j", "enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        assert "certificate" in console.text
        await console.press("escape")
        await console.until("needs attention")


async def test_hostile_names_and_texts_do_nothing() -> None:
    hostile = "[/x][@click=app.quit]\x1b]0;owned\x07"
    shop = system((hostile, hostile))
    async with stage(shop, snapshot([state(hostile, Level.CRIT, hostile)])) as console:
        await console.until("[@click=app.quit]")
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        await console.press("question_mark", "escape", "colon")
        assert console.app.is_running


async def test_age_is_seen_at_every_width() -> None:
    for size in ((60, 15), (80, 24), (120, 40), (200, 50)):
        async with stage(size=size) as console:
            assert "45 s" in console.line("certificate"), size


async def test_an_idle_board_leaves_the_screen_alone() -> None:
    calm = snapshot([state(info.name, at=START) for info in SHOP.checks])
    async with stage(snapshot=calm) as console:
        table = console.app.screen.query_one("#checks")
        painted: list[object] = []
        refresh = table.refresh
        table.refresh = lambda *regions, **more: (painted.extend(regions), refresh(*regions, **more))
        for _ in range(4):
            await console.clock.advance(1)
            await console.pilot.pause()
        assert painted == []

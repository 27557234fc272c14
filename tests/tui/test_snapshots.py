"""Pictures of whole screens at four sizes, in words, compared with files that a person has looked at."""

from __future__ import annotations

import pytest

from checks.board import Notice
from checks.model import Level
from tests.tui.boards import SHOP_STATES, START, snapshot
from tests.tui.golden import check_golden
from tests.tui.stage import stage
from tui.environment import Manners
from tui.screens.check import CheckScreen

SIZES = [(60, 15), (80, 24), (120, 40), (200, 50)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_health(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await console.until("connection refused")
        check_golden(f"health-{size[0]}x{size[1]}", console.text)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_check(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        await console.until("latency > 500 ms")
        await console.pilot.pause(0.1)
        check_golden(f"check-{size[0]}x{size[1]}", console.text)


async def test_health_without_an_agent_and_with_notices() -> None:
    notices = (
        Notice("store", "no space left on device; results are kept in memory", Level.CRIT, START),
        Notice("clock", "went back 40 s", Level.WARN, START),
        Notice("config", "changed on disk", Level.WARN, START),
    )
    async with stage(snapshot=snapshot(SHOP_STATES, notices=notices)) as console:
        await console.link.detach("the agent (pid 4711) went away; trying again")
        await console.until("NO AGENT")
        await console.clock.advance(30)
        await console.until("30 s old")
        await console.pilot.pause(0.1)
        check_golden("health-detached-80x24", console.text)


async def test_help() -> None:
    async with stage() as console:
        await console.press("question_mark")
        await console.until("Every check, worst first.")
        check_golden("help-80x24", console.text)


async def test_filter() -> None:
    async with stage() as console:
        await console.press("slash")
        await console.pilot.press(*"serv")
        await console.until(lambda: "orders" not in console.text)
        await console.pilot.pause(0.1)
        check_golden("health-filter-80x24", console.text)


async def test_ascii() -> None:
    async with stage(manners=Manners(ascii_only=True)) as console:
        await console.until("connection refused")
        assert console.text.isascii(), [char for char in console.text if not char.isascii()]

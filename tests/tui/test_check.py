"""The detail view: rules beside values, readings and their course, results, evidence, actions."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from textual.content import Content
from textual.widgets import Static

from checks.board import CheckInfo
from checks.model import Level, Series, Table
from tests.tui.boards import SHOP, START, result, snapshot, state
from tests.tui.stage import Stage, stage
from tui.widgets.live_table import LiveTable

DETAILED = state(
    "web",
    Level.WARN,
    "200 OK, 812 ms",
    value=0.812,
    detail="HTTP/1.1 200 OK\nserver: nginx",
    rows=Table(("phase", "took"), (("connect", "2 ms"), ("first byte", "805 ms"))),
)


@contextlib.asynccontextmanager
async def opened(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Stage]:
    infos = (
        CheckInfo(
            "web", "http", group="edge", every=10.0, needs=("dns",), options=(("url", "https://shop"),)
        ),
        *SHOP.checks[1:],
    )
    async with stage(replace(SHOP, checks=infos), snapshot([DETAILED]), size) as console:
        console.link.stored["web"] = tuple(
            result("web", summary=f"200 OK, {80 + n} ms", at=START - 10 * n) for n in range(1, 5)
        )
        console.link.series["web", "latency"] = (
            Series("web", "latency", (), "s", (START - 60, START), (0.1, 0.8), (0.1, 0.8), (0.1, 0.8)),
        )
        await console.press("enter")
        await console.until("latency > 500 ms")
        yield console


async def test_it_says_who_how_and_since_when() -> None:
    async with opened() as console:
        await console.until("WARN  web  http · edge · every 10 s")
        assert "WARN since 07:58:00 UTC (2 m 0 s) · confirmed · needs dns" in console.text


async def test_the_current_value_stands_beside_each_bound() -> None:
    async with opened() as console:
        (line,) = (line for line in console.text.splitlines() if "latency > 500 ms  " in line)
        assert line.split()[:7] == ["WARN", "latency", ">", "500", "ms", "812", "ms"]
        assert "   500 ms" in line


async def test_evidence_and_options_are_shown() -> None:
    async with opened() as console:
        await console.until("server: nginx")
        assert "first byte  805 ms" in console.text
        assert "https://shop" in console.text


async def test_stored_results_are_asked_for_and_new_ones_join_them() -> None:
    async with opened() as console:
        await console.until("200 OK, 84 ms")
        newer = replace(DETAILED, last=result("web", Level.CRIT, "refused", at=START + 10))
        await console.update(snapshot([replace(newer, level=Level.CRIT)], 2, START + 10))
        await console.until("08:00:10     CRIT")
        assert "200 OK, 84 ms" in console.text


async def test_the_course_of_the_judged_reading_is_drawn() -> None:
    async with opened() as console:
        await console.until(lambda: any("⠀" < char <= "⣿" for char in console.text))
        assert console.link.queries[0].reading == "latency"


async def test_r_runs_it_now() -> None:
    async with opened() as console:
        await console.press("r")
        await console.until(lambda: console.link.probed == [("web",)])


async def test_y_copies_the_evidence() -> None:
    async with opened() as console:
        await console.press("y")
        await console.until(lambda: "server: nginx" in console.app.clipboard)
        assert console.app.clipboard.startswith("web WARN: 200 OK, 812 ms")


async def test_digit_one_leads_back_to_the_top() -> None:
    async with opened() as console:
        await console.press("1")
        await console.until("needs attention")


async def test_a_small_terminal_scrolls_through_all_parts() -> None:
    async with opened((60, 15)) as console:
        await console.until("latency > 500 ms")
        assert console.line("Rules")
        for _ in range(3):
            await console.press("tab")
        await console.until("server: nginx")


async def test_a_check_that_is_gone_is_said() -> None:
    async with opened() as console:
        await console.update(snapshot([], 2))
        await console.until("the agent has no such check")


async def test_without_an_agent_nothing_of_it_looks_live() -> None:
    async with opened() as console:
        await console.link.detach("gone")
        await console.until("NO AGENT")
        head = console.app.screen.query_one("#head", Static)
        assert isinstance(head.content, Content)
        assert not any("$warning" in str(span.style) for span in head.content.spans)
        assert all(table.muted for table in console.app.screen.query(LiveTable))


async def test_evidence_longer_than_a_small_screen_can_be_paged_through() -> None:
    long = "\n".join(f"line {number}" for number in range(1, 61))
    state_of_web = replace(DETAILED, last=result("web", Level.WARN, "long", at=START, detail=long))
    async with stage(SHOP, snapshot([state_of_web]), (80, 24)) as console:
        await console.press("enter")
        await console.until("Readings")
        await console.press("tab", "tab", "tab")
        await console.until("line 3")
        for _ in range(4):
            await console.press("pagedown")
        await console.until("line 60")
        await console.press("home")
        await console.until("Readings")

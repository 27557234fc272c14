"""The second screen: which panels there are, where they stand, what moves between them, when they draw."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from checks.board import SystemInfo
from tests.tui.boards import START
from tests.tui.golden import check_golden
from tests.tui.machine import KINDS, MACHINE, board, gone_stale, history, readings, refused, result, shown
from tests.tui.stage import Stage, stage
from tui.arrangement import LEAST_HEIGHT, arrange, columns_for
from tui.environment import PLAIN_MANNERS
from tui.panel import Panel
from tui.screens.resources import WANTED, ResourcesScreen


@pytest.fixture(autouse=True)
def without_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let panels draw as often as they are asked, so that tests need not wait."""
    monkeypatch.setattr(Panel, "PACE", 0.0)


@contextlib.asynccontextmanager
async def resources(
    size: tuple[int, int] = (80, 24), system: SystemInfo = MACHINE, **more: object
) -> AsyncIterator[Stage]:
    """Open the console on the Resources screen, with everything measured and the history known."""
    async with stage(system, board(), size, **more) as console:  # type: ignore[arg-type]
        console.link.series = history()
        await console.press("2")
        await console.until(lambda: isinstance(console.app.screen, ResourcesScreen))
        await console.until(lambda: len(console.link.queries) == asked_of(system))
        await console.pilot.pause()
        yield console


def asked_of(system: SystemInfo) -> int:
    return sum(kind == info.kind for info in system.checks for kind, _ in WANTED)


def headings(console: Stage) -> list[str]:
    """Return the names of the panels that can be seen, as they stand."""
    shown_panels = [panel for panel in console.app.screen.query(Panel) if panel.display and panel.size]
    return [panel.NAME for panel in shown_panels if panel.NAME in console.text]


def without(*names: str) -> SystemInfo:
    return replace(MACHINE, checks=tuple(info for info in MACHINE.checks if info.name not in names))


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (200, 50)])
async def test_it_looks_as_a_person_has_approved(size: tuple[int, int]) -> None:
    async with resources(size) as console:
        check_golden(f"resources-{size[0]}x{size[1]}", console.text)


async def test_trouble_looks_as_a_person_has_approved() -> None:
    async with resources((120, 40)) as console:
        old = gone_stale(result("memory", START - 300))
        await console.update(board(2, START + 5, shown(refused("cache", START + 5)), old))
        await console.until("connection refused")
        check_golden("resources-trouble-120x40", console.text)


async def test_one_panel_alone_looks_as_a_person_has_approved() -> None:
    async with resources((120, 40)) as console:
        await console.press("right_square_bracket", "right_square_bracket", "right_square_bracket", "enter")
        await console.until("4 of 9")
        check_golden("resources-alone-120x40", console.text)


async def test_all_panels_stand_on_one_screen_without_scrolling_at_80x24() -> None:
    async with resources((80, 24)) as console:
        assert len(headings(console)) == len(KINDS)
        assert console.app.screen.query_one("#panels").max_scroll_y == 0


async def test_a_panel_without_a_check_is_absent() -> None:
    async with resources((120, 40), without("cache", "containers", "orders-db")) as console:
        assert headings(console) == ["CPU", "Memory", "Load", "Disks", "Network", "Processes"]
        assert "Redis" not in console.text


async def test_a_screen_without_any_panel_says_why() -> None:
    bare = replace(MACHINE, checks=tuple(replace(info, kind="http") for info in MACHINE.checks))
    async with resources(system=bare) as console:
        await console.until("No check of this system measures a resource")
        assert "cpu, memory" in console.text


async def test_a_narrow_terminal_shows_one_panel_at_a_time() -> None:
    async with resources((60, 15)) as console:
        assert headings(console) == ["CPU"]
        await console.press("right_square_bracket")
        await console.until("Memory 2 of 9")
        await console.press("left_square_bracket", "left_square_bracket")
        await console.until("Processes 9 of 9")
        await console.press("escape")
        assert headings(console) == ["Processes"]


async def test_enter_shows_a_panel_alone_and_escape_brings_all_back() -> None:
    async with resources((120, 40)) as console:
        await console.press("right_square_bracket", "enter")
        await console.until("Memory 2 of 9")
        assert headings(console) == ["Memory"]
        await console.press("right_square_bracket")
        await console.until("Load 3 of 9")
        await console.press("escape")
        await console.until(lambda: len(headings(console)) == len(KINDS))
        assert console.line("Load").count("▸ Load") == 1, "it is still the one that the keys act on"


async def test_growing_a_narrow_terminal_brings_all_panels() -> None:
    async with resources((60, 15)) as console:
        await console.pilot.resize_terminal(120, 40)
        await console.until(lambda: len(headings(console)) == len(KINDS))


async def test_new_readings_are_shown_and_drawn() -> None:
    async with resources() as console:
        await console.update(board(2, START + 60))
        await console.until(f"{readings(START + 60)['cpu'][0].value:.1f} %")
        panel = console.app.screen.query(Panel).first()
        assert panel.scene.courses.one("cpu", "usage").at[-1] == START + 60


async def test_ages_rise_while_nothing_comes() -> None:
    async with resources() as console:
        await console.clock.advance(61)
        await console.until(lambda: "1 m" in console.line("CPU"))


async def test_a_lost_agent_leaves_nothing_that_looks_live() -> None:
    async with resources() as console:
        await console.link.detach("the agent is gone")
        await console.clock.advance(1)
        await console.until(lambda: not console.app.screen.query(Panel).first().scene.live)


async def test_history_is_asked_once_for_what_is_drawn_and_again_for_a_longer_span() -> None:
    async with resources((120, 40)) as console:
        first = len(console.link.queries)
        assert {query.reading for query in console.link.queries} >= {
            "usage",
            "used",
            "read",
            "received",
            "ops",
        }
        assert console.link.queries[0].since == pytest.approx(START - 900 * 1.05)
        await console.update(board(2, START + 5))
        assert len(console.link.queries) == first
        await console.press("plus")
        await console.until(lambda: len(console.link.queries) == 2 * first)
        assert console.link.queries[-1].since < START - 3600
        await console.until("1 h")


async def test_history_is_asked_again_once_an_agent_answers_again() -> None:
    async with resources() as console:
        first = len(console.link.queries)
        await console.link.detach("the agent is gone")
        await console.clock.advance(1)
        await console.until(lambda: bool(console.app.detached))
        await console.link.attach(MACHINE, board(2, START + 60))
        await console.clock.advance(1)
        await console.until(lambda: len(console.link.queries) == 2 * first)


async def test_without_history_the_screen_draws_what_it_sees() -> None:
    async with stage(MACHINE, board(), (120, 40)) as console:
        await console.press("2")
        await console.until("Usage  usage 40.0 %")
        await console.update(board(2, START + 5))
        panel = console.app.screen.query(Panel).first()
        await console.until(lambda: panel.scene.courses.one("cpu", "usage").at == (START, START + 5))


async def test_a_hidden_screen_draws_nothing_and_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with resources() as console:
        panel = console.app.screen.query(Panel).first()
        await console.press("1")
        pictures: list[int] = []
        for each in panel.screen.query(Panel):
            monkeypatch.setattr(each, "picture", lambda *size: pictures.append(1) or ())
        for number in range(2, 8):
            await console.update(board(number, START + 5 * number))
        assert pictures == []
        monkeypatch.undo()
        await console.press("2")
        await console.until(lambda: START + 35 in panel.scene.courses.one("cpu", "usage").at)
        assert START + 10 in panel.scene.courses.one("cpu", "usage").at


async def test_run_now_probes_the_checks_of_the_panel() -> None:
    async with resources() as console:
        await console.press("right_square_bracket", "r")
        await console.until(lambda: console.link.probed == [("memory",)])


async def test_details_open_the_worst_check_of_the_panel() -> None:
    async with resources() as console:
        await console.press("d")
        await console.until(lambda: not isinstance(console.app.screen, ResourcesScreen))
        assert "cpu" in console.text


async def test_another_system_starts_with_no_courses() -> None:
    async with resources() as console:
        screen = console.app.screen
        other = replace(MACHINE, name="other", checks=MACHINE.checks[:1])
        console.link.series = {}
        await console.link.attach(other, replace(board(2, START + 5), states=board(2, START + 5).states[:1]))
        await console.clock.advance(1)
        await console.until(lambda: console.app.system.name == "other")
        await console.until(lambda: headings(console) == ["CPU"])
        courses = screen.query(Panel).first().scene.courses
        assert not courses.of("memory", "used")


async def test_ascii_is_kept_to_where_a_terminal_has_no_more() -> None:
    async with resources((120, 40), manners=replace(PLAIN_MANNERS, ascii_only=True)) as console:
        body = "\n".join(console.text.splitlines()[1:-1])
        assert body.isascii(), body


def test_a_last_row_that_is_not_full_goes_to_the_last_panel() -> None:
    assert arrange(9, 78, 22).spans == (1,) * 8 + (2,)
    assert arrange(7, 118, 38).spans == (1,) * 6 + (3,)
    assert arrange(9, 118, 38).columns == 3
    assert arrange(2, 118, 38).columns == 2


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("size", [(40, 9), (78, 22), (118, 38), (198, 48), (220, 24)])
def test_rows_fill_the_screen_or_scroll(count: int, size: tuple[int, int]) -> None:
    places = arrange(count, *size)
    rows = len(places.heights)
    assert sum(places.spans) == places.columns * rows
    assert sum(places.heights) == size[1] or places.heights == (LEAST_HEIGHT,) * rows
    assert places.columns <= columns_for(*size)

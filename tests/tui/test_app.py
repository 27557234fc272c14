"""The console as a whole: what comes down the link, what goes up, what the operator is told."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from textual.binding import Binding

from agent.testing import MemoryLink
from checks.board import Health, Notice, Snapshot
from checks.errors import LinkError
from checks.model import Level
from tests.tui.boards import SHOP, SHOP_BOARD, SHOP_STATES, START, result, snapshot, state
from tests.tui.stage import stage
from tui.app import BEAT, ConsoleApp
from tui.dialog import Dialog
from tui.dialogs.help import HelpDialog
from tui.environment import Manners
from tui.screen_registry import DETAILS, SCREENS, find_detail, find_screen
from tui.screens.check import CheckScreen
from tui.screens.health import HealthScreen
from tui.widgets.filter_bar import FilterBar
from tui.widgets.header import HeaderBar
from tui.widgets.live_table import LiveTable
from tui.widgets.menu import Menu
from tui.widgets.page import Page
from tui.widgets.step_list import StepList


async def test_an_attached_agent_is_on_screen() -> None:
    async with stage() as console:
        await console.until("connection refused")
        assert console.line("Shop").startswith(" C  Shop [STAGING] UNHEALTHY  C 1  W 1  ? 1  OK 2")
        assert "08:00:00 UTC" in console.line("Shop")


async def test_an_agent_that_answers_at_once_is_on_the_first_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Snapshot] = []
    monkeypatch.setattr(HealthScreen, "draw", lambda screen: drawn.append(screen.snapshot))
    link = MemoryLink()
    await link.attach(replace(SHOP, keymap=(("check.run-all", "f5"),)), SHOP_BOARD)
    app = ConsoleApp(lambda: link)
    async with app.run_test() as pilot:
        await pilot.press("f5")
        assert drawn[0] is SHOP_BOARD
        assert link.probed == [()]


async def test_garbage_is_collected_again_once_the_first_picture_stands() -> None:
    gc.disable()
    try:
        async with stage() as console:
            await console.until(gc.isenabled)
    finally:
        gc.enable()
        gc.unfreeze()


async def test_the_letter_on_top_is_the_worst_level_whether_that_check_is_mandatory_or_not() -> None:
    down = snapshot([state("web", Level.CRIT)])
    async with stage(snapshot=replace(down, health=Health.DEGRADED)) as console:
        await console.until("DEGRADED")
        assert console.app.screen.query_one(HeaderBar).render().plain.startswith(" C ")


async def test_before_an_agent_answers_it_says_so() -> None:
    async with stage(snapshot=None) as console:
        await console.until("waiting for the agent")


async def test_a_lost_agent_is_said_at_once_and_nothing_looks_live() -> None:
    async with stage() as console:
        await console.link.detach("the agent (pid 7) went away")
        await console.until("NO AGENT")
        assert "the agent (pid 7) went away" in console.line("NO AGENT")
        assert "as of 08:00:00" in console.line("NO AGENT")
        assert console.line("Shop").startswith(" ?  Shop")
        assert console.app.screen.query_one(LiveTable).muted
        assert console.app.screen.has_class("-detached")


async def test_ages_go_on_without_an_agent_until_nothing_counts_any_more() -> None:
    async with stage() as console:
        await console.link.detach("gone")
        await console.until("NO AGENT")
        await console.clock.advance(15)
        await console.until(lambda: "15 s" in console.line("api"))
        assert "OK" in console.line("api")
        await console.clock.advance(75)
        await console.until(lambda: "STALE" in console.line("api"))
        assert "last: 200 OK, 31 ms" in console.line("api")
        assert "1 m old" in console.line("NO AGENT")


async def test_an_agent_that_comes_back_is_live_again() -> None:
    async with stage() as console:
        await console.link.detach("gone")
        await console.until("NO AGENT")
        await console.clock.advance(BEAT)
        await console.link.attach(SHOP, SHOP_BOARD)
        await console.until(lambda: "NO AGENT" not in console.text)
        assert not console.app.screen.query_one(LiveTable).muted


async def test_a_link_that_cannot_be_opened_is_said() -> None:
    @contextlib.asynccontextmanager
    async def no_link() -> AsyncIterator[MemoryLink]:
        raise LinkError("no state folder: /nowhere")
        yield MemoryLink()

    app = ConsoleApp(no_link)
    async with app.run_test() as pilot:
        while not app.detached:
            await pilot.pause(0.01)
        assert app.detached == "no state folder: /nowhere"


async def test_a_burst_of_pictures_is_drawn_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as console:
        drawn: list[int] = []
        show = LiveTable.show
        monkeypatch.setattr(LiveTable, "show", lambda table, rows: (drawn.append(1), show(table, rows)))
        for number in range(2, 1002):
            await console.link.update(snapshot(SHOP_STATES, number, START + number / 1000))
        for _ in range(3):
            await console.clock.advance(BEAT)
            await console.pilot.pause()
        assert console.app.snapshot.number == 1001
        assert 1 <= len(drawn) <= 4


async def test_a_notice_of_the_agent_is_shown_with_its_source() -> None:
    notices = (Notice("store", "no space left on device", Level.WARN, START),)
    async with stage(snapshot=snapshot(SHOP_STATES, notices=notices)) as console:
        await console.until("WARN  store: no space left on device")
        assert "1 notice" in console.line("Shop")


async def test_r_asks_for_the_check_under_the_cursor_and_R_for_all() -> None:
    async with stage() as console:
        await console.press("r", "R")
        await console.until(lambda: len(console.link.probed) == 2)
        assert console.link.probed == [("orders",), ()]


async def test_what_cannot_be_asked_for_is_said() -> None:
    async with stage() as console:
        await console.link.detach("gone")
        await console.until("NO AGENT")
        await console.press("r")
        await console.until("cannot run: no agent answers")


async def test_the_agent_is_asked_for_no_more_pictures_than_are_drawn() -> None:
    async with stage() as console:
        await console.until(lambda: console.link.paces == [1 / BEAT])
    async with stage(manners=Manners(slow=True)) as console:
        await console.until(lambda: console.link.paces == [0.5])


async def test_trends_begin_with_what_the_agent_remembers() -> None:
    async with stage(snapshot=None) as console:
        console.link.stored["api"] = tuple(
            result("api", at=START - 10 * age, value=0.01 * age) for age in range(1, 9)
        )
        await console.link.attach(SHOP, SHOP_BOARD)
        await console.until(lambda: "▇" in console.line("api") or "█" in console.line("api"))


async def test_the_keymap_of_the_configuration_counts() -> None:
    async with stage(system=replace(SHOP, keymap=(("check.run", "f5"),))) as console:
        await console.press("r")
        await console.press("f5")
        await console.until(lambda: bool(console.link.probed))
        assert console.link.probed == [("orders",)]


async def test_two_bindings_on_one_key_are_said_once() -> None:
    keymap = (("check.run", "x"), ("check.run-all", "x"))
    async with stage(system=replace(SHOP, keymap=keymap)) as console:
        await console.until("keymap: the same key")


async def test_question_mark_explains_the_screen_and_its_keys() -> None:
    async with stage(size=(100, 40)) as console:
        await console.press("question_mark")
        await console.until("Every check, worst first.")
        assert "Probe the check under the cursor now" in console.text
        assert "Go to the screen Health" in console.text
        await console.press("escape")
        assert not isinstance(console.app.screen, HelpDialog)


async def test_the_palette_opens_and_runs_any_check() -> None:
    async with stage() as console:
        await console.press("colon")
        await console.pilot.press(*"show api")
        await console.until("All that is known of this check")
        await console.pilot.press("enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        await console.press("ctrl+p")
        await console.pilot.press(*"run web")
        await console.until("Probe this check now")
        await console.pilot.press("enter")
        await console.until(lambda: console.link.probed == [("web",)])


async def test_the_palette_changes_the_theme() -> None:
    async with stage() as console:
        await console.press("colon")
        await console.pilot.press(*"theme walkdown-light")
        await console.until("Change the colours")
        await console.pilot.press("enter")
        await console.until(lambda: console.app.theme == "walkdown-light")


async def test_y_copies_the_row_and_only_clean_text() -> None:
    hostile = snapshot([state("web", Level.CRIT, "bad \x1b]52;c;aGk=\x07 end")])
    async with stage(snapshot=hostile) as console:
        await console.press("y")
        await console.until(lambda: bool(console.app.clipboard))
        assert "\x1b" not in console.app.clipboard
        assert "CRIT  web  bad" in console.app.clipboard


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_q_leaves(key: str) -> None:
    async with stage() as console:
        await console.pilot.press(key)
        await console.until(lambda: not console.app.is_running or console.app._exit)
        assert console.app.return_code == 0


async def test_digits_go_to_the_screens() -> None:
    async with stage() as console:
        for place, name in enumerate(SCREENS, 1):
            await console.press(str(place))
            await console.until(lambda wanted=name: wanted == console.app.screen.NAME)


async def test_a_hidden_screen_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as console:
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        drawn: list[int] = []
        monkeypatch.setattr(HealthScreen, "draw", lambda screen: drawn.append(1))
        await console.update(snapshot(SHOP_STATES, 2))
        assert drawn == []
        await console.press("escape")
        await console.until(lambda: bool(drawn))


def test_every_binding_can_be_remapped_and_explains_itself() -> None:
    details = map(find_detail, DETAILS)
    widgets = (LiveTable, Page, Menu, StepList, FilterBar)
    for node in (ConsoleApp, *map(find_screen, SCREENS), *details, HelpDialog, Dialog, *widgets):
        for binding in node.BINDINGS:
            assert isinstance(binding, Binding), (node, binding)
            assert binding.id, (node, binding)
            assert binding.tooltip, (node, binding)


def test_the_console_loads_no_driver_and_no_schema_library() -> None:
    heavy = ("pydantic", "httpx", "docker", "psycopg", "redis", "psutil", "cryptography", "ruamel", "click")
    program = "import sys, tui.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(heavy)


async def test_history_is_answered_to_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as console:
        await console.press("enter")
        await console.until(lambda: bool(console.link.queries))
        query = console.link.queries[-1]
        assert (query.check, query.reading) == ("orders", "latency")
        assert query.until - query.since == 3600
        await asyncio.sleep(0)


async def test_an_id_in_the_keymap_that_nothing_has_is_said_with_what_may_have_been_meant() -> None:
    async with stage(system=replace(SHOP, keymap=(("app.qiut", "x"), ("app.help", "f1")))) as console:
        await console.until("'app.qiut'")
        await console.until("'app.quit'?")
        await console.pilot.press("f1")
        await console.until("Every check, worst first")

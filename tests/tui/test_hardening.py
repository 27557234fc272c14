"""The repairs that need no terminal to be seen."""

from __future__ import annotations

import gc

import pytest
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from tests.tui.stage import stage
from tui.ascii_filter import AsciiFilter
from tui.hardening import ControlGuard
from tui.narrow_update import NarrowUpdate

BLACK = Color.parse("black")


def test_1_the_guard_replaces_controls_and_keeps_those_of_textual() -> None:
    move = Segment("\x1b[1;1H", None, [(1,)])
    guarded = ControlGuard().apply([Segment("a\x1b]0;x\x07\u202eb"), move], BLACK)
    assert [segment.text for segment in guarded] == ["a\ufffd]0;x\ufffd\ufffdb", "\x1b[1;1H"]


def test_1_the_guard_leaves_clean_lines_as_they_are() -> None:
    clean = [Segment("grün ▁▂ 日本")]
    assert ControlGuard().apply(clean, BLACK) is clean


async def test_2_a_notification_is_no_markup() -> None:
    async with stage() as console:
        console.app.notify("[/nope] [@click=app.quit]x[/]", markup=True)
        await console.until("[@click=app.quit]")


async def test_5_two_hundred_changes_of_focus_leave_no_widgets_behind() -> None:
    async with stage() as console:

        async def focus_changes(times: int) -> int:
            for _ in range(times):
                await console.pilot.press("slash", "escape")
            gc.collect()
            return sum(isinstance(each, Widget) for each in gc.get_objects())

        before = await focus_changes(10)
        assert await focus_changes(90) <= before + 5


async def test_6_an_error_in_a_test_is_raised_there() -> None:
    with pytest.raises(ZeroDivisionError):
        async with stage() as console:
            console.app.call_later(lambda: 1 / 0)
            await console.pilot.pause(0.1)


def test_only_the_changed_cells_of_a_line_are_sent() -> None:
    app = App()
    line = Strip([Segment("a" * 60), Segment("b" * 60)])
    update = ChopsUpdate([{0: line}], [(0, 100, 105)], [[120]])
    sent = NarrowUpdate.of(update).render_segments(
        Console(force_terminal=True, color_system="truecolor", _environ={})
    )
    assert sent == "\x1b[1;101H" + "b" * 5
    assert app is not None


def test_ascii_has_as_many_cells() -> None:
    (segment,) = AsciiFilter().apply([Segment("── ▁█ … 日本 ü ⏎")], BLACK)
    assert segment.text == "-- _# ~ ???? ? ?"

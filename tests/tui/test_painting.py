"""What a tick of the clock costs: only what has changed is sent, whatever lies on top of what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from rich.segment import Segment

from runbooks.live import Live
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import running, waiting
from tui.dialogs.help import HelpDialog
from tui.narrow_update import NarrowUpdate
from tui.screens.check import CheckScreen


async def detail(console: Stage) -> None:
    await console.press("enter")
    await console.until(lambda: isinstance(console.app.screen, CheckScreen))


async def walk(console: Stage) -> None:
    await console.press(key_of("runbooks"))
    await console.enter_walk(waiting())


async def dialog(console: Stage) -> None:
    await console.enter_walk(waiting())
    await console.press("S")
    await console.until(lambda: "type a reason" in console.text)


async def explained(console: Stage) -> None:
    await console.press("question_mark")
    await console.until(lambda: isinstance(console.app.screen, HelpDialog))


async def nothing(console: Stage) -> None:
    await console.until("connection refused")


@pytest.mark.parametrize("go", [nothing, detail, walk, dialog, explained])
async def test_a_tick_paints_a_few_cells(
    go: Callable[[Stage], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(size=(120, 40)) as console:
        await go(console)
        await console.pilot.pause(1.0)
        sent: list[object] = []
        display = console.app._display
        monkeypatch.setattr(
            console.app, "_display", lambda screen, what: (sent.append(what), display(screen, what))[1]
        )
        for _ in range(3):
            await console.clock.advance(1)
            await console.pilot.pause(0.1)
        updates = [
            NarrowUpdate.of(each) if hasattr(each, "chops") else each for each in sent if each is not None
        ]
        assert updates
        assert all(isinstance(each, NarrowUpdate) for each in updates), updates
        cells = sum(cells_of(each, console) for each in updates)
        assert cells < 3 * 10 * 120


def cells_of(update: object, console: Stage) -> int:
    """Return how many characters an update sends."""
    return sum(len(text) for text, _, control in segments(update, console) if not control)


def segments(update: object, console: Stage) -> list[Segment]:
    return [Segment(update.render_segments(console.app.console))]


async def test_what_changes_below_a_dialog_is_seen_around_it() -> None:
    async with stage(size=(120, 40)) as console:
        live = Live(step="restart", running="restart", since=1.0, output="first words", output_bytes=11)
        await console.enter_walk(running(), live)
        await console.press("n")
        await console.until("type what others should know")
        assert "0:41" in console.text
        await console.clock.advance(30)
        await console.until("1:11")

"""Confirming: what will run is read to its end, and only a person's own key runs it (reliability S29)."""

from __future__ import annotations

import asyncio

import pytest
from textual import events as textual_events

from runbooks.action import Action
from runbooks.decisions import Confirm
from runbooks.live import Live
from runbooks.walk import Walk
from runbooks.walk_events import HolderChanged
from tests.tui.stage import Stage, stage
from tests.tui.walks import (
    ALICE,
    BOB,
    MOUNTS,
    PURGE,
    RESTART,
    UPDATE,
    WalkMaker,
    at_restart,
    running,
    waiting,
)
from tui.dialogs.confirm import ConfirmDialog
from tui.patience import ALONE, DEAD_TIME
from tui.screens.walk import WalkScreen
from tui.widgets.field import TypedField
from tui.widgets.page import Page

LONG = Action(tuple(f"step number {number} of a long script" for number in range(60)), "this host", "root")


def shown(action: Action) -> Walk:
    """Return a walk in which this action waits to be confirmed."""
    return at_restart().shown("restart", action).walk


async def asked(console: Stage, walk: Walk) -> ConfirmDialog:
    """Open the dialog."""
    await console.enter_walk(walk)
    await console.press("enter")
    await console.until(lambda: isinstance(console.app.screen, ConfirmDialog))
    await console.pilot.pause(0.05)
    return console.app.screen


async def rest(console: Stage, seconds: float = DEAD_TIME + ALONE + 0.2) -> None:
    """Let real time pass: what must not happen does not happen however long one waits."""
    await asyncio.sleep(seconds)
    await console.pilot.pause()


async def test_enter_runs_exactly_what_was_shown() -> None:
    async with stage() as console:
        await asked(console, waiting())
        text = console.app.screen.query_one(Page).text
        assert "\u203a docker compose -f /opt/shop/docker-compose.prod.yml" in text
        assert "on     this host, as root" in text
        assert "risk   medium" in text
        assert "undo   back to the image before" in text
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        wanted = Confirm("restart", 1, RESTART.sha256)
        assert console.link.decisions == [("walk-1", 1, wanted)]


async def test_a_press_in_the_dead_time_does_nothing() -> None:
    async with stage() as console:
        await asked(console, waiting())
        await console.pilot.press("enter")
        await asyncio.sleep(0.2)
        await console.pilot.press("enter")
        await rest(console)
        assert console.link.decisions == []


@pytest.mark.parametrize("every", [0.03, 0.1])
async def test_a_key_that_is_held_down_confirms_nothing(every: float) -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        for _ in range(int(2.0 / every)):
            await console.pilot.press("enter")
            await asyncio.sleep(every)
        await rest(console)
        assert console.link.decisions == []
        assert isinstance(console.app.screen, ConfirmDialog)


async def test_a_key_that_repeats_late_confirms_nothing() -> None:
    async with stage() as console:
        await asked(console, waiting())
        await asyncio.sleep(DEAD_TIME + 0.1)
        for _ in range(20):
            await console.pilot.press("enter")
            await asyncio.sleep(0.03)
        await rest(console)
        assert console.link.decisions == []


async def type_raw(console: Stage, text: str) -> None:
    """Have the keys come as a terminal without bracketed paste sends them: all at once."""
    for char in text:
        key = {"\n": "enter", " ": "space"}.get(char, char)
        console.app.post_message(textual_events.Key(key, None if char == "\n" else char))
    await console.pilot.pause()


@pytest.mark.parametrize("action", [RESTART, PURGE, MOUNTS], ids=["plain", "phrase", "shell"])
@pytest.mark.parametrize("text", ["y\n" * 100, "shop\n" * 50, "\n" * 100, "shop\n"])
async def test_what_is_pasted_confirms_nothing_bracketed_or_not(action: Action, text: str) -> None:
    async with stage() as console:
        await asked(console, shown(action))
        await rest(console)
        console.app.post_message(textual_events.Paste(text))
        await console.pilot.pause()
        await type_raw(console, text)
        await rest(console)
        assert console.link.decisions == []


async def test_a_pasted_phrase_is_refused_and_then_typed() -> None:
    async with stage() as console:
        dialog = await asked(console, shown(PURGE))
        await rest(console)
        console.app.screen.query_one(TypedField).post_message(textual_events.Paste("shop"))
        await console.until("it must be typed, not pasted")
        assert dialog.query_one(TypedField).value == ""
        await type_raw(console, "shop")
        await console.until(lambda: console.hint.startswith("\u23ce"))
        await asyncio.sleep(0.1)
        await console.pilot.press("enter")
        await rest(console, 0.5)
        assert console.link.decisions == []
        assert dialog.query_one(TypedField).value == ""
        await console.type("shop")
        await console.accept()
        await console.until(lambda: bool(console.link.decisions))
        assert console.link.decisions == [("walk-1", 1, Confirm("restart", 1, PURGE.sha256, "shop"))]


async def test_the_wrong_phrase_does_nothing() -> None:
    async with stage() as console:
        await asked(console, shown(PURGE))
        await console.type("shep")
        await rest(console)
        await console.pilot.press("enter")
        await rest(console)
        assert console.link.decisions == []
        assert "type shop" in console.hint


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
async def test_what_is_longer_than_the_box_must_be_read_to_its_end(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await asked(console, shown(LONG))
        await rest(console)
        assert "read it to its end" in console.hint
        await console.pilot.press("enter")
        await rest(console)
        assert console.link.decisions == []
        await console.press("G")
        await console.until("end of what will run")
        await console.accept()
        await console.until(lambda: len(console.link.decisions) == 1)


async def test_while_a_phrase_is_typed_the_text_is_scrolled_too() -> None:
    action = Action(LONG.lines, "this host", "root", phrase="shop")
    async with stage() as console:
        await asked(console, shown(action))
        await console.type("shop")
        for _ in range(10):
            await console.press("pagedown")
        await console.until("end of what will run")
        await console.accept()
        await console.until(lambda: len(console.link.decisions) == 1)


async def test_what_a_shell_reads_is_asked_for_twice() -> None:
    async with stage() as console:
        await asked(console, shown(MOUNTS))
        assert "SHELL" in console.text
        await console.accept()
        await console.until("run it in a shell: yes, once more")
        assert console.link.decisions == []
        await console.accept()
        await console.until(lambda: len(console.link.decisions) == 1)


async def test_what_is_destroyed_and_what_differs_is_shown_with_words_and_signs() -> None:
    async with stage(size=(100, 40)) as console:
        dialog = await asked(console, shown(PURGE))
        assert "DESTROYS  gone afterwards:" in console.text
        assert "1,204,113 rows of orders, 3.1 GiB" in console.text
        assert "\u203a -rows 2408226" in console.text
        assert "\u203a +rows 1204113" in console.text
        assert dialog.has_class("-danger")


async def test_too_small_a_terminal_confirms_nothing_and_loses_nothing() -> None:
    async with stage() as console:
        dialog = await asked(console, shown(PURGE))
        await console.type("shop")
        await console.pilot.resize_terminal(40, 10)
        await console.until("40x10 is too small")
        await rest(console)
        await console.pilot.press("enter")
        await rest(console)
        assert console.link.decisions == []
        await console.pilot.resize_terminal(80, 24)
        await console.until("DESTROYS")
        assert dialog.query_one(TypedField).value == "shop"
        await console.accept()
        await console.until(lambda: len(console.link.decisions) == 1)


async def test_what_was_decided_elsewhere_meanwhile_can_no_longer_be_confirmed() -> None:
    async with stage() as console:
        await asked(console, waiting())
        await console.move(running(), Live(step="restart", running="restart"), held=True)
        await console.until("it is started by now")
        await rest(console)
        await console.pilot.press("enter")
        await rest(console)
        assert console.link.decisions == []


async def test_who_is_relieved_while_the_dialog_is_open_confirms_nothing() -> None:
    made = at_restart().shown("restart", RESTART)
    async with stage() as console:
        await asked(console, made.walk)
        await console.move(made.add(HolderChanged(2, BOB, "shift change")).walk)
        await console.until("bob decides now")
        await rest(console)
        await console.pilot.press("enter")
        await rest(console)
        assert console.link.decisions == []


async def test_a_refusal_stays_in_the_dialog() -> None:
    async with stage() as console:
        await asked(console, shown(PURGE))
        console.link.refusal = "it was shown more than ten minutes ago; it is shown anew"
        await console.type("shop")
        await console.accept()
        await console.until("it was shown more than ten minutes ago")
        assert console.app.screen.query_one(TypedField).value == "shop"
        console.link.refusal = ""
        await console.accept()
        await console.until(lambda: len(console.link.decisions) == 1)


async def test_escape_leaves_and_nothing_has_happened() -> None:
    async with stage() as console:
        await asked(console, waiting())
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        assert console.link.decisions == []


async def test_a_step_that_says_nothing_of_what_it_does_is_called_so() -> None:
    made = WalkMaker(UPDATE)
    made.by = ALICE
    async with stage() as console:
        await asked(console, made.shown("backup", Action()).walk)
        assert "nothing is said of what it does" in console.text

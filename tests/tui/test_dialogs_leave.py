"""Leaving while a walk is open, notes, and every dialog at every size that is promised."""

from __future__ import annotations

import pytest

from runbooks.action import Action
from runbooks.decisions import Note, StopWalk
from runbooks.live import Live
from runbooks.question import Choice, Question
from runbooks.walk import Walk
from tests.tui.stage import Stage, key_of, stage
from tests.tui.test_dialogs_answers import at_look
from tests.tui.test_walk import RUNS, paused
from tests.tui.walks import LIBRARY, PURGE, at_restart, failed, past, running, unknown, waiting
from tui.dialog import Dialog
from tui.dialogs.leave import LeaveDialog
from tui.screens.walk import WalkScreen
from tui.widgets.field import Field


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving_a_walk_of_ones_own_asks_once(key: str) -> None:
    async with stage() as console:
        await console.enter_walk(running(), RUNS)
        await console.press(key)
        await console.until(lambda: isinstance(console.app.screen, LeaveDialog))
        assert "The walk stays open in the agent" in console.text
        assert "Restart the API runs, and goes on running." in console.text
        await console.accept()
        await console.until(lambda: not console.app.is_running or console.app._exit)
        assert console.app.return_code == 0


async def test_leaving_can_be_thought_better_of() -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        await console.press("q")
        await console.until(lambda: isinstance(console.app.screen, LeaveDialog))
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        assert console.app.is_running


@pytest.mark.parametrize(("walk", "held"), [(waiting(), False), (past(), True)])
async def test_nothing_is_asked_about_the_walk_of_another_or_one_that_is_over(walk: Walk, held: bool) -> None:
    async with stage() as console:
        await console.enter_walk(walk, held=held)
        await console.pilot.press("q")
        await console.until(lambda: not console.app.is_running or console.app._exit)


async def test_ctrl_c_asks_and_never_leaves_by_itself() -> None:
    async with stage() as console:
        await console.enter_walk(running(), RUNS)
        await console.press("1")
        for _ in range(3):
            await console.press("ctrl+c")
        await console.until(lambda: isinstance(console.app.screen, LeaveDialog))
        await console.accept()
        await console.until(lambda: console.app.screen.NAME == "health")
        assert console.app.is_running
        assert console.link.decisions == []


async def test_ctrl_c_stops_the_walk_with_a_reason() -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        await console.press("ctrl+c")
        await console.until(lambda: isinstance(console.app.screen, LeaveDialog))
        await console.press("3")
        await console.until("type a reason")
        await console.press("tab")
        await console.type("wrong runbook")
        await console.accept()
        await console.until(lambda: console.link.decisions == [("walk-1", 1, StopWalk("wrong runbook"))])


async def test_ctrl_c_asks_while_something_is_typed() -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        await console.press("S")
        await console.type("half a rea")
        await console.press("ctrl+c")
        await console.until(lambda: isinstance(console.app.screen, LeaveDialog))
        await console.press("escape")
        await console.until(lambda: not isinstance(console.app.screen, LeaveDialog))
        assert console.app.screen.query_one(Field).value == "half a rea"


async def test_ctrl_c_without_a_walk_leaves_all_as_it_is() -> None:
    async with stage() as console:
        await console.press("ctrl+c")
        assert console.app.is_running
        assert not isinstance(console.app.screen, LeaveDialog)


@pytest.mark.parametrize("held", [True, False])
async def test_anybody_may_write_a_note(held: bool) -> None:
    async with stage() as console:
        await console.enter_walk(waiting(), held=held)
        await console.press("n")
        await console.until("Note on restart")
        await console.type("called the provider")
        await console.accept()
        await console.until(lambda: bool(console.link.decisions))
        assert console.link.decisions == [("walk-1", int(held), Note("called the provider", "restart"))]


# Sizes

LONG = Question(
    "word " * 60, tuple(Choice(f"backup-{n}.dump", f"{n} days old, 3.1 GiB, sound") for n in range(30))
)
OPENED = {
    "confirm": (at_restart().shown("restart", PURGE).walk, Live(), "enter"),
    "answer": (at_look(), Live(step="look", question=LONG), "enter"),
    "phrase": (
        at_look(Action(("x",), destroys=tuple(f"file {n}" for n in range(40)))),
        Live(step="look", question=Question("Type it", phrase="delete old logs")),
        "enter",
    ),
    "secret": (at_restart().walk, Live(step="restart", wanted_secret="token"), "enter"),
    "failure": (failed(), Live(output="said\n" * 500), "enter"),
    "unknown": (unknown(), Live(output="said\n" * 500), "enter"),
    "overdue": (
        running(),
        Live(step="restart", running="restart", overdue=True, output="x\n" * 500),
        "enter",
    ),
    "pause": (paused(), Live(), "o"),
    "window": (waiting(), Live(gate="no window is open; the next one is weekly " * 9), "o"),
    "skip": (waiting(), Live(), "s"),
    "back": (failed(), Live(), "b"),
    "stop": (waiting(), Live(), "S"),
    "end": (running(), RUNS, "x"),
    "note": (waiting(), Live(), "n"),
    "leave": (running(), RUNS, "ctrl+c"),
}


def inside(console: Stage) -> bool:
    """Return whether all that is answered in the dialog can be seen."""
    dialog = console.app.screen
    parts = [*dialog.query("#hint, Labelled, Menu, Page")]
    screen = console.app.screen.region
    return all(
        part.region.bottom <= screen.bottom and part.region.right <= screen.right and part.region.height > 0
        for part in parts
        if part.display
    )


@pytest.mark.parametrize("size", [(60, 15), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", OPENED)
async def test_every_dialog_can_be_seen_whole_and_left(name: str, size: tuple[int, int]) -> None:
    walk, live, key = OPENED[name]
    async with stage(size=size) as console:
        await console.enter_walk(walk, live)
        await console.press(key)
        await console.until(lambda: isinstance(console.app.screen, Dialog))
        await console.pilot.pause(0.1)
        await console.until(lambda: inside(console))
        assert "esc" in console.hint
        await console.press("tab", "tab", "tab", "G", "down", "pagedown")
        assert inside(console)
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        assert console.link.decisions == []


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_dialog_for_inputs_can_be_seen_whole(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        console.link.library = LIBRARY
        await console.press(key_of("runbooks"))
        await console.until("Minor update")
        await console.press("enter")
        await console.until("Pull, rebuild")
        await console.press("w")
        await console.until("Walk: Minor update")
        await console.pilot.pause(0.1)
        hint = console.app.screen.query_one("#hint")
        assert hint.region.bottom <= console.app.size.height
        for field in console.app.screen.query(Field):
            assert console.app.screen.focused is field
            shown = console.app.screen.find_widget(field).visible_region
            assert shown.height == 1
            await console.press("tab")


async def test_a_decision_that_is_taken_up_below_another_dialog_is_not_lost() -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        await console.press("S")
        dialog = console.app.screen
        await console.press("ctrl+c")
        await console.until(lambda: isinstance(console.app.screen, LeaveDialog))
        dialog.decide("walk-1", StopWalk("enough for today"))
        await console.until(lambda: bool(console.link.decisions))
        await console.pilot.pause(0.1)
        assert isinstance(console.app.screen, LeaveDialog)
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))

"""The dialogs about what nobody knows, what runs too long, pauses and windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks.decisions import Detach, EndProgram, GoOn, Override, Resolve, Skip, StopWalk, VerifyAgain
from runbooks.live import Live
from runbooks.step_events import Resolution
from tests.tui.stage import stage
from tests.tui.test_dialogs_answers import REASON, ask, decided
from tests.tui.test_walk import RUNS, paused
from tests.tui.walks import running, unknown, waiting
from tui.dialogs.rollback import RollBackDialog
from tui.dialogs.unknown import UnknownDialog
from tui.screens.walk import WalkScreen
from tui.widgets.page import Page

# Unknown ends


async def test_an_unknown_end_shows_all_that_is_known_and_looks_again_by_default() -> None:
    async with stage(size=(100, 40)) as console:
        console.link.texts[("walk-1", "restart", 1, "out")] = "\n".join(f"said {n}" for n in range(200))
        await ask(console, unknown())
        await console.until("its last words")
        page = console.app.screen.query_one(Page).text
        assert "by alice as root \u00b7 attempt 1" in page
        assert "the host was restarted while it ran" in page
        assert "docker compose -f" in page
        assert "said 150" in page
        assert "said 149" not in page
        await console.accept()
        await console.until(lambda: decided(console) == [VerifyAgain("restart")])


@pytest.mark.parametrize(
    ("key", "resolution"),
    [("2", Resolution.SUCCEEDED), ("3", Resolution.NOT_APPLIED), ("4", Resolution.FAILED)],
)
@pytest.mark.parametrize("size", [(60, 15), (80, 24)])
async def test_what_became_of_it_is_said_with_the_steps_name_and_a_reason(
    key: str, resolution: Resolution, size: tuple[int, int]
) -> None:
    async with stage(size=size) as console:
        await ask(console, unknown())
        await console.press(key)
        await console.until("type restart")
        await console.press("tab")
        await console.type("restart")
        await console.until("type the reason, 10 characters at least")
        await console.press("tab")
        await console.type("looked at")
        assert not console.hint.startswith("\u23ce")
        await console.type(" the log")
        await console.accept()
        wanted = Resolve("restart", 1, resolution, "restart", "looked at the log")
        await console.until(lambda: decided(console) == [wanted])
        after = RollBackDialog if resolution is Resolution.FAILED else WalkScreen
        await console.until(lambda: isinstance(console.app.screen, after))


async def test_a_walk_may_be_stopped_with_its_end_unknown() -> None:
    async with stage() as console:
        await ask(console, unknown())
        await console.press("5", "tab")
        await console.type("restart")
        await console.press("tab")
        await console.type("nobody knows")
        await console.accept()
        await console.until(lambda: decided(console) == [StopWalk("nobody knows")])


async def test_a_new_look_is_shown_in_the_open_dialog() -> None:
    walk = unknown()
    seen = {"verified": True, "verdict": "200 OK, 31 ms"}
    steps = tuple(replace(each, **seen) if each.id == "restart" else each for each in walk.steps)
    async with stage(size=(100, 40)) as console:
        await ask(console, walk)
        await console.move(replace(walk, steps=steps, seq=walk.seq + 1), held=True)
        await console.until("true  200 OK, 31 ms")
        assert isinstance(console.app.screen, UnknownDialog)


# What runs


async def test_an_overdue_program_is_waited_for_unless_somebody_says_otherwise() -> None:
    live = Live(step="restart", running="restart", overdue=True, output="still stopping")
    async with stage() as console:
        await ask(console, running(), live)
        assert "has run longer than its 1 m 0 s" in console.text
        assert "still stopping" in console.text
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        assert decided(console) == []
        await console.press("enter")
        await console.press("2")
        await console.accept()
        await console.until("asked to end (TERM)")
        await console.accept()
        await console.until(lambda: decided(console) == [EndProgram("restart", 1)])
        await console.press("enter")
        await console.press("3")
        await console.accept()
        await console.until("Detach the program")
        await console.type(REASON)
        await console.accept()
        await console.until(lambda: decided(console)[1:] == [Detach("restart", 1, REASON)])


async def test_x_says_what_ending_means_and_asks() -> None:
    async with stage() as console:
        await ask(console, running(), RUNS, key="x")
        assert "killed, its children with it" in console.text.replace("\u2502\n\u2502", "")
        await console.accept()
        await console.until(lambda: decided(console) == [EndProgram("restart", 1)])


# Pauses and windows


@pytest.mark.parametrize("key", ["o", "enter"])
async def test_a_pause_is_ended_with_a_reason(key: str) -> None:
    async with stage() as console:
        await ask(console, paused(), key=key)
        await console.type("orders is being restored")
        await console.accept()
        await console.until(lambda: decided(console) == [GoOn("orders is being restored")])


async def test_a_window_is_set_aside_with_a_full_reason() -> None:
    async with stage() as console:
        await ask(console, waiting(), Live(gate="no window is open"), key="o")
        await console.type("too short")
        assert not console.hint.startswith("\u23ce")
        await console.type(", so more of it")
        await console.accept()
        await console.until(lambda: decided(console) == [Override("window", "too short, so more of it")])


async def test_a_step_is_skipped_and_a_walk_stopped_by_their_keys() -> None:
    async with stage() as console:
        await ask(console, waiting(), key="s")
        assert "is not run" in console.text
        await console.type(REASON)
        await console.accept()
        await console.until(lambda: decided(console) == [Skip("restart", REASON)])
        await console.press("S")
        await console.until("Leave maintenance mode")
        await console.type(REASON)
        await console.accept()
        await console.until(lambda: decided(console)[1:] == [StopWalk(REASON)])

"""Pictures of the screens of walks, in words, compared with files that a person has looked at."""

from __future__ import annotations

import pytest

from runbooks import walk_events
from runbooks.live import DryStep, Live
from runbooks.question import Choice, Question
from runbooks.walk import Walk
from tests.tui.boards import SHOP_STATES, state
from tests.tui.boards import snapshot as picture
from tests.tui.golden import check_golden
from tests.tui.stage import stage
from tests.tui.test_dialogs_answers import at_look
from tests.tui.test_journal import journal, story
from tests.tui.test_runbooks import library, plan
from tests.tui.walks import BACKUP, PURGE, RESTART, at_restart, failed, past, running, unknown, waiting
from tui.environment import Manners

SIZES = [(80, 24), (120, 40)]
WELL = picture([state(each.name, value=0.02) if each.name == "orders" else each for each in SHOP_STATES])
OUTPUT = "\n".join(f"[+] Running {n}/3: Container shop-api-1 Stopping {n * 0.4:.1f}s" for n in range(9))
RUNS = Live(
    step="restart", running="restart", since=1.0, output=OUTPUT, output_bytes=18432, usual={"restart": 12.0}
)


def worse() -> Walk:
    made = at_restart().shown("restart", RESTART)
    return made.add(walk_events.WalkPaused("worse than when the walk began: orders", ("orders",))).walk


WALKS = {
    "waiting": (waiting(), Live(usual={"restart": 12.0, "look": 60.0}), True),
    "running": (running(), RUNS, True),
    "watched": (running(), RUNS, False),
    "failed": (failed(), Live(), True),
    "unknown": (unknown(), Live(), True),
    "paused": (worse(), Live(), True),
    "over": (past(), Live(), True),
}


def named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", [(60, 15), *SIZES], ids=named)
@pytest.mark.parametrize("name", WALKS)
async def test_walk(name: str, size: tuple[int, int]) -> None:
    walk, live, held = WALKS[name]
    async with stage(size=size, snapshot=WELL) as console:
        await console.enter_walk(walk, live, held=held)
        await console.pilot.pause(0.1)
        check_golden(f"walk-{name}-{named(size)}", console.text)


DIALOGS = {
    "confirm": (at_restart().shown("restart", PURGE).walk, Live(), "enter"),
    "answer": (
        at_look(),
        Live(step="look", question=Question("It is done.", (Choice("done"), Choice("not done")))),
        "enter",
    ),
    "failure": (failed(), Live(), "enter"),
    "unknown": (unknown(), Live(output=OUTPUT), "enter"),
    "back": (failed(), Live(), "b"),
    "stop": (waiting(), Live(), "S"),
    "leave": (running(), RUNS, "q"),
}


@pytest.mark.parametrize("size", [(60, 15), (80, 24)], ids=named)
@pytest.mark.parametrize("name", DIALOGS)
async def test_dialog(name: str, size: tuple[int, int]) -> None:
    walk, live, key = DIALOGS[name]
    async with stage(size=size, snapshot=WELL) as console:
        await console.enter_walk(walk, live)
        await console.press(key)
        await console.until(
            lambda: bool(console.app.screen.query("#hint")) and "one moment" not in console.hint
        )
        await console.pilot.pause(0.1)
        check_golden(f"dialog-{name}-{named(size)}", console.text)


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_runbooks(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await console.move(waiting())
        await library(console)
        await console.until("Minor update")
        await console.pilot.pause(0.1)
        check_golden(f"runbooks-{named(size)}", console.text)


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_plan(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await plan(console)
        await console.pilot.pause(0.1)
        check_golden(f"plan-{named(size)}", console.text)


async def test_dry_run() -> None:
    async with stage(size=(120, 40)) as console:
        console.link.dry_steps = (
            DryStep("backup", BACKUP.lines, "would be run"),
            DryStep(
                "pull", ("docker compose pull api",), "no such file: /opt/shop/docker-compose.yml", False
            ),
        )
        await plan(console, "rotate")
        await console.press("d")
        await console.until("dry run")
        await console.pilot.pause(0.1)
        check_golden("plan-dry-120x40", console.text)


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_journal(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await journal(console)
        await console.pilot.pause(0.1)
        check_golden(f"journal-{named(size)}", console.text)


@pytest.mark.parametrize("size", SIZES, ids=named)
async def test_past_walk(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await story(console)
        await console.press("j", "j")
        await console.pilot.pause(0.1)
        check_golden(f"past-{named(size)}", console.text)


async def test_ascii() -> None:
    async with stage(size=(120, 40), snapshot=WELL, manners=Manners(ascii_only=True)) as console:
        await console.enter_walk(failed())
        await console.pilot.pause(0.1)
        assert console.text.isascii()
        check_golden("walk-ascii-120x40", console.text)

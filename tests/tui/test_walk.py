"""The screen of an open walk: what it shows in each state, which keys work, who may decide."""

from __future__ import annotations

import msgspec
import pytest

from checks.model import Level
from runbooks import walk_events
from runbooks.decisions import StopWalk, TakeOver
from runbooks.live import Live, Settling
from runbooks.rights import Standpoint
from runbooks.walk import Walk
from tests.tui.boards import SHOP_STATES, START, snapshot, state
from tests.tui.stage import Stage, stage
from tests.tui.walks import ALICE, BOB, RESTART, at_restart, failed, past, running, undone, unknown, waiting
from tui.screens.walk import WalkScreen
from tui.widgets.page import Page
from tui.widgets.step_list import StepList

RUNS = Live(
    step="restart", running="restart", since=START - 41, output="one\ntwo\nStopping api", output_bytes=20
)
WIDE = (120, 40)


def bar(console: Stage) -> str:
    """Return what the line above the keys says."""
    return console.app.screen.query_one("#asked").text


async def test_the_picture_of_the_design() -> None:
    async with stage(size=WIDE) as console:
        await console.enter_walk(waiting(), Live(usual={"restart": 12.0}))
        assert "\u2713  1 Make a restore point   5:51" in console.line("Make a restore point")
        assert "\u25b8 \u00b7  3 Restart the API       ~0:12" in console.line("~0:12")
        page = console.app.screen.query_one("#step", Page).text
        assert "\u203a docker compose -f /opt/shop/docker-compose.prod" in page
        assert "on     this host, as root      usually 12 s" in page
        assert "then   api is OK within 60 s" in page
        assert "undo   back to the image before" in page
        assert "finally" in console.app.screen.query_one(StepList).text
        assert "alice: minor-update 3/5" in console.line("Shop")


async def test_guards_stand_beside_with_what_was_better_when_the_walk_began() -> None:
    async with stage(size=WIDE) as console:
        await console.enter_walk(waiting())
        guards = console.app.screen.query_one("#guards").text
        assert "CRIT  orders" in guards
        assert "was OK before" in guards
        assert "as before" in guards
        assert "baseline: 1 worse" in guards
        states = [state("orders", Level.CRIT) if each.name == "orders" else each for each in SHOP_STATES]
        states = [state("web", Level.WARN, "slow") if each.name == "web" else each for each in states]
        await console.update(snapshot(states, 2))
        await console.until(lambda: "elsewhere worse: web" in console.app.screen.query_one("#guards").text)


@pytest.mark.parametrize(
    ("make", "live", "said"),
    [
        (waiting, Live(), "CONFIRM  Restart the API waits"),
        (running, RUNS, "RUNS  0:41  usually 0:12"),
        (running, Live(step="restart", running="restart", overdue=True), "OVERDUE  0:41"),
        (failed, Live(), "FAILED  exit code 1: no space left on device"),
        (unknown, Live(), "UNKNOWN  nobody can say what became of Restart the API"),
        (
            undone,
            Live(settling=Settling(START + 45, ("api", "web"))),
            "WAITS  for api, web, until they are as they were before the walk; 45 s at most",
        ),
        (undone, Live(settling=Settling(START + 60)), "WAITS  every check is looked at, whether"),
        (past, Live(), "OVER  rolled back after 0:26: every check is as good as before"),
        (waiting, Live(gate="no window is open"), "CLOSED  no window is open; this runbook"),
        (waiting, Live(wanted_secret="token"), "SECRET  the value of token is wanted again"),
        (waiting, Live(trouble="the journal cannot be written"), "TROUBLE  the journal cannot be written"),
        (waiting, Live(file_changed=True), "CHANGED  the runbook's file says something else"),
    ],
)
async def test_what_is_asked_is_said_in_words(make: object, live: Live, said: str) -> None:
    async with stage() as console:
        await console.enter_walk(make(), live)
        assert said in bar(console)


def paused() -> Walk:
    made = at_restart().shown("restart", RESTART)
    return made.add(walk_events.WalkPaused("worse than when the walk began: orders", ("orders",))).walk


async def test_a_pause_is_said_with_its_reason_and_on_every_screen() -> None:
    async with stage(size=WIDE) as console:
        await console.enter_walk(paused())
        assert "PAUSED  worse than when the walk began: orders" in bar(console)
        await console.press("1")
        await console.until(lambda: console.app.screen.NAME == "health")
        assert "PAUSED" in console.line("Shop")


async def test_output_is_followed_and_only_its_end_is_kept() -> None:
    async with stage() as console:
        await console.enter_walk(running(), RUNS)
        assert "Stopping api" in console.text
        long = "\n".join(f"line {number}" for number in range(5000))
        walk = running()
        await console.move(
            walk, Live(step="restart", running="restart", output=long, output_bytes=10**9), held=True
        )
        await console.until("line 4999")
        assert "line 4000" not in console.text
        assert "954 MiB" in console.text


async def test_the_clock_of_what_runs_goes_on() -> None:
    async with stage() as console:
        await console.enter_walk(running(), RUNS)
        await console.clock.advance(20)
        await console.until(lambda: "1:01" in bar(console))


async def test_keys_are_shown_only_for_what_can_be_decided() -> None:
    keys = {
        waiting: {"Answer", "Skip", "Roll back", "Stop", "Note"},
        running: {"End it", "Note"},
        failed: {"Answer", "Try again", "Verify", "Skip", "Roll back", "Stop"},
        unknown: {"Answer", "Verify", "Stop"},
        past: {"Evidence"},
    }
    for make, wanted in keys.items():
        async with stage(size=(200, 40)) as console:
            await console.enter_walk(make(), RUNS if make is running else Live())
            footer = console.text.splitlines()[-1]
            for key in ("Answer", "Skip", "Roll back", "Stop", "Try again", "End it", "Go on", "Take over"):
                assert (key in footer) == (key in wanted), (make.__name__, key)


# Who decides


async def test_who_does_not_hold_the_walk_sees_all_and_is_told_who_does() -> None:
    async with stage() as console:
        await console.enter_walk(waiting(), held=False)
        assert "WATCHING  alice decides" in bar(console)
        assert "docker compose" in console.text
        for key in ("enter", "s", "b", "S", "v", "t", "x", "o"):
            await console.press(key)
            assert isinstance(console.app.screen, WalkScreen), key
        assert console.link.decisions == []


async def test_a_walk_is_taken_over_with_a_reason_and_from_then_on_decided_about() -> None:
    async with stage() as console:
        made = at_restart().shown("restart", RESTART)
        await console.enter_walk(made.walk, held=False)
        await console.press("T")
        await console.until("Until now alice decides")
        await console.type("alice has gone home")
        await console.press("tab")
        await console.type("pull is done")
        await console.accept()
        await console.until(lambda: bool(console.link.decisions))
        assert console.link.decisions == [
            ("walk-1", 0, TakeOver("alice has gone home", "pull is done", ALICE))
        ]
        await console.move(made.add(walk_events.HolderChanged(2, BOB, "alice has gone home")).walk)
        await console.until(lambda: "WATCHING" not in bar(console))
        assert console.app.walks["walk-1"].held
        await console.press("S")
        await console.type("enough for today")
        await console.accept()
        await console.until(lambda: len(console.link.decisions) == 2)
        assert console.link.decisions[1] == ("walk-1", 2, StopWalk("enough for today"))


async def test_a_console_that_was_relieved_is_told_at_once() -> None:
    async with stage() as console:
        made = at_restart().shown("restart", RESTART)
        await console.enter_walk(made.walk)
        assert "WATCHING" not in bar(console)
        await console.move(made.add(walk_events.HolderChanged(2, BOB, "shift change")).walk)
        await console.until("WATCHING  bob decides")
        assert "has taken it over: shift change" in " ".join(bar(console).split())
        (told,) = [note.message for note in console.app._notifications]
        assert (
            told
            == "minor-update: bob as root, pts/4, has taken it over: shift change. You watch; T takes it back"
        )


async def test_a_take_over_names_whom_and_follows_who_decides_meanwhile() -> None:
    other = msgspec.structs.replace(ALICE, terminal="pts/9")
    async with stage() as console:
        console.app.standpoint = console.app._questions.standpoint = Standpoint(ALICE)
        made = at_restart().shown("restart", RESTART)
        made.add(walk_events.HolderChanged(2, other, "from here"))
        await console.enter_walk(made.walk, held=False)
        await console.press("T")
        await console.until("Until now alice at pts/9")
        await console.type("alice has gone home")
        await console.move(made.add(walk_events.HolderChanged(3, BOB, "my shift")).walk)
        await console.until("Until now bob")
        assert "Meanwhile bob as root, pts/4, has taken it over: my shift" in " ".join(console.text.split())
        assert console.link.decisions == []
        await console.accept()
        await console.until(lambda: bool(console.link.decisions))
        assert console.link.decisions == [("walk-1", 0, TakeOver("alice has gone home", "", BOB))]

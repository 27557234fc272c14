"""The screen of an open walk: what it shows in each state, which keys work, who may decide."""

from __future__ import annotations

import pytest

from checks.model import Level
from runbooks import events
from runbooks.decisions import StopWalk, TakeOver, VerifyAgain
from runbooks.live import Live
from runbooks.question import Choice, Question
from runbooks.walk import Walk
from tests.tui.boards import SHOP_STATES, START, snapshot, state
from tests.tui.stage import Stage, stage
from tests.tui.walks import BOB, RESTART, at_restart, failed, past, running, unknown, waiting
from tui.screens.evidence import EvidenceScreen
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
    return made.add(events.WalkPaused("worse than when the walk began: orders", ("orders",))).walk


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
        assert console.link.decisions == [("walk-1", 0, TakeOver("alice has gone home", "pull is done"))]
        await console.move(made.add(events.HolderChanged(2, BOB, "alice has gone home")).walk)
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
        await console.move(made.add(events.HolderChanged(2, BOB, "shift change")).walk)
        await console.until("WATCHING  bob decides")


# Looking


async def test_another_step_is_looked_at_and_enter_comes_back_before_it_decides() -> None:
    async with stage(size=WIDE) as console:
        await console.enter_walk(waiting())
        await console.press("tab", "k", "k")
        await console.until("LOOKING")
        page = console.app.screen.query_one("#step", Page)
        await console.until(lambda: "scripts/backup.sh" in page.text)
        assert "true  200 OK, 31 ms" in page.text
        await console.press("enter")
        await console.until(lambda: "LOOKING" not in bar(console))
        assert isinstance(console.app.screen, WalkScreen)
        assert "docker compose -f" in page.text
        await console.press("enter")
        await console.until(lambda: not isinstance(console.app.screen, WalkScreen))


async def test_where_there_is_no_room_one_part_is_shown_at_a_time() -> None:
    async with stage(size=(60, 15)) as console:
        await console.enter_walk(running(), RUNS)
        seen = []
        for _ in range(4):
            seen.append(next(line.split(" \u2500")[0] for line in console.text.splitlines()[1:]))
            await console.press("tab")
            await console.pilot.pause(0.05)
        assert [words.lstrip("\u25b8\u2500 ") for words in seen] == [
            "3 Restart the API",
            "Output",
            "Steps",
            "Guards",
        ]
        assert "RUNS" in bar(console)


async def test_a_terminal_that_is_too_small_decides_nothing_and_loses_nothing() -> None:
    async with stage(size=(50, 12)) as console:
        await console.enter_walk(waiting())
        assert "50x12 is too small" in console.text
        await console.press("enter", "S", "s")
        assert isinstance(console.app.screen, WalkScreen)
        await console.pilot.resize_terminal(80, 24)
        await console.until("docker compose")
        await console.press("enter")
        await console.until(lambda: not isinstance(console.app.screen, WalkScreen))


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (59, 15), (60, 14), (300, 100)])
async def test_no_size_is_too_much_or_too_little(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        await console.enter_walk(running(), RUNS)
        await console.press("tab", "down", "G")
        assert console.app.is_running


async def test_evidence_of_the_step_is_shown_while_it_runs_and_afterwards() -> None:
    async with stage() as console:
        console.link.texts[("walk-1", "restart", 1, "out")] = "all that was said"
        console.link.texts[("walk-1", "restart", 1, "errors")] = "a warning"
        await console.enter_walk(running(), RUNS)
        await console.press("e")
        await console.until("all that was said")
        await console.press("right_square_bracket")
        await console.until("a warning")
        assert isinstance(console.app.screen, EvidenceScreen)
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))


async def test_v_has_it_looked_at_again_without_asking() -> None:
    async with stage() as console:
        await console.enter_walk(failed())
        await console.press("v")
        await console.until(lambda: bool(console.link.decisions))
        assert console.link.decisions == [("walk-1", 1, VerifyAgain("restart"))]
        console.link.refusal = "nothing to verify"
        await console.press("v")
        await console.until("nothing to verify")


async def test_without_an_agent_nothing_is_decided_and_what_runs_goes_on() -> None:
    async with stage() as console:
        await console.enter_walk(running(), RUNS)
        await console.link.detach("gone")
        await console.until("what was started goes on under its supervisor")
        await console.press("x")
        assert isinstance(console.app.screen, WalkScreen)


# Coming and going


async def test_a_walk_is_still_there_when_one_comes_back_from_another_screen() -> None:
    async with stage() as console:
        await console.press("3")
        await console.enter_walk(waiting())
        await console.press("1")
        await console.until(lambda: console.app.screen.NAME == "health")
        await console.press("3")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        await console.press("3")
        await console.until(lambda: console.app.screen.NAME == "runbooks")


async def test_a_walk_that_is_over_stays_until_the_operator_leaves_it() -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        await console.move(past(), held=True)
        await console.until("OVER  rolled back")
        assert "minor-update" not in console.line("Shop")
        await console.press("escape")
        await console.until(lambda: "walk-1" not in console.app.walks)
        assert not isinstance(console.app.screen, WalkScreen)


async def test_a_walk_that_ended_while_no_agent_answered_is_seen_to_be_over() -> None:
    async with stage() as console:
        await console.enter_walk(waiting())
        await console.link.detach("gone")
        await console.until("NO AGENT")
        console.link.known_walks["walk-1"] = past()
        await console.link.attach(console.app.system, console.app.snapshot)
        await console.until("OVER  rolled back")


async def test_choices_of_a_step_are_asked_for() -> None:
    made = at_restart().shown("restart", RESTART)
    question = Question("How is it deployed?", (Choice("docker", "by Compose"), Choice("systemd")))
    async with stage() as console:
        await console.enter_walk(made.walk, Live(step="restart", question=question))
        assert "ASKS  How is it deployed?" in bar(console)


async def test_an_idle_walk_leaves_the_screen_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(size=WIDE) as console:
        await console.enter_walk(waiting())
        painted: list[object] = []
        for widget in console.app.screen.query("#steps, #step, #guards, #asked, #step-title"):
            refresh = widget.refresh
            monkeypatch.setattr(
                widget,
                "refresh",
                lambda *regions, _old=refresh, **more: (painted.extend(regions), _old(*regions, **more))[1],
            )
        for _ in range(4):
            await console.clock.advance(1)
            await console.pilot.pause()
        assert painted == []

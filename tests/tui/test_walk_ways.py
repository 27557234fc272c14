"""Moving about on the screen of an open walk: other steps, small terminals, other screens, its end."""

from __future__ import annotations

import pytest

from runbooks.decisions import VerifyAgain
from runbooks.live import Live
from runbooks.question import Choice, Question
from tests.tui.stage import key_of, stage
from tests.tui.test_walk import RUNS, WIDE, bar
from tests.tui.walks import RESTART, at_restart, failed, past, running, waiting
from tui.screens.evidence import EvidenceScreen
from tui.screens.walk import WalkScreen
from tui.widgets.page import Page

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
        await console.press(key_of("runbooks"))
        await console.enter_walk(waiting())
        await console.press("1")
        await console.until(lambda: console.app.screen.NAME == "health")
        await console.press(key_of("runbooks"))
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        await console.press(key_of("runbooks"))
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

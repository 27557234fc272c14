"""What a plain walk says of the window: the time in it, the last safe point, its end."""

import time

from msgspec.structs import replace

from runbooks import walk_events
from runbooks.decisions import Override
from runbooks.live import Budget
from runbooks.model import Plan, WindowNeed
from runbooks.windows.state import Recheck, WindowsNow, WindowState
from tests.agent.plain_stage import plain
from tests.runbooks.reports.telling import OPER2, Telling, step

PLAN = Plan("p", window=WindowNeed.REQUIRED, steps=(step("backup"),))


async def test_a_step_is_shown_with_the_time_that_is_left():
    spent = Budget(time.time() + 3630, rest=2100.0, back=720.0, safe_until=time.time() + 1800, estimated=True)
    async with plain(Telling(PLAN)) as stage:
        await stage.show("backup", budget=spent)
        await stage.says(
            "window", "1 h 0 m left", "the rest usually takes 35 m 0 s",
            "a way back 12 m 0 s, going by the way forward", "last safe point 20", "run it",
        )  # fmt: skip


async def test_after_the_last_safe_point_that_rule_is_set_aside():
    async with plain(Telling(PLAN)) as stage:
        await stage.show("backup", late="the last safe point was 04:31")
        said = await stage.says("CLOSED     the last safe point was 04:31", "set the rule aside")
        assert "run it" not in said
        stage.type("1")
        await stage.says("Why may it be done so late?")
        stage.type("the owner has agreed")
        assert await stage.decides() == [Override("last-safe-point", "the owner has agreed")]


async def test_the_end_of_the_window_is_announced():
    async with plain(Telling(PLAN)) as stage:
        await stage.show("backup")
        state = WindowState("weekly", time.time() - 60, until=time.time() + 800)
        await stage.link.move_windows(WindowsNow(state))
        await stage.link.move_windows(
            WindowsNow(state, reminder="the window weekly closes within 15 minutes")
        )
        await stage.says("MIND: the window weekly closes within 15 minutes.")
        await stage.link.move_windows(WindowsNow(state, gate="no window is open, and none is planned"))
        await stage.says("The window has closed: no window is open, and none is planned.")


async def test_windows_are_nothing_to_a_walk_that_needs_none():
    async with plain(Telling(Plan("p", window=WindowNeed.ANY, steps=(step("backup"),)))) as stage:
        await stage.show("backup")
        await stage.link.move_windows(WindowsNow())
        await stage.link.move_windows(WindowsNow(gate="no window is open"))
        await stage.choose("run it")
        await stage.decides()
        assert "window has closed" not in stage.text


async def test_it_is_said_once_that_the_last_safe_point_has_passed():
    async with plain(Telling(PLAN)) as stage:
        await stage.show("backup")
        await stage.says("run it")
        await stage.move(step="backup", late="the last safe point was 04:31")
        await stage.says("MIND: the last safe point was 04:31.", "CLOSED", "set the rule aside")
        await stage.move(step="backup", late="the last safe point was 04:31", output="more")
        stage.type("1")
        await stage.says("Why may it be done so late?")
        assert stage.text.count("MIND: the last safe point") == 1


async def test_what_was_found_when_everything_was_looked_at_again_is_said():
    async with plain(Telling(PLAN)) as stage:
        await stage.show("backup")
        now = time.time()
        state = WindowState("weekly", now - 60, until=now + 800)
        await stage.link.move_windows(WindowsNow(state))
        found = Recheck(now, "before the end", ("api", "db"))
        await stage.link.move_windows(WindowsNow(replace(state, recheck=found)))
        await stage.says("weekly, rechecked before the end: worse than when it opened: api, db.")


async def test_what_ends_a_question_is_said_as_it_is_paused_opened_closed() -> None:
    async with plain(Telling(PLAN)) as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        stage.telling.tell(walk_events.WalkPaused("api is worse"), by=OPER2)
        await stage.move(step="backup")
        await stage.says("The walk was paused: api is worse. What was asked is asked again once it goes on.")
        stage.telling.tell(walk_events.WalkWentOn("seen"), by=OPER2)
        await stage.move(step="backup")
        await stage.says("run it", "Type a number")
        await stage.move(step="backup", late="the last safe point was 04:31")
        await stage.says("Now it may not be started: the last safe point was 04:31", "set the rule aside")
        await stage.says("Type a number")
        await stage.move(step="backup")
        await stage.says("Now it may be started.", "run it")
        assert "settled itself" not in stage.text

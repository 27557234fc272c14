"""The plain walk in trouble: failures, unknown ends, pauses, programs that do not end, others, no agent."""

from __future__ import annotations

import pytest

from runbooks import step_events, walk_events
from runbooks.decisions import (
    Detach,
    EndProgram,
    GoOn,
    Resolve,
    Retry,
    RollBack,
    Skip,
    StopWalk,
    VerifyAgain,
)
from runbooks.outcome import Applied
from runbooks.step_events import Resolution
from tests.agent.plain_stage import plain
from tests.runbooks.reports.telling import OUT, UNKNOWN, Telling, failed

WHY = "the container is there"


def failing() -> Telling:
    walk = Telling()
    walk.do("backup")
    walk.start("restart")
    walk.end("restart", failed("exit code 3", Applied.PARTIAL), 1, OUT)
    return walk


def unknown() -> Telling:
    walk = Telling()
    walk.do("backup")
    walk.start("restart")
    walk.end("restart", UNKNOWN, 1, OUT)
    return walk


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ("try again", Retry("restart", "good reason")),
        ("let it pass", Skip("restart", "good reason")),
        ("roll back", RollBack("good reason")),
        ("stop the walk here", StopWalk("good reason")),
    ],
)
async def test_a_failure_is_decided_upon(words: str, decision) -> None:
    async with plain(failing()) as stage:
        await stage.says("Step 2 of 4: The step restart FAILED: exit code 3")
        await stage.choose(words)
        await stage.says("at least 3 characters")
        stage.type("good reason")
        assert await stage.decides() == [decision]


async def test_a_failure_that_happens_tells_the_end_of_what_was_seen() -> None:
    walk = Telling()
    walk.do("backup")
    walk.start("restart")
    async with plain(walk) as stage:
        await stage.move(step="restart", running="restart", since=walk.at)
        stage.telling.end("restart", failed())
        await stage.move(step="restart")
        await stage.says("> line 2", "FAILED after 5.2 s (exit_code): exit code 3; applied: partial")


async def test_what_is_not_true_afterwards_can_be_looked_at_again() -> None:
    walk = Telling()
    walk.do("backup")
    walk.start("restart")
    walk.end("restart", failed())
    walk.tell(step_events.RetryWanted("restart", 2))
    walk.do("restart", attempt=2)
    walk.tell(step_events.StepVerified("restart", 2, False, "api-health CRIT"))
    async with plain(walk) as stage:
        await stage.says("what must be true after it is not: api-health CRIT")
        await stage.choose("look again")
        assert await stage.decides() == [VerifyAgain("restart")]


@pytest.mark.parametrize(
    ("words", "decided"),
    [
        ("mark it as succeeded", [Resolve("restart", 1, Resolution.SUCCEEDED, "restart", WHY)]),
        (
            "it has not taken effect",
            [
                Resolve("restart", 1, Resolution.NOT_APPLIED, "restart", WHY),
                Retry("restart", WHY),
            ],
        ),
        (
            "it has failed: mark it so, and roll back",
            [Resolve("restart", 1, Resolution.FAILED, "restart", WHY), RollBack(WHY)],
        ),
    ],
)
async def test_an_unknown_end_is_resolved_by_the_steps_id_and_a_full_reason(words: str, decided) -> None:
    async with plain(unknown()) as stage:
        await stage.says(
            "nobody knows what became of it",
            "> docker compose restart api",
            "confirmed by oper1",
            "started",
            "known the supervisor is gone",
        )
        await stage.choose(words)
        await stage.says("Type the step's id, restart")
        stage.type("restart")
        await stage.says("at least 10 characters")
        stage.type("too short")
        await stage.says("at least 10 characters")
        stage.type(WHY)
        assert await stage.decides(len(decided)) == decided


async def test_an_unknown_end_offers_the_look_first_and_five_more_choices() -> None:
    async with plain(unknown()) as stage:
        said = await stage.says("Type a number")
        offered = [line.split("  ")[-1].strip() for line in said.splitlines() if line.strip()[:1].isdigit()]
        assert offered[0] == "look again whether what must be true after it is"
        assert [words.split(":")[0] for words in offered[1:5]] == [
            "it has taken effect",
            "it has not taken effect",
            "it has failed",
            "stop the walk here, without a way back",
        ]
        stage.type("")
        await stage.says("Enter alone chooses nothing")
        assert stage.decided == []


async def test_what_an_attempt_left_is_shown_before_it_is_resolved() -> None:
    async with plain(unknown()) as stage:
        stage.link.texts["w1", "restart", 1, "out"] = "\n".join(f"line {number}" for number in range(80))
        await stage.choose("show what it left")
        said = await stage.says("out, 123456 bytes, its last 50 lines", "line 79", "Type a number")
        assert "line 30\n" in said
        assert "line 29\n" not in said


async def test_a_pause_by_a_guard_is_ended_by_a_decision() -> None:
    walk = Telling()
    walk.do("backup")
    walk.tell(walk_events.WalkPaused("worse than when the walk began: queue", ("queue",)))
    async with plain(walk) as stage:
        await stage.says("The walk is paused: worse than when the walk began: queue")
        await stage.choose("go on all the same")
        stage.type("the queue is slow on Mondays")
        assert await stage.decides() == [GoOn("the queue is slow on Mondays")]


async def test_a_program_that_takes_too_long_is_waited_for_ended_or_left() -> None:
    walk = Telling()
    walk.start("backup")
    running = {"step": "backup", "running": "backup", "since": walk.at}
    async with plain(walk, **running) as stage:
        await stage.move(**running, overdue=True)
        await stage.says("has run longer than 5 m 0 s")
        await stage.choose("go on waiting")
        await stage.says("Waiting on; it is asked again in 5 m 0 s.")
        stage.asking.interrupt()
        await stage.choose("end its program")
        stage.type("it hangs")
        assert await stage.decides() == [EndProgram("backup", 1, "it hangs")]
        stage.telling.tell(step_events.StepAskedToEnd("backup", 1, "it hangs"))
        await stage.move(**running, overdue=True)
        stage.asking.interrupt()
        await stage.choose("wait no longer for it")
        await stage.says("what becomes of it has to be found out by hand")
        stage.type("it ignores TERM")
        assert (await stage.decides(2))[1] == Detach("backup", 1, "it ignores TERM")


async def test_ctrl_c_asks_and_does_nothing_by_itself() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        for _ in range(3):
            stage.asking.interrupt()
            await stage.says("What do you want?", "1 go on", "2 stop the walk here", "leave the walk open")
        stage.type("1")
        await stage.says("run it, exactly as shown")
        assert (stage.decided, stage.ended.done()) == ([], False)


async def test_ctrl_c_amid_a_reason_drops_what_was_begun() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.choose("skip it")
        await stage.says("Why is it skipped?")
        stage.asking.interrupt()
        await stage.choose("stop the walk here")
        stage.type("enough for today")
        assert await stage.decides() == [StopWalk("enough for today")]

"""The plain walk among others: questions that settle themselves, take-overs, joining, an agent that goes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from agent.claim import is_gone
from agent.walk_exits import WalkExit
from runbooks import operators, step_events, walk_events
from runbooks.decisions import Confirm, Note, Retry, TakeOver
from runbooks.operators import Operator
from tests.agent.plain_stage import plain
from tests.runbooks.reports.telling import HASH, OPER1, OPER2, Telling, failed


def failing() -> Telling:
    walk = Telling()
    walk.do("backup")
    walk.start("restart")
    walk.end("restart", failed("exit code 3"))
    return walk


async def test_a_question_that_somebody_else_settles_is_moot() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        stage.telling.tell(step_events.StepSkipped("backup", "not tonight"), by=OPER2)
        await stage.move()
        await stage.says("skip backup, oper2, pts/4: not tonight", "settled itself")
        assert stage.decided == []


async def test_a_step_that_is_shown_anew_is_shown_whole_and_asked_about_anew() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        stage.telling.tell(step_events.StepExpired("backup", 1))
        await stage.show("backup")
        await stage.says("It was shown anew; what stands there now is asked.", "Step 1 of 4: The step backup")
        await stage.choose("run it")
        assert await stage.decides() == [Confirm("backup", 1, HASH, "")]


async def test_who_is_relieved_follows_and_decides_nothing_any_more() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        stage.telling.tell(walk_events.HolderChanged(8, OPER2, "my shift"), by=OPER2)
        stage.telling.fence = 8
        await stage.move(step="backup")
        await stage.says("take over, oper2, pts/4: my shift", "oper2, pts/4 decides now")
        stage.type("1")
        stage.telling.start("backup")
        await stage.move(step="backup", running="backup", since=stage.telling.at)
        await stage.says("started")
        assert stage.decided == []


async def test_who_is_relieved_can_take_it_back_with_a_reason_and_write_notes() -> None:
    walk = Telling()
    walk.tell(walk_events.HolderChanged(8, OPER2, "my shift"), by=OPER2)
    async with plain(walk) as stage:
        await stage.show("backup")
        await stage.says("Step 1 of 4")
        stage.asking.interrupt()
        await stage.choose("write a note")
        stage.type("look at the disk")
        await stage.decides()
        stage.asking.interrupt()
        await stage.choose("take the walk over")
        stage.type("oper2 is gone")
        assert await stage.decides(2) == [
            Note("look at the disk", "backup"),
            TakeOver("oper2 is gone", "", OPER2),
        ]
        stage.telling.fence = 9
        stage.telling.tell(walk_events.HolderChanged(9, stage.telling.operator, "oper2 is gone"))
        await stage.move(step="backup")
        await stage.choose("run it")
        await stage.decides(3)
        assert stage.link.decisions[2][1:] == (9, Confirm("backup", 1, HASH, ""))


async def test_who_joins_is_shown_how_it_stands_and_takes_the_walk() -> None:
    walk = failing()
    async with plain(walk, joining=True) as stage:
        await stage.says("Walk w1 of minor-update", "Step 1 of 4: The step backup: succeeded")
        await stage.says("Step 2 of 4: The step restart: failed")
        assert await stage.decides() == [TakeOver("", "", OPER1)]
        walk.fence = 8
        walk.tell(walk_events.HolderChanged(8, walk.operator))
        await stage.move()
        await stage.choose("try again")
        stage.type("once more")
        await stage.decides(2)
        assert stage.link.decisions[1][1:] == (8, Retry("restart", "once more"))


async def test_who_joins_where_somebody_else_may_be_there_gives_a_reason_or_follows() -> None:
    async with plain(failing(), joining=True, me=OPER2) as stage:
        await stage.says("oper1 as root, from 10.0.0.7, pts/3 decides in this walk, and may be there.")
        await stage.choose("take the walk over, with a reason")
        stage.type("he has gone home")
        assert await stage.decides() == [TakeOver("he has gone home", "", OPER1)]
    async with plain(failing(), joining=True, me=OPER2) as stage:
        await stage.choose("follow only")
        await stage.says("You follow only.", "Step 2 of 4: The step restart")
        assert stage.decided == []


@pytest.mark.parametrize(
    ("holder", "gone"),
    [
        (OPER1, True),
        (replace(OPER1, ssh="10.0.0.8 1 10.0.0.9 22"), True),
        (replace(OPER1, terminal="/dev/pts/no-such"), True),
        (replace(OPER1, terminal="/dev/null"), False),
        (replace(OPER1, terminal=""), False),
        (replace(OPER1, login="oper2"), False),
        (replace(OPER1, sudo="oper2"), False),
        (OPER2, False),
    ],
)
def test_only_who_is_me_on_a_terminal_that_is_mine_or_gone_is_relieved_without_a_reason(
    holder: Operator, gone: bool
) -> None:
    assert is_gone(holder, OPER1) is gone


async def test_who_joins_where_somebody_else_decides_follows_only() -> None:
    refusal = "oper2 holds it and is there; give a reason to take it over"
    async with plain(failing(), joining=True, refusal=refusal) as stage:
        await stage.says("You follow only: oper2 holds it and is there")
        stage.telling.tell(step_events.RetryWanted("restart", 2), by=OPER2)
        stage.telling.do("restart", "fine now", attempt=2)
        await stage.move()
        await stage.says("done after 5.2 s: fine now")


async def test_a_walk_that_is_over_is_joined_to_its_end() -> None:
    walk = failing()
    walk.close(walk_events.WalkEnding.FAILED, "no time")
    async with plain(walk, joining=True) as stage:
        assert await stage.exit() == WalkExit.FAILED
        await stage.says("Failed: 1 of 4 steps succeeded; reason: no time")
        assert stage.decided == []


async def test_an_agent_that_goes_is_told_and_nothing_is_decided_until_it_is_back() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        await stage.link.detach("the agent ended unexpectedly")
        await stage.says("The agent is gone: the agent ended unexpectedly", "not asked while no agent")
        stage.telling.tell(
            walk_events.WalkResumed(77), step_events.StepExpired("backup", 1), by=operators.WALKDOWN
        )
        stage.link.known_walks["w1"] = stage.telling.walk
        await stage.attach()
        await stage.says("resume, walkdown: by process 77", "An agent answers again")
        await stage.show("backup")
        await stage.choose("run it")
        assert await stage.decides() == [Confirm("backup", 1, HASH, "")]


async def test_a_walk_that_ended_while_no_agent_answered_is_not_waited_for() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        await stage.link.detach("the line is dead")
        stage.telling.tell(walk_events.WalkEnded(walk_events.WalkEnding.STOPPED, "by oper2"), by=OPER2)
        stage.link.known_walks["w1"] = stage.telling.walk
        await stage.attach()
        assert await stage.exit() == WalkExit.STOPPED


async def test_who_joins_while_another_takes_the_walk_is_asked_about_that_one() -> None:
    walk = failing()
    async with plain(walk, joining=True, me=replace(OPER2, name="oper3", uid=1003)) as stage:
        await stage.choose("take the walk over, with a reason")
        await stage.says("Why do you take it over?")
        walk.tell(walk_events.HolderChanged(8, OPER2, "my shift"), by=OPER2)
        walk.fence = 8
        await stage.move()
        await stage.says("take over, oper2, pts/4: my shift", "oper2, pts/4 decides in this walk")
        await stage.choose("take the walk over, with a reason")
        stage.type("he is gone")
        assert await stage.decides() == [TakeOver("he is gone", "", OPER2)]

"""A walk without an operator: what it decides, what it never does, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

import agent.auto
from agent.auto import AutoWalk, Leave, auto_decision
from agent.link import Attached
from agent.situation import Kind, situation_of
from agent.testing import MemoryLink
from agent.voice import Voice
from agent.walk_exits import WalkExit
from checks.board import EMPTY, SystemInfo
from checks.clock import SystemClock
from runbooks import step_events, walk_events
from runbooks.action import Action
from runbooks.decisions import Answer, Confirm, Decision, EndProgram, RollBack, Skip, StopWalk
from runbooks.live import Live
from runbooks.model import OnFailure, Plan, WindowNeed
from runbooks.outcome import Outcome
from runbooks.question import Question
from runbooks.walk_events import WalkEnding
from tests.runbooks.reports.telling import HASH, LOOK, OPER2, UNKNOWN, Telling, step

PATIENCE = 10.0


def plan_of(on_failure: OnFailure = OnFailure.STOP, **more) -> Plan:
    steps = (step("a", on_failure=on_failure, undo=(step("a.undo"),)), step("b", on_failure=on_failure))
    return Plan("auto", steps=steps, **more)


def decides(
    walk: Telling, *, held: bool = True, given: dict[str, str] | None = None, **live
) -> Decision | Leave:
    now = Live(**live)
    return auto_decision(situation_of(walk.walk, now, held=held), walk.walk, now, given or {})


def test_what_is_shown_is_confirmed_by_its_own_hash():
    walk = Telling(plan_of())
    walk.show("a")
    assert decides(walk, step="a") == Confirm("a", 1, HASH)


def test_a_phrase_is_never_typed_by_itself():
    walk = Telling(plan_of())
    walk.show("a", action=Action(("drop",), phrase="shop"))
    decision = decides(walk, step="a")
    assert isinstance(decision, StopWalk)
    assert "a phrase, which a person has to type" in decision.reason


def test_outside_a_required_window_it_stops_and_sets_nothing_aside():
    walk = Telling(plan_of(window=WindowNeed.REQUIRED))
    walk.show("a")
    decision = decides(walk, step="a", gate="no window is open")
    assert isinstance(decision, StopWalk)
    assert "no window is open" in decision.reason
    assert decides(Telling(plan_of()), step="a", gate="no window is open")


@pytest.mark.parametrize(
    ("on_failure", "kind"),
    [(OnFailure.STOP, StopWalk), (OnFailure.ROLL_BACK, RollBack), (OnFailure.GO_ON, Skip)],
)
def test_a_failure_is_decided_as_the_runbook_says(on_failure: OnFailure, kind: type):
    walk = Telling(plan_of(on_failure))
    walk.fail("a")
    decision = decides(walk)
    assert isinstance(decision, kind)
    assert decision.reason == f"on_failure: {on_failure}; a failed: exit code 3"


def test_what_is_not_true_afterwards_is_a_failure():
    walk = Telling(Plan("p", steps=(step("a", verify=(LOOK,)),)))
    walk.start("a")
    walk.end("a", replace(UNKNOWN, ending=Outcome("succeeded").ending))
    walk.tell(step_events.StepVerified("a", 1, False, "api-health CRIT"))
    decision = decides(walk)
    assert isinstance(decision, StopWalk)
    assert decision.reason.endswith("a failed: api-health CRIT")


def test_a_way_back_that_fails_is_stopped():
    walk = Telling(plan_of(OnFailure.ROLL_BACK))
    walk.do("a")
    walk.fail("b")
    walk.tell(walk_events.RollbackBegun("no", ("a.undo",)))
    walk.fail("a.undo")
    assert isinstance(decides(walk), StopWalk)


def test_an_unknown_end_is_left_to_a_person():
    walk = Telling(plan_of())
    walk.start("a")
    walk.end("a", UNKNOWN)
    decision = decides(walk)
    assert isinstance(decision, Leave)
    assert "nobody knows what became of a" in decision.why


def test_a_pause_by_a_guard_stops_it():
    walk = Telling(plan_of())
    walk.tell(walk_events.WalkPaused("worse: queue", ("queue",)))
    decision = decides(walk)
    assert isinstance(decision, StopWalk)
    assert "worse: queue" in decision.reason


def test_a_program_that_takes_too_long_is_ended():
    walk = Telling(plan_of())
    walk.start("a")
    decision = decides(walk, step="a", running="a", since=1.0, overdue=True)
    assert decision == EndProgram("a", 1, "it has run longer than its timeout")


def test_a_question_is_answered_by_its_default_only():
    walk = Telling(plan_of())
    walk.show("a")
    assert decides(walk, step="a", question=Question("How?", default="docker")) == Answer("a", 1, "docker")
    assert isinstance(decides(walk, step="a", question=Question("How?")), StopWalk)


def test_a_secret_is_given_again_when_it_is_known():
    walk = Telling(plan_of())
    assert decides(walk, wanted_secret="token", given={"token": "hunter2"}) == Answer("a", 0, "hunter2")
    assert isinstance(decides(walk, wanted_secret="token"), Leave)


def test_when_somebody_takes_over_it_leaves():
    walk = Telling(plan_of())
    walk.tell(walk_events.HolderChanged(8, OPER2, "by hand"))
    walk.show("a")
    decision = decides(walk, held=False, step="a")
    assert decision == Leave("oper2, pts/4 decides now")
    assert situation_of(walk.walk, Live(), held=False).kind is Kind.FOLLOWED


@dataclass
class Stage:
    telling: Telling
    link: MemoryLink
    out: io.StringIO = field(default_factory=io.StringIO)
    ended: asyncio.Task[WalkExit] | None = None
    auto: AutoWalk | None = None

    async def decides(self, number: int) -> Decision:
        async with asyncio.timeout(PATIENCE):
            while len(self.link.decisions) < number:
                await asyncio.sleep(0.01)
        return self.link.decisions[number - 1][2]

    async def move(self, **live) -> None:
        await self.link.move(self.telling.walk, Live(**live))

    async def exit(self) -> WalkExit:
        async with asyncio.timeout(PATIENCE):
            return await self.ended


@contextlib.asynccontextmanager
async def alone(telling: Telling) -> AsyncIterator[Stage]:
    stage = Stage(telling, MemoryLink())
    attached = asyncio.ensure_future(stage.link.attach(SystemInfo("shop"), EMPTY))
    assert isinstance(await anext(stage.link.events()), Attached)
    await attached
    stage.link.known_walks[telling.id] = telling.walk
    auto = stage.auto = AutoWalk(
        stage.link, telling.id, Voice(stage.out), SystemClock(), {}, "walkdown resume w1"
    )
    async with asyncio.TaskGroup() as tasks:
        stage.ended = tasks.create_task(auto.go())
        try:
            yield stage
        finally:
            stage.ended.cancel()


async def test_a_walk_goes_to_its_end_in_a_line_for_each_thing_that_happens():
    walk = Telling(plan_of())
    async with alone(walk) as stage:
        for number, name in enumerate(("a", "b"), 1):
            walk.show(name)
            await stage.move(step=name)
            assert await stage.decides(number) == Confirm(name, 1, HASH)
            walk.do(name, f"did {name}")
            await stage.move()
        walk.close(WalkEnding.DONE)
        await stage.move()
        assert await stage.exit() == WalkExit.DONE
    lines = stage.out.getvalue().splitlines()
    assert [line for line in lines if "did" in line] == [
        "Step 1 of 2, The step a: done after 5.2 s: did a",
        "Step 2 of 2, The step b: done after 5.2 s: did b",
    ]
    assert lines[-1] == "Done: 2 of 2 steps succeeded"
    assert stage.link.decisions[0][:2] == ("w1", 7)


async def test_an_unknown_end_is_13_and_says_how_a_person_goes_on():
    walk = Telling(plan_of())
    walk.start("a")
    walk.end("a", UNKNOWN)
    async with alone(walk) as stage:
        assert await stage.exit() == WalkExit.UNKNOWN
    assert "Left open: nobody knows what became of a" in stage.out.getvalue()
    assert "    walkdown resume w1\n" in stage.out.getvalue()
    assert stage.link.decisions == []


async def test_an_overdue_program_is_ended_once_while_it_takes_its_time_to_end():
    walk = Telling(plan_of())
    walk.start("a")
    async with alone(walk) as stage:
        running = {"step": "a", "running": "a", "since": 1.0, "overdue": True}
        await stage.move(**running)
        assert isinstance(await stage.decides(1), EndProgram)
        walk.tell(step_events.StepAskedToEnd("a", 1))
        for size in range(3):
            await stage.move(**running, output_bytes=size)
        walk.end("a", replace(UNKNOWN, ending="failed", summary="ended on request"))
        walk.tell(walk_events.WalkEnded(WalkEnding.FAILED))
        await stage.move()
        assert await stage.exit() == WalkExit.FAILED
    assert len(stage.link.decisions) == 1


async def test_asked_to_end_it_leaves_the_walk_open():
    walk = Telling(plan_of())
    walk.start("a")
    async with alone(walk) as stage:
        await stage.move(step="a", running="a", since=1.0)
        stage.auto.stop()
        assert await stage.exit() == WalkExit.LEFT_OPEN


async def test_what_is_refused_again_and_again_is_left_open(monkeypatch):
    monkeypatch.setattr(agent.auto, "RETRY", 0.01)
    walk = Telling(plan_of())
    walk.show("a")
    async with alone(walk) as stage:
        stage.link.refusal = "the journal cannot be written: the disk is full"
        await stage.move(step="a")
        assert await stage.exit() == WalkExit.LEFT_OPEN
    assert "Left open: the journal cannot be written: the disk is full" in stage.out.getvalue()


async def test_without_an_agent_for_too_long_it_is_left_open(monkeypatch):
    monkeypatch.setattr(agent.auto, "ALONE", 0.1)
    walk = Telling(plan_of())
    async with alone(walk) as stage:
        await stage.move()
        await stage.link.detach("it was killed")
        assert await stage.exit() == WalkExit.LEFT_OPEN
    assert "no agent answers: it was killed" in stage.out.getvalue()

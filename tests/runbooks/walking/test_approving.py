"""Approvals as rules and on a stage: what they are bound to, how long they hold, that nothing is late."""

from dataclasses import replace

import pytest

from checks.clock import SystemClock
from runbooks import decisions
from runbooks.approval import VALID_FOR, same_person, seconds_left, unapproved
from runbooks.approval_events import ApprovalRefused, Approved
from runbooks.boot import NEVER, Moment
from runbooks.errors import RefusedDecisionError
from runbooks.events import Denied
from runbooks.model import Plan, Risk
from runbooks.operators import Operator
from runbooks.step_events import StepStarted
from runbooks.walk import Approval, Status, StepState, Walk
from tests.runbooks.walking.stage import OPERATOR, Stage, World

BOB = Operator("bob", 1001)


class ShiftedClock(SystemClock):
    """The real clock, its wall clock ahead by as much as the test says; leases go by the other."""

    shift = 0.0

    def now(self) -> float:
        return super().now() + self.shift


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def stage(tmp_path, world):
    steps = (world.does("drop", approval=True), world.does("after"))
    stage = Stage(tmp_path, Plan("test", risk=Risk.HIGH, target="target", steps=steps))
    stage.clock = ShiftedClock()
    return stage


async def approve(stage, by=BOB, **changes):
    state = await stage.shown("drop")
    told = {"attempt": state.attempt, "action_sha256": state.action_sha256} | changes
    await stage.walker.judge(Approved("drop", **told), "drop", by)


async def shown_anew(stage, before: float):
    await stage.until(
        lambda s: s.walk.state("drop").planned_at > before and s.walk.current.status is Status.PLANNED
    )


async def confirm(stage, step="drop"):
    state = await stage.shown(step)
    await stage.confirm(step, state.action.phrase)


async def test_an_approval_is_good_for_ten_minutes_and_no_longer(stage, world):
    async with stage.walking():
        before = (await stage.shown("drop")).planned_at
        await approve(stage)
        stage.clock.shift = VALID_FOR + 1
        with pytest.raises(RefusedDecisionError, match="ten minutes ago"):
            await confirm(stage)
        await shown_anew(stage, before)
        with pytest.raises(RefusedDecisionError, match="waits for the approval"):
            await confirm(stage)
        await approve(stage)
        await confirm(stage)
        await stage.shown("after")
    assert world.deeds == ["drop"]


async def test_an_approval_outlives_that_the_same_is_shown_anew(stage, world):
    async with stage.walking():
        before = (await stage.shown("drop")).planned_at
        stage.clock.shift = 400
        await approve(stage)
        stage.clock.shift = 700
        with pytest.raises(RefusedDecisionError, match="ten minutes ago"):
            await confirm(stage)
        await shown_anew(stage, before)
        await confirm(stage)
        await stage.shown("after")
    assert world.deeds == ["drop"]


async def test_nothing_starts_on_an_approval_that_runs_out_between_confirmation_and_start(stage, world):
    async with stage.walking():
        await stage.shown("drop")
        await approve(stage)
        performer = stage.walker._attempts.performer
        stage.walker._attempts.performer = Slow(performer, stage.clock)
        await confirm(stage)
        await stage.until(lambda s: any(isinstance(entry.event, Denied) for entry in s.entries))
        stage.walker._attempts.performer = performer
        await stage.until(
            lambda s: s.walk.current.status is Status.PLANNED and not s.walk.current.approval.at
        )
        assert "has expired" in stage.live.trouble or not stage.live.trouble
    denied = next(entry.event for entry in stage.entries if isinstance(entry.event, Denied))
    assert denied.what == "Start drop"
    assert "has expired" in denied.why
    assert not any(isinstance(entry.event, StepStarted) for entry in stage.entries)
    assert world.deeds == []


class Slow:
    """A performer that needs longer to make ready than an approval holds."""

    def __init__(self, performer, clock):
        self._performer = performer
        self._clock = clock

    def __getattr__(self, name):
        return getattr(self._performer, name)

    async def ready(self, *arguments):
        self._clock.shift = VALID_FOR + 1
        return await self._performer.ready(*arguments)


async def test_whoever_holds_the_walk_does_not_approve_it(stage, world):
    service = Operator("service", 999, login="oper1")
    async with stage.walking():
        state = await stage.shown("drop")
        for who in (OPERATOR, service, Operator("other", 1002, sudo="oper1")):
            with pytest.raises(RefusedDecisionError, match="another user has to approve"):
                await approve(stage, by=who)
        with pytest.raises(RefusedDecisionError, match="shown anew"):
            await approve(stage, action_sha256="0" * 64)
        with pytest.raises(RefusedDecisionError, match="another user has to judge"):
            said = ApprovalRefused("drop", 1, state.action_sha256, "a reason")
            await stage.walker.judge(said, "", OPERATOR)
        with pytest.raises(RefusedDecisionError, match="needs no approval"):
            await stage.decide(decisions.Skip("drop", "not needed"))
            after = await stage.shown("after")
            await stage.walker.judge(Approved("after", 1, after.action_sha256), "after", BOB)
    denied = [entry for entry in stage.entries if isinstance(entry.event, Denied)]
    assert [entry.operator.name for entry in denied] == ["oper1", "service", "other", "bob", "oper1", "bob"]
    assert world.deeds == []


@pytest.mark.parametrize(
    ("now", "moment", "left"),
    [
        (1000.0, NEVER, 600.0),
        (1600.0, NEVER, 0.0),
        (1599.0, NEVER, 1.0),
        (900.0, NEVER, 0.0),
        (900.0, Moment("a", 51.0), 599.0),
        (1010.0, Moment("a", 651.0), 0.0),
        (1700.0, Moment("a", 51.0), 0.0),
        (1010.0, Moment("b", 5.0), 590.0),
    ],
)
def test_it_expires_by_whichever_clock_says_so_first(now, moment, left):
    approval = Approval(1, "x", 0.0, BOB, 1000.0, Moment("a", 50.0))
    assert seconds_left(approval, now, moment) == pytest.approx(left)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Operator("a", 1), Operator("b", 2), False),
        (Operator("a", 1), Operator("a", 1), True),
        (Operator("root", 0, login="a"), Operator("a", 1), True),
        (Operator("a", 1), Operator("root", 0, sudo="a"), True),
        (Operator("b", 2, login="a"), Operator("c", 3, login="a"), True),
        (Operator("b", 2, login="b"), Operator("c", 3, login="c"), False),
    ],
)
def test_who_counts_as_another(one, other, same):
    assert bool(same_person(one, other)) is same
    assert bool(same_person(other, one)) is same


GOOD = Approval(1, "x", 0.0, BOB, 1000.0)


@pytest.mark.parametrize(
    ("approval", "word"),
    [
        (GOOD, ""),
        (replace(GOOD, attempt=2), "waits for"),
        (replace(GOOD, action_sha256="y"), "waits for"),
        (replace(GOOD, refused="not today"), "not today"),
        (replace(GOOD, at=300.0), "has expired"),
        (replace(GOOD, by=OPERATOR), "cannot run it as well"),
    ],
)
def test_an_approval_counts_for_what_it_was_given_for(world, approval, word):
    plan = Plan("test", risk=Risk.HIGH, steps=(world.does("drop", approval=True),))
    state = StepState("drop", Status.PLANNED, 1, action_sha256="x", approval=approval)
    said = unapproved(Walk("w", plan, steps=(state,)), state, OPERATOR, 1100.0)
    assert word in said
    assert bool(said) is bool(word)

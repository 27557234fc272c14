"""Steps of every kind, walked while the journal is lost, the clock jumps, or somebody else comes."""

import asyncio
import sqlite3

import pytest

from checks.clock import SystemClock
from runbooks import decisions
from runbooks.errors import RefusedDecisionError
from runbooks.journal.journal import Journal
from runbooks.operators import Operator
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.runbooks.steps.deeds import CHANGING, EVERY, deed, each, http_deed
from tests.runbooks.walking.stage import Stage

__all__ = ["deed", "http_deed"]

OTHER = Operator("oper2", 1001)
TEN_YEARS, HOUR = 10 * 365 * 86400.0, 3600.0


class JumpingClock(SystemClock):
    """The clock of this host, whose wall time somebody sets."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


async def say_yes(stage: Stage, deed, step: str = "s1", **more) -> None:
    await stage.decide(deed.yes(await stage.shown(step)), **more)


async def begun(stage: Stage, deed, step: str = "s1") -> None:
    await say_yes(stage, deed, step)
    await deed.until_begun()


@pytest.mark.fault("step:command", "store")
@pytest.mark.fault("step:sql", "store")
@pytest.mark.fault("step:http", "store")
@pytest.mark.fault("step:service", "store")
@pytest.mark.fault("step:manual", "store")
@each(*EVERY)
async def test_without_the_journal_nothing_is_confirmed_and_nothing_done(deed, tmp_path):
    async with Stage(tmp_path, deed.plan(tmp_path)).walking() as stage:
        state = await stage.shown("s1")
        (tmp_path / "state" / "t.journal.db").rename(tmp_path / "gone")
        with pytest.raises(RefusedDecisionError, match="journal"):
            await stage.decide(deed.yes(state))
        deed.let()
        assert stage.walk.state("s1").status is Status.PLANNED
    assert (deed.begun(), deed.done()) == (0, 0)


@pytest.mark.fault("step:sql", "store")
@pytest.mark.fault("step:http", "store")
@pytest.mark.fault("step:service", "store")
@each(*CHANGING)
async def test_what_is_done_while_the_journal_is_locked_is_recorded_later_and_once(deed, tmp_path):
    async with Stage(tmp_path, deed.plan(tmp_path)).walking() as stage:
        await begun(stage, deed)
        hand = sqlite3.connect(tmp_path / "state" / "t.journal.db", isolation_level=None)
        hand.execute("BEGIN EXCLUSIVE")
        deed.let()
        await deed.until_done()
        await asyncio.sleep(0.5)
        assert stage.walk.state("s1").status is Status.STARTED
        hand.execute("ROLLBACK")
        hand.close()
        walk = await stage.over()
    assert (walk.ending, walk.state("s1").attempt, deed.done()) == (WalkEnding.DONE, 1, 1)


@pytest.mark.fault("step:command", "clock")
@pytest.mark.fault("step:sql", "clock")
@pytest.mark.fault("step:http", "clock")
@pytest.mark.fault("step:service", "clock")
@each(*CHANGING)
async def test_a_clock_that_jumps_ends_no_step_and_loses_no_lease(deed, tmp_path):
    stage = Stage(tmp_path, deed.plan(tmp_path))
    stage.clock = clock = JumpingClock()
    async with stage.walking():
        await begun(stage, deed)
        for clock.ahead in (TEN_YEARS, -HOUR):
            await asyncio.sleep(0.6)  # in which there is a look beside the walk
            assert not stage.live.overdue
            await stage.holding.renew()
        deed.let()
        walk = await stage.over()
    state = walk.state("s1")
    assert (state.status, state.attempt, deed.done()) == (Status.SUCCEEDED, 1, 1)
    assert 0 < state.elapsed < 60
    assert [entry.seq for entry in stage.entries] == sorted(entry.seq for entry in stage.entries)


@pytest.mark.fault("step:command", "clock")
@pytest.mark.fault("step:sql", "clock")
@pytest.mark.fault("step:http", "clock")
@pytest.mark.fault("step:service", "clock")
@pytest.mark.fault("step:manual", "clock")
@pytest.mark.fault("step:manual", "total_timeout")
@each(*EVERY)
async def test_what_was_shown_at_another_time_is_shown_anew_before_it_is_confirmed(deed, tmp_path):
    deed.let()
    stage = Stage(tmp_path, deed.plan(tmp_path))
    stage.clock = clock = JumpingClock()
    async with stage.walking():
        state = await stage.shown("s1")
        for clock.ahead in (HOUR, -HOUR):
            with pytest.raises(RefusedDecisionError, match="shown anew"):
                await stage.decide(deed.yes(state))
            old = state.planned_at
            await stage.until(lambda s, old=old: s.walk.state("s1").planned_at != old)
            state = await stage.shown("s1")
        assert (deed.begun(), deed.done()) == (0, 0)
        await say_yes(stage, deed)
        walk = await stage.over()
    assert (walk.state("s1").status, walk.state("s1").attempt) == (Status.SUCCEEDED, 1)


@pytest.mark.fault("step:command", "two_operators")
@pytest.mark.fault("step:sql", "two_operators")
@pytest.mark.fault("step:http", "two_operators")
@pytest.mark.fault("step:service", "two_operators")
@pytest.mark.fault("step:manual", "two_operators")
@pytest.mark.fault("step:manual", "auth")
@each(*EVERY)
async def test_who_does_not_hold_the_walk_starts_nothing_and_who_took_it_over_starts_it_once(deed, tmp_path):
    deed.let()
    async with Stage(tmp_path, deed.plan(tmp_path)).walking() as stage:
        state = await stage.shown("s1")
        old = stage.walk.fence
        with pytest.raises(RefusedDecisionError, match="take it over"):
            await stage.decide(deed.yes(state), fence=old - 1, operator=OTHER)
        await stage.decide(decisions.TakeOver("oper1 has gone home"), fence=0, operator=OTHER)
        with pytest.raises(RefusedDecisionError, match="take it over"):
            await stage.decide(deed.yes(state), fence=old)
        assert (deed.begun(), deed.done()) == (0, 0)
        await say_yes(stage, deed, operator=OTHER)
        walk = await stage.over()
    assert walk.state("s1").operator == OTHER
    assert deed.done() == (0 if deed.kind == "manual" else 1)


@pytest.mark.fault("step:command", "two_operators")
@pytest.mark.fault("step:sql", "two_operators")
@pytest.mark.fault("step:http", "two_operators")
@pytest.mark.fault("step:service", "two_operators")
@each(*CHANGING)
async def test_a_walk_taken_over_while_a_step_runs_does_it_once_and_records_its_end(deed, tmp_path):
    async with Stage(tmp_path, deed.plan(tmp_path)).walking() as stage:
        await begun(stage, deed)
        await stage.decide(decisions.TakeOver("oper1 has gone home"), fence=0, operator=OTHER)
        assert stage.walk.state("s1").status is Status.STARTED
        deed.let()
        walk = await stage.over()
    assert (walk.holder, walk.ending, walk.state("s1").attempt) == (OTHER, WalkEnding.DONE, 1)
    assert deed.done() == 1


@pytest.mark.fault("step:command", "two_operators")
@pytest.mark.fault("step:sql", "two_operators")
@pytest.mark.fault("step:http", "two_operators")
@pytest.mark.fault("step:service", "two_operators")
@pytest.mark.fault("step:manual", "two_operators")
@each(*EVERY)
async def test_a_lease_that_another_process_has_taken_is_noticed_before_anything_is_done(deed, tmp_path):
    deed.let()
    async with Stage(tmp_path, deed.plan(tmp_path)).walking() as stage:
        state = await stage.shown("s1")
        async with Journal(tmp_path / "state" / "t.journal.db", SystemClock()) as theirs:
            await theirs.take_over("target", stage.walk.id, OTHER, "the first process hangs")
        with pytest.raises(RefusedDecisionError, match="no longer ours"):
            await stage.decide(deed.yes(state))
        assert stage.walk.state("s1").status is Status.PLANNED
    assert (deed.begun(), deed.done()) == (0, 0)

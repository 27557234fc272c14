"""A journal that cannot be written: before an act nothing is done, after it nothing is lost."""

import contextlib
import sqlite3

import pytest

from runbooks import decisions
from runbooks.errors import RefusedDecisionError
from runbooks.model import Plan, StepPlan, WindowNeed
from runbooks.step import options_of
from runbooks.steps.command import CommandStep
from runbooks.templates import Template
from runbooks.walk import Status
from tests.runbooks.walking.stage import Stage


def words(*argv: object) -> tuple[Template, ...]:
    return tuple(Template.literal(str(word)) for word in argv)


def plan_of(step: CommandStep) -> Plan:
    one = StepPlan("one", "command", options=options_of(step), changes=True, timeout=60.0)
    return Plan("test", steps=(one,), window=WindowNeed.ANY, target="target")


@contextlib.contextmanager
def locked(stage: Stage):
    """Another process's hand on the journal."""
    hand = sqlite3.connect(stage.folder / "state" / "t.journal.db", isolation_level=None)
    hand.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        hand.execute("ROLLBACK")
        hand.close()


@pytest.mark.fault("step:command", "store")
async def test_what_cannot_be_confirmed_in_the_journal_is_not_done(tmp_path):
    trap = tmp_path / "trap"
    async with Stage(tmp_path, plan_of(CommandStep(run=words("touch", trap)))).walking() as stage:
        await stage.shown("one")
        with locked(stage), pytest.raises(RefusedDecisionError, match=r"journal .* cannot be written"):
            await stage.confirm("one")
        assert not trap.exists()
        await stage.run("one")
        await stage.over()
    assert trap.exists()


@pytest.mark.fault("step:command", "store")
async def test_what_was_confirmed_is_not_done_when_its_start_cannot_be_written(tmp_path):
    trap, hold, waiting = tmp_path / "trap", tmp_path / "hold", tmp_path / "waiting"
    script = 'touch "$2"; while [ -e "$1" ]; do sleep 0.05; done; exit 1'
    step = CommandStep(run=words("touch", trap), unless=words("sh", "-c", script, "sh", hold, waiting))
    async with Stage(tmp_path, plan_of(step)).walking() as stage:
        await stage.shown("one")
        hold.touch()
        waiting.unlink()
        await stage.confirm("one")
        await stage.until(lambda s: waiting.exists())
        with locked(stage):
            hold.unlink()
            await stage.until(lambda s: "journal" in s.live.trouble)
        await stage.until(lambda s: s.walk.state("one").status is Status.PLANNED)
        assert not trap.exists()
        await stage.run("one")
        await stage.over()
    assert trap.exists()


@pytest.mark.fault("step:command", "store")
async def test_what_was_done_is_written_as_soon_as_it_can_be(tmp_path):
    done, gate = tmp_path / "done", tmp_path / "gate"
    script = 'touch "$1"; while [ ! -e "$2" ]; do sleep 0.05; done'
    async with Stage(
        tmp_path, plan_of(CommandStep(run=words("sh", "-c", script, "sh", done, gate)))
    ).walking() as stage:
        await stage.confirm("one")
        await stage.until(lambda s: done.exists() and s.walk.state("one").status is Status.STARTED)
        with locked(stage):
            gate.touch()
            with pytest.raises(RefusedDecisionError):
                await stage.decide(decisions.Note("written while the journal is locked"))
            assert stage.walk.state("one").status is Status.STARTED
        walk = await stage.over()
    assert walk.state("one").status is Status.SUCCEEDED


async def test_what_was_done_is_written_also_when_the_journal_was_away_for_longer_than_a_minute(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("runbooks.journal.journal.INSISTENCE", 0.0)
    monkeypatch.setattr("runbooks.walking.attempting.AGAIN", 0.2)
    done, gate = tmp_path / "done", tmp_path / "gate"
    script = 'touch "$1"; while [ ! -e "$2" ]; do sleep 0.05; done'
    step = CommandStep(run=words("sh", "-c", script, "sh", done, gate))
    async with Stage(tmp_path, plan_of(step)).walking() as stage:
        await stage.confirm("one")
        await stage.until(lambda s: done.exists() and s.walk.state("one").status is Status.STARTED)
        with locked(stage):
            gate.touch()
            await stage.until(lambda s: "is not written yet" in s.live.trouble)
        walk = await stage.over()
    assert walk.state("one").status is Status.SUCCEEDED

"""A journal that is out of reach for longer than is insisted: the walk says so, and nothing is lost."""

import contextlib
import sqlite3

from runbooks.events import StepEnded, WalkEnding
from runbooks.journal import journal
from runbooks.model import Plan, WindowNeed
from runbooks.walk import Status
from runbooks.walking import walker
from tests.runbooks.walking.stage import Stage, World, command


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


async def test_the_end_of_a_step_is_written_whenever_the_journal_can_be_again(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "INSISTENCE", 0.1)
    monkeypatch.setattr(walker, "TRY_AGAIN", 0.2)
    world, gate = World(tmp_path), tmp_path / "gate"
    script = 'echo "$1" >> "$2"; echo begun; while [ ! -e "$3" ]; do sleep 0.05; done'
    one = command("one", "sh", "-c", script, "sh", "one", str(world.file), str(gate), undo=("true",))
    plan = Plan("test", steps=(one, world.does("two")), window=WindowNeed.ANY, target="target")
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.confirm("one")
        await stage.until(lambda s: "begun" in s.live.output)
        with locked(stage):
            gate.touch()
            await stage.until(lambda s: "journal" in s.live.trouble)
            assert stage.walk.state("one").status is Status.STARTED
        await stage.ended("one")
        state = stage.walk.state("one")
        assert (state.status, state.outcome.summary, state.attempt) == (Status.SUCCEEDED, "begun", 1)
        await stage.until(lambda s: not s.live.trouble)
        await stage.run("two")
        walk = await stage.over()
    assert (walk.ending, world.deeds) == (WalkEnding.DONE, ["one", "two"])
    ends = [entry.event.step for entry in stage.entries if isinstance(entry.event, StepEnded)]
    assert ends == ["one", "two"]

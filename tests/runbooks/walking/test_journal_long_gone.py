"""A journal that cannot be written for longer than is insisted: the walk stops, loudly, and nothing is lost."""

import sqlite3

import pytest

from runbooks import decisions
from runbooks.events import Resolution, WalkEnding
from runbooks.journal import journal
from runbooks.model import Plan, WindowNeed
from runbooks.walk import Status
from tests.runbooks.walking.stage import Stage, World, command


async def test_x(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "INSISTENCE", 0.1)
    world = World(tmp_path)
    gate = tmp_path / "gate"
    script = 'echo "$1" >> "$2"; echo begun; while [ ! -e "$3" ]; do sleep 0.05; done'
    step = command("one", "sh", "-c", script, "sh", "one", str(world.file), str(gate), undo=("true",))
    plan = Plan("test", steps=(step, world.does("two")), window=WindowNeed.ANY, target="target")
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.confirm("one")
        await stage.until(lambda s: "begun" in s.live.output)
        hand = sqlite3.connect(tmp_path / "state" / "t.journal.db", isolation_level=None)
        hand.execute("BEGIN EXCLUSIVE")
        gate.touch()
        await stage.until(lambda s: "journal" in s.live.trouble)
        print(stage.live.trouble, stage.walk.state("one").status)
        import asyncio
        await asyncio.sleep(7)
        print(stage.live.trouble, stage.walk.state("one").status)
        hand.execute("ROLLBACK"); hand.close()
        await asyncio.sleep(15)
        print(stage.live.trouble, stage.walk.state("one").status)
        for e in stage.entries: print(type(e.event).__name__)
        assert 0

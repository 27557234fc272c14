"""An open walk whose journal is out of reach when the next agent starts: taken up as soon as it can be."""

import asyncio
import contextlib
import os
import signal
import sqlite3

from checks import paths
from runbooks.walk_events import WalkEnding

ONE = """
runbook: test
window: any
steps:
  - {{id: one, kind: command, run: [touch, {done}], undo: none}}
"""


@contextlib.contextmanager
def locked(source):
    """Another process's hand on the journal."""
    hand = sqlite3.connect(paths.journal_file(source), isolation_level=None)
    hand.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        hand.execute("ROLLBACK")
        hand.close()


async def test_a_walk_is_taken_up_once_the_journal_can_be_written(agents, tmp_path):
    source = agents.system()
    agents.runbook(source, ONE.format(done=tmp_path / "done"))
    async with agents.link(source) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        await console.shown("one")
        pid = agents.pid(source)
        with locked(source):
            os.kill(pid, signal.SIGKILL)
            await console.detached()
            await console.attached()
            log = paths.log_file(source)
            async with asyncio.timeout(30):
                while "not taken up" not in log.read_text():
                    await asyncio.sleep(0.1)
        await console.confirm(await console.shown("one"))
        over = await console.moved(lambda w, live: w.over)
        assert over.walk.ending is WalkEnding.DONE
    assert (tmp_path / "done").exists()

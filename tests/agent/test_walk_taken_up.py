"""A walk that an agent takes up and that is over a moment later: whoever attaches meanwhile hears of it."""

import contextlib

from checks import paths
from checks.clock import SystemClock
from checks.system import load_system
from runbooks import step_events, walk_events
from runbooks.journal.database import open_journal
from runbooks.journal.rows import Draft, Scribe
from runbooks.library import load_library
from runbooks.operators import Operator
from runbooks.outcome import succeeded
from runbooks.walk_events import WalkEnding

ONE = """
runbook: test
window: any
target: quick
steps:
  - {id: one, kind: command, run: ['true'], undo: none}
"""
HASH = "0" * 64
ANNA = Operator("anna", 1001)


def left_behind(source) -> str:
    """Have a journal whose last walk went as far as the end of its last step, and no further."""
    plan = load_library(load_system(source), source).plan("test")
    happened = (
        walk_events.WalkOpened(plan, plan.sha256, "quick"),
        step_events.StepStarted("one", 1, HASH, "key", "walk/001-one-1"),
        step_events.StepEnded("one", 1, succeeded("done")),
    )
    scribe = Scribe(SystemClock())
    with contextlib.closing(open_journal(paths.journal_file(source), scribe)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        scribe.write(connection, [Draft("walk", event, ANNA) for event in happened])
        connection.execute("COMMIT")
    return "walk"


async def test_the_end_of_a_walk_is_told_also_when_it_ends_as_soon_as_it_is_taken_up(agents):
    source = agents.system()
    agents.runbook(source, ONE)
    name = left_behind(source)
    async with agents.link(source) as console:
        event = await console.moved(lambda walk, live: walk.over)
    assert (event.walk.id, event.walk.ending) == (name, WalkEnding.DONE)

"""Checklists of a real agent: told to every console, taken up after it was killed, unticked by a check."""

from __future__ import annotations

import os
import signal
import time

from agent.checklist_messages import ChecklistAnswer, ChecklistsMoved, DecideChecklist, OpenChecklist
from runbooks.checklist_decisions import TickItem
from runbooks.checklists.state import Mark

EVERY = 1.0
SYSTEM = """
system: quick
checks:
  file:
    kind: command
    run: [cat, {file}]
    every: 1s
    timeout: 1s
    expect: {{text: fine}}
"""
LIST = """
checklist: it
items:
  - {id: well, title: All is well, check: file}
  - {id: asked, title: Somebody was asked}
"""


def stands(**marks: Mark):
    """Return what accepts that a list stands like this."""

    def accepts(event) -> bool:
        if not isinstance(event, ChecklistsMoved) or not event.checklists.open:
            return False
        (state,) = event.checklists.open
        return all(state.item(item).mark is mark for item, mark in marks.items())

    return accepts


async def test_a_check_that_gets_worse_unticks_within_two_intervals(agents, tmp_path) -> None:
    seen = tmp_path / "seen"
    seen.write_text("fine")
    source = agents.system(SYSTEM.format(file=seen))
    (source / "checklists").mkdir()
    (source / "checklists" / "it.yaml").write_text(LIST)
    async with agents.link(source) as first, agents.link(source) as second:
        await first.attached()
        await first.link.ask(ChecklistAnswer, lambda number: OpenChecklist(number, "it"))
        event = await second.until(stands(well=Mark.DONE, asked=Mark.OPEN))
        name = event.checklists.open[0].id
        tick = TickItem("asked", note="she agrees")
        await second.link.ask(ChecklistAnswer, lambda number: DecideChecklist(number, name, tick))
        await first.until(stands(well=Mark.DONE, asked=Mark.DONE))

        seen.write_text("broken")
        changed = time.time()
        event = await first.until(stands(well=Mark.OPEN))
        (state,) = event.checklists.open
        # The check is probed once a second, and the board is looked at once a second.
        assert 0 <= state.item("well").at - changed <= 2 * EVERY + 1
        assert state.item("well").why == "file is CRIT"

        os.kill(agents.pid(source), signal.SIGKILL)
        await second.detached()
        event = await second.until(stands(well=Mark.OPEN, asked=Mark.DONE))
        assert event.checklists.open[0].item("asked").note == "she agrees"

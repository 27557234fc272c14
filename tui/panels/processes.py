"""Owns the panel of processes: those that were asked for, and the busiest of all."""

from __future__ import annotations

from typing import ClassVar

from tui.cell import Cell
from tui.facts import Fact, grid, number, table_lines
from tui.panel import Panel
from tui.source import View

DROP = ("age", "user", "memory")
UNITS = {"count": "", "cpu": "%", "memory": "B", "threads": "", "zombies": ""}


class ProcessesPanel(Panel):
    """The busiest processes."""

    KINDS: ClassVar[tuple[str, ...]] = ("process",)
    NAME: ClassVar[str] = "Processes"
    HELP: ClassVar[str] = """\
The processes that took the most processor time between two looks; 100 % is one processor. A check
for certain processes shows those. Where there are several checks, the one that saw most is shown."""
    WIDE: ClassVar[bool] = True

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the sums and the table of the check that saw most."""
        most = max(view.sources, key=lambda source: len(source.state.last.observation.rows.rows))
        one = View(view.scene, (most,))
        sums = [
            Fact(name, number(value, unit), one.level_of(name))
            for name, unit in UNITS.items()
            if (value := one.value(name)) is not None and (value or name != "zombies")
        ]
        head = grid(sums, width)[:1] if room >= 5 else ()
        return (*head, *table_lines(one.table(), width, room - len(head), flexible="command", drop=DROP))

"""Owns the panel of processes: those that were asked for, and the busiest of all."""

from __future__ import annotations

from typing import ClassVar

from checks.model import Table
from tui.cell import Cell
from tui.facts import Fact, grid, number, table_lines
from tui.panel import Panel
from tui.source import View

COMMAND = "command"
DROP = ("age", "user", "memory")
UNITS = {"count": "", "cpu": "%", "memory": "B", "threads": "", "zombies": ""}


class ProcessesPanel(Panel):
    """The busiest processes."""

    KINDS: ClassVar[tuple[str, ...]] = ("process",)
    NAME: ClassVar[str] = "Processes"
    HELP: ClassVar[str] = """\
The processes that took the most processor time between two looks; 100 % is one processor. A check
for certain processes shows those. Where there are several checks, the one that saw most is shown."""

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
        return (
            *head,
            *table_lines(_without_paths(one.table()), width, room - len(head), flexible=COMMAND, drop=DROP),
        )


def _without_paths(table: Table) -> Table:
    """Return the table with each command from its program's name on: folders are what tells least."""
    if COMMAND not in table.columns:
        return table
    place = table.columns.index(COMMAND)
    rows = tuple((*row[:place], _program(row[place]), *row[place + 1 :]) for row in table.rows)
    return Table(table.columns, rows)


def _program(command: str) -> str:
    first, blank, rest = command.partition(" ")
    return f"{first.rpartition('/')[2] or first}{blank}{rest}" if first.startswith("/") else command

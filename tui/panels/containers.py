"""Owns the panel of containers: how many run, and what each takes."""

from __future__ import annotations

from typing import ClassVar

from checks.model import Level, Table
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.facts import Fact, grid, number, table_lines
from tui.panel import Panel
from tui.plots import members_plot
from tui.source import View
from tui.widgets.plot import PlotData

COUNTS = ("running", "stopped", "unhealthy", "restarting")
BAD = ("unhealthy", "restarting")
"""What the kind itself finds bad; shown with the level that it gave."""
COLUMNS = {"cpu": "%", "memory": "B", "restarts": "", "received": "B/s", "sent": "B/s"}


class ContainersPanel(Panel):
    """State and use of containers."""

    KINDS: ClassVar[tuple[str, ...]] = ("container",)
    NAME: ClassVar[str] = "Containers"
    HELP: ClassVar[str] = """\
How many containers run, and each by processor time; 100 % is one processor. restarts: how often
Docker has restarted it since it was made."""
    COURSES: ClassVar[tuple[str, ...]] = ("cpu", "memory")

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the counts and a line for each container, busiest first."""
        counts = [
            Fact(name, number(value, ""), view.level if name in BAD and value else view.level_of(name))
            for name in COUNTS
            if (value := view.sum_of(name)) is not None
        ]
        head = (_counts(counts),) if room < 6 else grid(counts, width)
        return (*head, *table_lines(containers(view), width, room - len(head), flexible="name", drop=DROP))

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the busiest and the largest."""
        return tuple(
            members_plot(view, title, name, _highest(view, name))
            for title, name in (("CPU", "cpu"), ("Memory", "memory"))
        )


DROP = ("received", "sent", "restarts")


def containers(view: View) -> Table:
    """Return the containers as a table, busiest first."""
    members = {name: view.members(name) for name in COLUMNS}
    names = sorted(
        {label for each in members.values() for label in each},
        key=lambda label: (-(members["cpu"][label].value if label in members["cpu"] else 0.0), label),
    )
    rows = tuple(
        (
            label,
            *(
                number(members[name][label].value, unit) if label in members[name] else "-"
                for name, unit in COLUMNS.items()
            ),
        )
        for label in names
    )
    return Table(("name", *COLUMNS), rows)


def _highest(view: View, name: str) -> list[str]:
    members = sorted(view.members(name).values(), key=lambda member: -member.value)
    return [member.label for member in members[:3]]


def _counts(counts: list[Fact]) -> Cell:
    pieces: list[Piece] = []
    for fact in counts:
        if fact.text != "0" or not pieces:
            tone = Tone.PLAIN if fact.level is Level.OK else LEVEL_TONE[fact.level]
            flag = "" if fact.level is Level.OK else f" {fact.level.letter}"
            pieces += [Piece(f"{fact.text} ", tone), Piece(f"{fact.label}{flag}  ", Tone.MUTED)]
    return tuple(pieces)

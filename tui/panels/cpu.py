"""Owns the panel of the processors: what they do, each core, and the course of the last while."""

from __future__ import annotations

from typing import ClassVar

from tui.cell import Cell
from tui.facts import GRID_CELL, GRID_GAP, Fact, grid, in_columns, number
from tui.panel import Panel
from tui.plots import reading_plot
from tui.source import View
from tui.widgets.bar import Bar, draw_bar
from tui.widgets.plot import PlotData

PARTS = ("user", "system", "iowait", "steal")
BLOCKS, PLAIN_BLOCKS = "▁▂▃▄▅▆▇█", "_.-:=+*#"


class CpuPanel(Panel):
    """Use of the processors, together and each core."""

    KINDS: ClassVar[tuple[str, ...]] = ("cpu",)
    NAME: ClassVar[str] = "CPU"
    HELP: ClassVar[str] = """\
Share of time in which the processors were not idle, and each core by its number. iowait: idle while
a disk was waited for. steal: taken by the host of this virtual machine. pressure: share of time in
which some task waited for a processor."""
    COURSES: ClassVar[tuple[str, ...]] = ("usage", *PARTS, "pressure")

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the total, its parts and the cores."""
        usage = view.value("usage")
        bar = Bar(
            "total",
            usage,
            number(usage, "%"),
            thresholds=view.thresholds("usage"),
            level=view.level_of("usage"),
        )
        total = draw_bar(bar, width, 6, 6, ascii_only=view.scene.ascii_only)
        parts = [
            Fact(name, number(value, "%"), view.level_of(name))
            for name in (*PARTS, "pressure")
            if (value := view.value(name)) is not None
        ]
        lines = (total, *grid(parts, width))
        return (*lines[: max(1, room - 1)], *self._cores(view, width, max(1, room - len(lines))))

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the total, then what it is made of."""
        usage = reading_plot(view, "Usage", ("usage",), top=100.0)
        return (usage, reading_plot(view, "Parts", ("user", "system", "iowait", "pressure")))

    def _cores(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return a bar for each core, or one character for each when there is no room."""
        cores = list(view.members("core").values())
        columns = max(1, (width + GRID_GAP) // (GRID_CELL + GRID_GAP))
        if -(-len(cores) // columns) > room:
            values = [core.value for core in cores]
            return grid([Fact("cores", blocks(values, width - 7, ascii_only=view.scene.ascii_only))], width)
        cell = (width - GRID_GAP * (columns - 1)) // columns
        bars = [
            draw_bar(
                Bar(
                    core.label,
                    core.value,
                    f"{core.value:.0f} %",
                    level=view.level_of("core", core.reading.labels),
                ),
                cell,
                max(2, len(core.label)),
                5,
                ascii_only=view.scene.ascii_only,
            )
            for core in cores
        ]
        return in_columns(bars, columns, GRID_GAP)


def blocks(values: list[float], width: int, *, ascii_only: bool = False) -> str:
    """Return one block for each percentage; neighbours share one, the higher, when there are too many."""
    glyphs = PLAIN_BLOCKS if ascii_only else BLOCKS
    share = max(1, -(-len(values) // max(1, width)))
    highest = [max(values[start : start + share]) for start in range(0, len(values), share)]
    return "".join(glyphs[min(len(glyphs) - 1, int(value / 100.0 * len(glyphs)))] for value in highest)

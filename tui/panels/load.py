"""Owns the panel of the load: how many tasks ran or waited."""

from __future__ import annotations

from typing import ClassVar

from tui.cell import Cell
from tui.facts import Fact, grid, number
from tui.panel import Panel
from tui.plots import reading_plot
from tui.source import View
from tui.widgets.bar import Bar, draw_bar
from tui.widgets.plot import PlotData

LOADS = {"load1": "1 min", "load5": "5 min", "load15": "15 min"}
UNITS = {"running": "", "cores": "", "uptime": "s"}


class LoadPanel(Panel):
    """Tasks that ran or waited."""

    KINDS: ClassVar[tuple[str, ...]] = ("load",)
    NAME: ClassVar[str] = "Load"
    HELP: ClassVar[str] = """\
Tasks that ran or waited for a processor or a disk, averaged over 1, 5 and 15 minutes. per core: the
5 minutes divided by the processors; 1 is fully used, above it tasks wait."""
    COURSES: ClassVar[tuple[str, ...]] = tuple(LOADS)

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the load beside the processors, the three averages, and the rest."""
        load = view.value("per_core")
        thresholds = view.thresholds("per_core")
        bar = Bar(
            "per core",
            load,
            "-" if load is None else f"{load:.2f}",
            whole=max(1.0, load or 0.0, *(threshold.bound for threshold in thresholds)),
            thresholds=thresholds,
            level=view.level_of("per_core"),
        )
        averages = [
            Fact(title, f"{value:.2f}", view.level_of(name))
            for name, title in LOADS.items()
            if (value := view.value(name)) is not None
        ]
        rest = [
            Fact(name, number(value, unit), view.level_of(name))
            for name, unit in UNITS.items()
            if (value := view.value(name)) is not None
        ]
        return (
            draw_bar(bar, width, 8, 6, ascii_only=view.scene.ascii_only),
            *grid([*averages, *rest], width),
        )

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the three averages."""
        return (reading_plot(view, "Load", tuple(LOADS), labels=LOADS),)

"""Owns the panel of memory and swap."""

from __future__ import annotations

from typing import ClassVar

from tui.cell import Cell
from tui.facts import Fact, grid, number
from tui.panel import Panel
from tui.plots import reading_plot
from tui.source import View
from tui.widgets.bar import Bar, draw_bar
from tui.widgets.plot import PlotData

UNITS = {"available": "B", "cached": "B", "swap_in": "B/s", "swap_out": "B/s", "pressure": "%"}
WORDS_FROM = 46
"""Cells from which the whole is named beside the part."""


class MemoryPanel(Panel):
    """Memory that programs hold, and swap."""

    KINDS: ClassVar[tuple[str, ...]] = ("memory",)
    NAME: ClassVar[str] = "Memory"
    HELP: ClassVar[str] = """\
used: what programs could not get any more; caches do not count. swapin, swapout: what is moved
between memory and disk; more than a little, lasting, means that memory is short. pressure: share of
time in which some task waited for memory."""
    COURSES: ClassVar[tuple[str, ...]] = ("used", "swap_used", "swap_in", "swap_out")

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return memory, swap, and what stands behind them."""
        lines = [self._share(view, width, "used", "used", "used_bytes", "total")]
        if view.value("swap_total"):
            lines.append(self._share(view, width, "swap", "swap_used", "swap_bytes", "swap_total"))
        rest = [
            Fact(name.replace("_", ""), number(value, unit), view.level_of(name))
            for name, unit in UNITS.items()
            if (value := view.value(name)) is not None
        ]
        return (*lines, *grid(rest, width))

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the shares, then the traffic between memory and swap."""
        shares = ("used", "swap_used") if view.value("swap_total") else ("used",)
        plots = (reading_plot(view, "Share", shares, top=100.0),)
        return (*plots, reading_plot(view, "Swapping", ("swap_in", "swap_out"))) if len(shares) > 1 else plots

    def _share(self, view: View, width: int, label: str, share: str, size: str, whole: str) -> Cell:
        value, held, total = view.value(share), view.value(size), view.value(whole)
        text, wide = number(value, "%"), width >= WORDS_FROM
        if held is not None and total is not None:
            whole_text = f" of {number(total, 'B')}" if wide else ""
            text = f"{number(held, 'B')}{whole_text} {text:>6}"
        bar = Bar(label, value, text, thresholds=view.thresholds(share), level=view.level_of(share))
        return draw_bar(bar, width, 4, 26 if wide else 15, ascii_only=view.scene.ascii_only)

"""Owns the panel of Redis servers."""

from __future__ import annotations

from typing import ClassVar

from tui.cell import Cell
from tui.facts import Fact, grid, number
from tui.panel import Panel
from tui.plots import checks_plot, reading_plot
from tui.source import View
from tui.widgets.bar import Bar, draw_bar
from tui.widgets.plot import PlotData

FACTS = {
    "latency": ("latency", "s"),
    "ops": ("ops", "/s"),
    "hit_ratio": ("key hits", "%"),
    "evictions": ("evictions", "/s"),
    "clients": ("clients", ""),
    "blocked_clients": ("blocked", ""),
    "keys": ("keys", ""),
    "last_save": ("last save", "s"),
    "uptime": ("up", "s"),
}


class RedisPanel(Panel):
    """Memory, hits and clients of Redis servers."""

    KINDS: ClassVar[tuple[str, ...]] = ("redis",)
    NAME: ClassVar[str] = "Redis"
    HELP: ClassVar[str] = """\
Memory, as a share of maxmemory, or of the host's where none is set. key hits: reads that found
their key. evictions: keys thrown out because memory was full. last save: time since the last
snapshot on disk."""
    COURSES: ClassVar[tuple[str, ...]] = ("ops", "memory", "clients", "latency")
    EACH: ClassVar[bool] = True

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return memory, then the rest."""
        used, held = view.value("memory_used"), view.value("memory")
        facts = [
            Fact(title, number(value, unit), view.level_of(name))
            for name, (title, unit) in FACTS.items()
            if (value := view.value(name)) is not None
        ]
        if used is None:
            return grid([Fact("memory", number(held, "B"), view.level_of("memory")), *facts], width)
        bar = Bar(
            "memory",
            used,
            f"{number(held, 'B')}  {number(used, '%'):>6}",
            thresholds=view.thresholds("memory_used"),
            level=view.level_of("memory_used"),
        )
        return (draw_bar(bar, width, 6, 17, ascii_only=view.scene.ascii_only), *grid(facts, width))

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return commands, memory and clients: of one server, or of several side by side."""
        if len(view.sources) > 1:
            return (checks_plot(view, "Commands", "ops"), checks_plot(view, "Memory", "memory"))
        return tuple(
            reading_plot(view, title, (name,))
            for title, name in (("Commands", "ops"), ("Memory", "memory"), ("Clients", "clients"))
        )

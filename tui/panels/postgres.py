"""Owns the panel of PostgreSQL servers."""

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
    "active": ("active", ""),
    "idle_in_transaction": ("idle in tx", ""),
    "waiting": ("waiting", ""),
    "hit_ratio": ("cache hits", "%"),
    "commits": ("commits", "/s"),
    "rollback_ratio": ("rollbacks", "%"),
    "longest_query": ("query", "s"),
    "longest_transaction": ("tx", "s"),
    "size": ("size", "B"),
    "idle": ("idle", ""),
    "replay_lag": ("lag", "s"),
    "uptime": ("up", "s"),
}


class PostgresPanel(Panel):
    """Connections, work and size of PostgreSQL servers."""

    KINDS: ClassVar[tuple[str, ...]] = ("postgres",)
    NAME: ClassVar[str] = "PostgreSQL"
    HELP: ClassVar[str] = """\
Connections as a share of what the server allows, and what they do. query, tx: age of the oldest
query and of the oldest transaction that is open. waiting: for a lock. cache hits: blocks found in
shared buffers."""
    COURSES: ClassVar[tuple[str, ...]] = ("connections", "active", "waiting", "commits", "latency")
    EACH: ClassVar[bool] = True

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return connections, then the numbers that tell trouble, then the rest."""
        used, count = view.value("connections_used"), view.value("connections")
        text = number(used, "%") if count is None else f"{count:.0f}  {number(used, '%'):>6}"
        bar = Bar(
            "connections" if width >= 44 else "conn",
            used,
            text,
            thresholds=view.thresholds("connections_used"),
            level=max(
                (view.level_of("connections_used"), view.level_of("connections")),
                key=lambda each: each.severity,
            ),
        )
        facts = [
            Fact(title, number(value, unit), view.level_of(name))
            for name, (title, unit) in FACTS.items()
            if (value := view.value(name)) is not None and (value or name != "replay_lag")
        ]
        line = draw_bar(bar, width, 11 if width >= 44 else 4, 13, ascii_only=view.scene.ascii_only)
        return (line, *grid(facts, width))

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return connections, commits and latency: of one server by what it does, of several side by side."""
        if len(view.sources) > 1:
            return (checks_plot(view, "Connections", "connections"), checks_plot(view, "Latency", "latency"))
        return (
            reading_plot(view, "Sessions", ("connections", "active", "waiting")),
            reading_plot(view, "Work", ("commits",)),
            reading_plot(view, "Answer", ("latency",)),
        )

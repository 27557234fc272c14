"""Owns the panel of the network: traffic of each interface, TCP connections."""

from __future__ import annotations

from typing import ClassVar

from checks.model import Level, worst
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.facts import Fact, grid, number
from tui.lines import fit
from tui.panel import Panel
from tui.plots import busiest, reading_plot
from tui.source import Member, View
from tui.widgets.plot import PlotData

TCP = ("established", "listen", "time_wait")
TROUBLES = ("errors", "drops")


class NetworkPanel(Panel):
    """Traffic of the interfaces."""

    KINDS: ClassVar[tuple[str, ...]] = ("network",)
    NAME: ClassVar[str] = "Network"
    HELP: ClassVar[str] = """\
Each interface: received and sent, and packets with errors or dropped when there are any. Below, TCP
connections: open, waiting for a peer, closed a moment ago."""
    COURSES: ClassVar[tuple[str, ...]] = ("received", "sent", "tcp_established")

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the interfaces, busiest first, and the TCP connections."""
        interfaces = sorted(view.members("received").values(), key=lambda each: _rank(view, each))
        label = min(12, max((len(each.label) for each in interfaces), default=1))
        counts = [(name.replace("_", " "), f"tcp_{name}", "", view.value(f"tcp_{name}")) for name in TCP]
        troubles = [(name, name, "/s", view.sum_of(name)) for name in TROUBLES]
        numbers = grid(
            [
                Fact(title, number(value, unit), view.worst_of(name))
                for title, name, unit, value in (*troubles, *counts)
                if value or (value is not None and name not in TROUBLES)
            ],
            width,
        )
        share = max(1, room - len(numbers)) if room > 2 else room
        return (*(_interface(view, each, width, label) for each in interfaces[:share]), *numbers)

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the traffic of the busiest interface, then the connections."""
        interface = busiest(view, ("received", "sent"), least="lo")
        return (
            reading_plot(view, interface or "Traffic", ("received", "sent"), member=interface),
            reading_plot(view, "TCP", ("tcp_established",), labels={"tcp_established": "established"}),
        )


def _rank(view: View, interface: Member) -> tuple[bool, float]:
    """Return what to sort by: the busiest first, the loopback last."""
    sent = view.members("sent").get(interface.label)
    return interface.label == "lo", -(interface.value + (sent.value if sent else 0.0))


def _interface(view: View, interface: Member, width: int, label: int) -> Cell:
    sent = view.members("sent").get(interface.label)
    labels = interface.reading.labels
    level = worst(tuple(view.level_of(name, labels) for name in ("received", "sent", *TROUBLES)))
    flag = "" if level is Level.OK else f" {level.letter}"
    out = f"  out {number(sent.value, 'B/s'):>10}" if sent else ""
    text = f"in {number(interface.value, 'B/s'):>10}{out}"
    return (
        Piece(fit(interface.label, label) + " ", Tone.MUTED),
        Piece(fit(text, width - label - 1 - len(flag)), Tone.MUTED if interface.stale else Tone.PLAIN),
        Piece(flag, LEVEL_TONE[level]),
    )

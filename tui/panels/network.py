"""Owns the panel of the network: traffic of each interface, TCP connections."""

from __future__ import annotations

from typing import ClassVar

from checks.model import worst
from checks.units import show
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.facts import Fact, grid
from tui.lines import fit
from tui.panel import Panel
from tui.plots import busiest, reading_plot
from tui.source import Member, View
from tui.widgets.plot import PlotData

TCP = ("established", "listen", "time_wait")
RATES = ("received", "sent", "errors", "drops")


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
        sent = view.members("sent")
        interfaces = sorted(
            view.members("received").values(),
            key=lambda each: (
                each.label == "lo",
                -(each.value + sent[each.label].value if each.label in sent else 0),
            ),
        )
        label = min(12, max((len(each.label) for each in interfaces), default=1))
        tcp = [
            Fact(f"tcp {name}".replace("_", " ") if width >= 58 else name.replace("_", " "), show(count, ""))
            for name in TCP
            if (count := view.value(f"tcp_{name}")) is not None
        ]
        connections = grid(tcp, width)
        share = max(1, room - len(connections)) if room > 2 else room
        return (*(self._interface(view, each, width, label) for each in interfaces[:share]), *connections)

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the traffic of the busiest interface, then the connections."""
        interface = busiest(view, ("received", "sent"), least="lo")
        return (
            reading_plot(view, interface or "Traffic", ("received", "sent"), member=interface),
            reading_plot(view, "TCP", ("tcp_established",), labels={"tcp_established": "established"}),
        )

    def _interface(self, view: View, interface: Member, width: int, label: int) -> Cell:
        values = {name: view.members(name).get(interface.label) for name in RATES}
        words = ("in", "out") if width < 60 else ("received", "sent")
        parts = [
            f"{word} {show(each.value, 'B/s'):>10}"
            for word, each in zip(words, (values["received"], values["sent"]), strict=True)
            if each is not None
        ]
        parts += [
            f"{name} {show(each.value, '/s')}"
            for name in ("errors", "drops")
            if (each := values[name]) is not None and each.value
        ]
        level = worst(tuple(view.level_of(name, interface.reading.labels) for name in RATES))
        flag = "" if LEVEL_TONE[level] is Tone.OK else f" {level.letter}"
        return (
            Piece(fit(interface.label, label) + " ", Tone.MUTED),
            Piece(
                fit("  ".join(parts), width - label - 1 - len(flag), right=len(parts) < 3),
                Tone.MUTED if interface.stale else Tone.PLAIN,
            ),
            Piece(flag, LEVEL_TONE[level]),
        )

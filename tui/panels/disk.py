"""Owns the panel of disks: how full each mount is, and what each device reads and writes."""

from __future__ import annotations

from typing import ClassVar

from checks.model import Level
from checks.units import show
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.lines import fit
from tui.panel import Panel
from tui.plots import busiest, members_plot, reading_plot
from tui.source import Member, View
from tui.widgets.bar import Bar, draw_bar
from tui.widgets.plot import PlotData

LABEL_MOST = 18
WORDS_FROM = 50
"""Cells from which numbers are named in the line itself, not only in the help."""


class DiskPanel(Panel):
    """Room and traffic of the disks."""

    KINDS: ClassVar[tuple[str, ...]] = ("disk",)
    NAME: ClassVar[str] = "Disks"
    HELP: ClassVar[str] = """\
Each mount, fullest first: the share that is taken and what ordinary users may still take; inodes
where they are scarcer than room. Each device: read, written, and the share of time in which it had
work."""
    COURSES: ClassVar[tuple[str, ...]] = ("used", "read", "write", "busy")

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return mounts and devices; both get lines as long as there are any."""
        mounts = sorted(view.members("used").values(), key=lambda mount: -mount.value)
        devices = list(view.members("busy").values())
        label = min(LABEL_MOST, max((len(each.label) for each in (*mounts, *devices)), default=1), width // 3)
        share = max(1, room - min(len(devices), max(1, room // 3)))
        lines = [self._mount(view, mount, width, label) for mount in mounts[:share]]
        return (*lines, *(self._device(view, device, width, label) for device in devices))

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the traffic of the busiest device, then the fullest mounts."""
        device = busiest(view, ("read", "write"))
        full = sorted(view.members("used").values(), key=lambda mount: -mount.value)[:3]
        return (
            reading_plot(view, device or "Traffic", ("read", "write"), member=device),
            members_plot(view, "Used", "used", [mount.label for mount in full], top=100.0),
        )

    def _mount(self, view: View, mount: Member, width: int, label: int) -> Cell:
        labels = mount.reading.labels
        free, inodes = (
            view.members("free_bytes").get(mount.label),
            view.members("inodes_used").get(mount.label),
        )
        value, text, name = mount.value, f"{mount.value:.0f} %", "used"
        if inodes is not None and inodes.value > value:
            value, text, name = inodes.value, f"inodes {inodes.value:.0f} %", "inodes_used"
        elif free is not None:
            text = f"{show(free.value, 'B')}{' free' if width >= WORDS_FROM else ''} {text:>5}"
        bar = Bar(
            mount.label,
            value,
            text,
            thresholds=view.thresholds(name, labels),
            level=max(
                (view.level_of(each, labels) for each in ("used", "free", "free_bytes", "inodes_used")),
                key=lambda level: level.severity,
            ),
            muted=mount.stale,
        )
        return draw_bar(
            bar, width, label, 19 if width >= WORDS_FROM else 14, ascii_only=view.scene.ascii_only
        )

    def _device(self, view: View, device: Member, width: int, label: int) -> Cell:
        read, write = (view.members(name).get(device.label) for name in ("read", "write"))
        parts = [
            f"{name} {show(each.value, 'B/s'):>10}" for name, each in (("r", read), ("w", write)) if each
        ]
        level = view.level_of("busy", device.reading.labels)
        if level is not Level.OK or width >= WORDS_FROM:
            parts.insert(0 if width < WORDS_FROM else 2, f"busy {device.value:>3.0f} %")
        flag = level.letter if level is not Level.OK else " "
        return (
            Piece(fit(device.label, label) + " ", Tone.MUTED),
            Piece(fit("  ".join(parts), width - label - 3), Tone.MUTED if device.stale else Tone.PLAIN),
            Piece(f" {flag}", LEVEL_TONE[level]),
        )

"""Owns the table of panels, in the order in which they stand on the Resources screen.

To add a panel: one file in `tui/panels/` and one line here.
"""

from __future__ import annotations

from tui.panel import Panel
from tui.panels.containers import ContainersPanel
from tui.panels.cpu import CpuPanel
from tui.panels.disk import DiskPanel
from tui.panels.load import LoadPanel
from tui.panels.memory import MemoryPanel
from tui.panels.network import NetworkPanel
from tui.panels.postgres import PostgresPanel
from tui.panels.processes import ProcessesPanel
from tui.panels.redis import RedisPanel

PANELS: tuple[type[Panel], ...] = (
    CpuPanel,
    MemoryPanel,
    LoadPanel,
    DiskPanel,
    NetworkPanel,
    PostgresPanel,
    RedisPanel,
    ContainersPanel,
    ProcessesPanel,
)

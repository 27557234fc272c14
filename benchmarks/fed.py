"""The two programs that show what `feed` tells: our console, and a Textual DataTable over the same link.

python -m benchmarks.fed console|table SOCKET
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable

from agent.attach import AttachedLink
from agent.link import Attached, Detached
from checks.board import CheckState, Snapshot
from checks.clock import SystemClock
from tui.app import BEAT
from tui.console import run_console

COLUMNS = ("level", "check", "group", "saw", "took")


class TableApp(App[None]):
    """The obvious console: a DataTable, changed cell by cell, as often as ours is."""

    BINDINGS = [Binding("j", "down", "Down"), Binding("k", "up", "Up")]

    def __init__(self, link: AttachedLink) -> None:
        super().__init__()
        self._link = link
        self._shown: dict[str, CheckState] = {}

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Make the columns and follow the link."""
        table = self.query_one(DataTable)
        for column, width in zip(COLUMNS, (7, 20, 14, 50, 8), strict=True):
            table.add_column(column, key=column, width=width)
        self.run_worker(self._follow())

    async def _follow(self) -> None:
        async with self._link.opened() as link:
            async for event in link.events():
                if isinstance(event, Detached):
                    continue
                if isinstance(event, Attached):
                    await link.pace(1 / BEAT)
                self._show(event.snapshot)
                await asyncio.sleep(BEAT)

    def _show(self, snapshot: Snapshot) -> None:
        table = self.query_one(DataTable)
        for state in snapshot.states:
            cells = (
                state.level,
                state.name,
                "fed",
                state.last.summary,
                f"{state.last.elapsed * 1000:.1f} ms",
            )
            before = self._shown.get(state.name)
            if before is None:
                table.add_row(*cells, key=state.name)
            elif before is not state:
                for column, cell in zip(COLUMNS, cells, strict=True):
                    if table.get_cell(state.name, column) != cell:
                        table.update_cell(state.name, column, cell)
            self._shown[state.name] = state

    def action_down(self) -> None:
        """Move the cursor down."""
        self.query_one(DataTable).action_cursor_down()

    def action_up(self) -> None:
        """Move the cursor up."""
        self.query_one(DataTable).action_cursor_up()


def main() -> None:
    """Run one of the two until it is ended."""
    link = AttachedLink(partial(asyncio.open_unix_connection, Path(sys.argv[2])), SystemClock())
    if sys.argv[1] == "table":
        TableApp(link).run()
    else:
        sys.exit(run_console(link.opened))


if __name__ == "__main__":
    main()

"""Owns the table of a difference from a baseline, the same on every screen."""

from __future__ import annotations

from runbooks.comparison import Comparison
from tui.cell import Cell, Tone, cell
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.windows import difference
from tui.windows.difference import DifferenceLine


class DifferenceTable(LiveTable[DifferenceLine]):
    """What is different, the worst first."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name for it
        """Show nothing yet."""
        super().__init__(
            Column("check", "CHECK", difference.check, most=28, least=8),
            Column("what", "WAS -> IS", lambda line: line.what, most=26),
            Column("by", "BY", lambda line: line.by, most=22, drop=1),
            Column("more", "SEEN", _more, flex=1, least=12, drop=2),
            search=lambda line: f"{line.section} {line.check} {line.more}",
            id=id,
        )

    def compare(self, found: Comparison) -> None:
        """Show this difference."""
        self.show(difference.rows(found))


def _more(line: DifferenceLine) -> Cell:
    return cell(line.more, Tone.MUTED)

"""Owns the first screen: every check, worst first, with what it saw, how old that is, and its trend.

What is not well stands on top whatever its group; below it the rest lies quiet under the groups' names.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.model import Level
from tui.cell import Cell, Tone, cell, text_of
from tui.check_line import CheckLine, age_of, check_lines, level_of, saw_of
from tui.format import amount
from tui.messages import CheckRequested, CopyRequested, DetailOpened
from tui.quiet_dialogs import about_silence, about_trouble
from tui.sparkline import sparkline
from tui.table_screen import CLEAR, FILTER, WAITING, TableScreen
from tui.trend import EMPTY_TREND, LENGTH, Trend
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row

ATTENTION = "needs attention"
UNGROUPED = "other checks"
NO_CHECKS = {False: WAITING, True: "this system has no checks"}
"""What is said in place of checks: before and after the first picture came."""


class HealthScreen(TableScreen[CheckLine]):
    """All checks of the system."""

    NAME = "health"
    TITLE = "Health"
    HELP = """\
Every check, worst first. CRIT: the target is bad. WARN: it works, but not as it should. UNKN: it could not
be measured, which is never a verdict on the target. STALE: the result is too old to count.

The age says when the check was last probed. "1 of 3" is a problem seen once that needs three results in a
row to be confirmed. The trend shows the last results, the newest at the right; its colour is the level.

"In maintenance" is what a window or a walk works on; "silenced" is what somebody wants to hear nothing of. Of
both nobody is told. "Acknowledged" is what somebody sees to. A shows all that, and what people were told."""
    NONE_FITS = "no check fits the filter"
    CHANGES = frozenset({"acknowledge", "silence"})
    BINDINGS = [
        Binding("r", "rerun", "Run", id="check.run", tooltip="Probe the check under the cursor now"),
        Binding("R", "rerun_all", "Run all", id="check.run-all", show=False, tooltip="Probe every check now"),
        Binding("m", "silence", "Silence", id="check.silence", show=False, tooltip="Have nobody told of it"),
        Binding("A", "alerts", "Alerts", id="alerts.open", show=False, tooltip="What people are told"),
        FILTER,
        Binding("a", "acknowledge", "Ack", id="check.ack", tooltip="Say that you see to it, or not"),
        Binding("y", "copy", "Copy", id="table.copy", show=False, tooltip="Copy the row to the clipboard"),
        CLEAR,
    ]

    def __init__(self) -> None:
        """Know no trend yet."""
        super().__init__()
        self._curves: dict[str, tuple[Trend, Cell]] = {}
        """The trends that were drawn, and as what: most are the same at the next picture."""

    def compose_body(self) -> ComposeResult:
        yield LiveTable[CheckLine](
            Column("level", " LEVEL", level_of, width=7, sort=_severity),
            Column("check", "CHECK", _name, most=26, sort=lambda line: line.name.casefold()),
            Column("group", "GROUP", _group, most=14, drop=3),
            Column("saw", "SAW", saw_of, flex=1, least=24),
            Column(
                "took", "TOOK", _took, width=7, drop=2, right=True, sort=lambda line: line.state.last.elapsed
            ),
            Column("age", "AGE", age_of, width=5, right=True, sort=lambda line: line.age),
            Column("trend", "TREND", self._trend, width=LENGTH, drop=1),
            search=_searched,
            id="checks",
        )
        yield FilterBar()

    def rows(self) -> list[Row[CheckLine]]:
        """Return the checks as they are now."""
        return in_order(check_lines(self.system, self.snapshot, self.now))

    def nothing(self) -> str:
        """Return why there is no check."""
        return NO_CHECKS[self.snapshot.number > 0]

    def _trend(self, line: CheckLine) -> Cell:
        trend = self.trends.get(line.info.name, EMPTY_TREND)
        drawn = self._curves.get(line.info.name)
        if drawn is None or drawn[0] is not trend:
            drawn = self._curves[line.info.name] = (trend, sparkline(trend))
        return drawn[1]

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        self.post_message(DetailOpened("check", (event.key,)))

    def action_acknowledge(self) -> None:
        """Ask what is done about the check under the cursor; or why nobody sees to it any more."""
        if (line := self.chosen) is not None:
            dialog = about_trouble(line.info.name, line.state, self.quiet.state)
            if isinstance(dialog, str):
                self.notify(dialog, markup=False)
            else:
                self.app.push_screen(dialog)

    def action_silence(self) -> None:
        """Ask why nobody shall be told of the check under the cursor; or why people shall be again."""
        if (line := self.chosen) is not None:
            self.app.push_screen(about_silence(line.info.name, self.quiet.state))

    def action_alerts(self) -> None:
        """Show what people are told, and what not."""
        self.post_message(DetailOpened("alerts"))

    def action_rerun(self) -> None:
        """Ask for the check under the cursor to be probed."""
        if (line := self.chosen) is not None:
            self.post_message(CheckRequested((line.info.name,)))

    def action_rerun_all(self) -> None:
        """Ask for every check to be probed."""
        self.post_message(CheckRequested())

    def action_copy(self) -> None:
        """Copy the row under the cursor as one line of text."""
        if (line := self.chosen) is not None:
            words = (text_of(part(line)).strip() for part in (level_of, _name, saw_of, age_of))
            self.post_message(CopyRequested("  ".join(words)))


def in_order(lines: Sequence[CheckLine]) -> list[Row[CheckLine]]:
    """Return rows for the checks: what needs attention, worst first, then the rest by group."""
    groups = {name: place for place, name in enumerate(dict.fromkeys(line.info.group for line in lines))}

    def place(line: CheckLine) -> tuple[int, int]:
        return (-line.level.severity if line.probed else 0, groups[line.info.group])

    ordered = sorted(lines, key=place)
    return [Row(line.info.name, line, _section(line)) for line in ordered]


def _section(line: CheckLine) -> str:
    if line.probed and line.level is not Level.OK:
        return ATTENTION
    return line.info.group or UNGROUPED


def _severity(line: CheckLine) -> int:
    return -line.level.severity


def _name(line: CheckLine) -> Cell:
    return cell(line.name, Tone.PLAIN if line.level is Level.OK else Tone.STRONG)


def _group(line: CheckLine) -> Cell:
    return cell(line.info.group, Tone.MUTED)


def _took(line: CheckLine) -> Cell:
    return cell(amount(line.state.last.elapsed, "s") if line.probed else "-", Tone.MUTED)


def _searched(line: CheckLine) -> str:
    words = (line.info.name, line.info.title, line.info.group, line.info.kind, line.level.value)
    return " ".join((*words, line.state.last.summary))

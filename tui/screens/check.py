"""Owns the detail view of one check: state, rules beside values, readings with a plot, results, evidence."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from checks.model import HistoryQuery, Level, Reading, Result
from checks.moments import brief, zone_of
from tui import check_parts as parts
from tui.axes import Threshold
from tui.cell import Cell, Tone, cell
from tui.check_line import CheckLine, check_line
from tui.check_tables import readings_table, results_table, rules_table
from tui.dialogs.incident import OpenIncidentDialog
from tui.messages import (
    CheckRequested,
    CopyRequested,
    DetailOpened,
    HistoryArrived,
    HistoryRequested,
    ResultsArrived,
    ResultsRequested,
)
from tui.quiet_dialogs import about_silence, about_trouble
from tui.quiet_words import about
from tui.screen import ConsoleScreen
from tui.widgets.live_table import LiveTable
from tui.widgets.plot import Course, Plot, PlotData
from tui.widgets.table_rows import Row

RESULTS = 50
NOTHING = {
    "#rules": "no rules: the check's own verdict counts",
    "#readings": "no numbers were measured",
    "#results": "no results yet",
}
"""What is said in place of rows."""
SPAN = 3600.0
"""Seconds that the plot shows."""
PLOT_PACE = 5.0
"""Seconds between two questions for the course that is drawn."""


class CheckScreen(ConsoleScreen):
    """One check, in all that is known of it."""

    TITLE = "Check"
    DETAIL = "check"
    HELP = """\
One check in detail. Rules stand beside the value that they were judged on; "soon" is a rule whose condition
holds, but not yet for long enough. The reading under the cursor is drawn over the last hour.

a acknowledges what is wrong: you see to it, and people are not told of it again. m has nobody told of the
check for a while. Both again take that back. tab goes from part to part."""
    CSS_PATH = "check.tcss"
    AUTO_FOCUS = ""  # a focused part would be centred when the screen gets its size, its title out of sight
    CHANGES = frozenset({"incident", "acknowledge", "silence"})
    BINDINGS = [
        Binding("escape", "back", "Back", id="check.back", tooltip="Back to where you came from"),
        Binding("r", "rerun", "Run", id="check.run", tooltip="Probe this check now"),
        Binding("i", "incident", "Incident", id="check.incident", tooltip="Open an incident about it"),
        Binding("a", "acknowledge", "Ack", id="check.ack", tooltip="Say that you see to it, or not"),
        Binding("m", "silence", "Silence", id="check.silence", tooltip="Have nobody told of it, or again"),
        Binding("y", "copy", "Copy", id="check.copy", tooltip="Copy summary and evidence to the clipboard"),
    ]

    def __init__(self, check: str) -> None:
        """Show the check of that name."""
        super().__init__()
        self._check = check
        self._results: tuple[Result, ...] = ()
        self._chosen = parts.NOTHING_CHOSEN
        self._course: HistoryArrived | None = None
        self._asked_at = 0.0

    def compose_body(self) -> ComposeResult:
        yield Static(id="head", markup=False)
        with VerticalScroll(id="body", can_focus=False):  # whose keys turn the pages of long evidence
            with Vertical(id="numbers"):
                yield Static("Rules", classes="section", id="rules-title")
                yield rules_table()
                yield Static("Readings", classes="section")
                yield readings_table()
                yield Plot()
            with Vertical(id="past"):
                yield Static("Last results", classes="section")
                yield results_table(self._at)
                yield Static("Evidence", classes="section")
                with VerticalScroll(id="evidence-box"):
                    yield Static(id="evidence", markup=False)
                    yield Static("Options", classes="section")
                    yield Static(id="options", markup=False)

    def on_mount(self) -> None:
        """Ask for what was before."""
        self.call_after_refresh(self.query_one("#rules").focus, False)
        self.post_message(ResultsRequested(self, self._check, RESULTS))

    def draw(self) -> None:
        """Show the check as it is now."""
        line = self._line
        if line is None:
            self.query_one("#head", Static).update(Content(f" {self._check}: the agent has no such check"))
            return
        last = line.state.last
        where = zone_of(self.system.timezone)
        quiet = about(self._check, self.quiet.state, self.now, where)
        self._set("#head", parts.headline(line, self.now, where, live=not self.detached, more=quiet))
        self._set("#evidence", parts.evidence(last))
        self._set("#options", parts.options(line))
        verdicts = [Row(verdict.rule, verdict) for verdict in last.verdicts]
        readings = [Row(parts.reading_key(reading), reading) for reading in last.observation.readings]
        if line.probed and all(result.at < last.at for result in self._results):
            self._results = (last, *self._results)[:RESULTS]
        results = [Row(str(result.at), result) for result in self._results]
        for name, rows in (("#rules", verdicts), ("#readings", readings), ("#results", results)):
            table = self.query_one(name, LiveTable)
            table.muted = bool(self.detached)
            table.empty = NOTHING[name]
            table.show(rows)
        self._draw_plot(line)

    def _set(self, name: str, content: Content) -> None:
        """Show it when it differs from what is shown."""
        static = self.query_one(name, Static)
        shown = static.content
        if not (isinstance(shown, Content) and shown.is_same(content)):
            static.update(content)

    @property
    def _line(self) -> CheckLine | None:
        info = next((info for info in self.system.checks if info.name == self._check), None)
        state = next((state for state in self.snapshot.states if state.name == self._check), None)
        return check_line(info, state, self.now) if info and state else None

    def _at(self, result: Result) -> Cell:
        return cell(brief(result.at, self.now, zone_of(self.system.timezone)), Tone.MUTED)

    # The plot

    def _draw_plot(self, line: CheckLine) -> None:
        if not self._chosen.name:
            self._chosen = parts.first_choice(line.state.last)
        if self._chosen.name and self.now - self._asked_at >= PLOT_PACE and not self.detached:
            self._asked_at = self.now
            wish = HistoryQuery(
                self._check, self._chosen.name, self.now - SPAN, self.now, self._chosen.labels, points=240
            )
            self.post_message(HistoryRequested(self, wish))
        series = self._course.series if self._course else ()
        courses = tuple(
            Course(parts.labels_text(each.labels), "abcdefgh"[place % 8], each)
            for place, each in enumerate(series)
        )
        bounds = tuple(
            Threshold(verdict.bound, verdict.level)
            for verdict in line.state.last.verdicts
            if verdict.reading == self._chosen.name
        )
        self.query_one(Plot).show(
            PlotData(
                self._chosen.name,
                courses,
                self._chosen.unit,
                self.now,
                SPAN,
                bounds,
                where=zone_of(self.system.timezone),
            ),
            ascii_only=self.ascii_only,
        )

    @on(LiveTable.Chosen, "#readings")
    def _reading_chosen(self, event: LiveTable.Chosen) -> None:
        row = event.table.selected
        if row is not None:
            reading: Reading = row.value
            self._chosen = parts.Chosen(reading.name, reading.labels, reading.unit)
            self._course, self._asked_at = None, 0.0
            self.ask_draw()

    def on_history_arrived(self, message: HistoryArrived) -> None:
        """Draw the course, unless another was chosen meanwhile."""
        if (message.query.reading, message.query.labels) == (self._chosen.name, self._chosen.labels):
            self._course = message
            self.ask_draw()

    def on_results_arrived(self, message: ResultsArrived) -> None:
        """Show the results before those that came meanwhile."""
        known = {result.at for result in message.results}
        newer = tuple(result for result in self._results if result.at not in known)
        self._results = (*newer, *message.results)[:RESULTS]
        self.ask_draw()

    # Actions

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

    def action_rerun(self) -> None:
        """Ask for this check to be probed."""
        self.post_message(CheckRequested((self._check,)))

    def action_incident(self) -> None:
        """Ask what is wrong, and show the incident."""
        line = self._line
        if line is None:
            return
        name = line.info.title or self._check
        title = "" if line.level is Level.OK else f"{name} is {line.level.value}"
        dialog = OpenIncidentDialog((self._check,), title)

        def opened(result: str | None) -> None:
            if result == "written":
                self.post_message(DetailOpened("incident", (dialog.incident,)))

        self.app.push_screen(dialog, opened)

    def action_acknowledge(self) -> None:
        """Ask what is done about it; or why nobody sees to it any more."""
        state = self._line.state if self._line is not None else None
        dialog = about_trouble(self._check, state, self.quiet.state)
        if isinstance(dialog, str):
            self.notify(dialog, markup=False)
        else:
            self.app.push_screen(dialog)

    def action_silence(self) -> None:
        """Ask why nobody shall be told of it; or why people shall be told again."""
        if self._line is not None:
            self.app.push_screen(about_silence(self._check, self.quiet.state))

    def action_copy(self) -> None:
        """Copy what there is to say of it."""
        if self._line is not None:
            last = self._line.state.last
            said = f"{self._check} {self._line.level.value}: {last.summary}\n{last.observation.detail}"
            self.post_message(CopyRequested(said.strip()))

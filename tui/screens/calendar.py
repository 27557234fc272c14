"""Owns the screen of the calendar: what needs somebody, and day by day what was and what comes."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from runbooks.calendar.state import CalendarNow, Means, Standing, TaskNow
from tui.calendar import rows
from tui.calendar.days import begin_of, day_and_time, day_of
from tui.calendar.month import LEGEND, WIDTH, leaf, marks
from tui.calendar.rows import CalendarLine
from tui.calendar.told import told
from tui.calendar_messages import NO_AGENDA, AgendaArrived, AgendaRequested
from tui.cell import Cell
from tui.dialogs.task import DoneDialog, SkipDialog
from tui.dialogs.text import TextDialog
from tui.format import zone
from tui.lines import Lines
from tui.screen import ConsoleScreen
from tui.walk_messages import PastWalkOpened, PlanOpened
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.page import Page
from tui.widgets.table_columns import Column

DAYS = 14
"""Days that are shown at once."""


class MonthLeaf(Lines):
    """The month of the first day that is shown, or of the one under the cursor."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(id="month")
        self._picture: tuple[Cell, ...] = ()

    def show(self, lines: tuple[Cell, ...]) -> None:
        """Show these lines."""
        if lines != self._picture:
            self._picture = lines
            self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return the leaf."""
        return self._picture[:height]


class CalendarScreen(ConsoleScreen):
    """The agenda."""

    NAME = "calendar"
    TITLE = "Calendar"
    HELP = """\
Windows and recurring tasks. What was missed or is due stands on top; below it each day with what was done and
what comes. Enter goes to what fulfils a task: the plan of its runbook, the walk that did it, or a dialog to
say that it was done. A task that was missed is warned of until it is done, or left out with a reason.

Takes is how long it took, of what was expected; of what is to come, how long it usually takes. At the end
stands what overlaps, and what does not fit into its window."""
    DEFAULT_CSS = f"""
    CalendarScreen #parts {{ height: 1fr; }}
    CalendarScreen #agenda {{ width: 1fr; }}
    CalendarScreen #beside {{ display: none; width: {WIDTH + 3}; padding: 0 0 0 1; }}
    CalendarScreen #beside {{ border-left: solid $foreground 25%; }}
    CalendarScreen #month {{ height: 10; }}
    CalendarScreen #told {{ height: 1fr; }}
    CalendarScreen.-wide #beside {{ display: block; }}
    """
    CHANGES = frozenset({"done", "skip"})
    BINDINGS = [
        Binding("d", "done", "Done", id="calendar.done", tooltip="Say that the task was done"),
        Binding("x", "skip", "Leave out", id="calendar.skip", tooltip="Leave the task out, with a reason"),
        Binding(
            "left_square_bracket",
            "turn(-1)",
            "Earlier",
            id="calendar.earlier",
            show=False,
            tooltip="The two weeks before",
        ),
        Binding(
            "right_square_bracket",
            "turn(1)",
            "Later",
            id="calendar.later",
            show=False,
            tooltip="The two weeks after",
        ),
        Binding("t", "today", "Today", id="calendar.today", show=False, tooltip="Back to today"),
        Binding(
            "r",
            "reload",
            "Reload",
            id="calendar.reload",
            show=False,
            tooltip="Ask the agent for the calendar again",
        ),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "clear", "Clear", id="table.clear", show=False, tooltip="Clear the filter"),
    ]

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self._agenda = NO_AGENDA
        self._problem = ""
        self._turned = 0
        """Two weeks that are shown, counted from today."""
        self._asked: tuple[CalendarNow, date] | None = None
        """What was known when the agenda was asked for, and its first day."""

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="parts"):
            yield LiveTable[CalendarLine](
                Column("when", "WHEN", self._when, least=11, most=16),
                Column("what", "WHAT", rows.what, flex=1, least=20),
                Column("state", "STATE", self._state, least=8, most=22),
                Column("takes", "TAKES", rows.takes, least=5, most=14, right=True, drop=1),
                Column("by", "BY", rows.by, most=16, drop=2),
                search=rows.searched,
                id="agenda",
            )
            with Vertical(id="beside"):
                yield MonthLeaf()
                yield Page(id="told")
        yield FilterBar()

    def on_mount(self) -> None:
        """Have the keys act on the agenda."""
        super().on_mount()
        self._table.focus()

    def draw(self) -> None:
        """Show the calendar, and ask for what is not known of it yet."""
        if not self.now:
            self._table.empty = "waiting for the agent"
            return
        wanted = (self.calendar, self._first)
        if self._asked is None or self._asked[0] is not wanted[0] or self._asked[1] != wanted[1]:
            self._ask()
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        last = self._first + timedelta(days=DAYS - 1)
        table.show(rows.rows(self.calendar, self._agenda, self._first, last, self._today, self._where))
        self._draw_beside()

    def _draw_beside(self) -> None:
        """Show the month and what is under the cursor, where there is room for it."""
        if not self.has_class("-wide"):
            return
        line = self._line
        chosen = day_of(line.about, self._where) if line is not None and line.about else None
        about = chosen or self._first
        drawn = leaf(about.year, about.month, marks(self._agenda.entries, self._where), self._today, chosen)
        self.query_one(MonthLeaf).show((*drawn, *[()] * (9 - len(drawn)), LEGEND))
        self.query_one("#told", Page).show(told(line, self.now, self._where) if line is not None else ())

    def _ask(self) -> None:
        if self.detached or not self.snapshot.at:
            return
        self._asked = (self.calendar, self._first)
        start = self._first.replace(day=1)
        end = max(self._first + timedelta(days=DAYS), (start + timedelta(days=31)).replace(day=1))
        self.post_message(AgendaRequested(self, begin_of(start, self._where), begin_of(end, self._where)))

    @property
    def _where(self) -> tzinfo | None:
        return zone(self.system.timezone)

    @property
    def _today(self) -> date:
        return day_of(self.now, self._where)

    @property
    def _first(self) -> date:
        return self._today + timedelta(days=DAYS * self._turned)

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#agenda", LiveTable)

    @property
    def _line(self) -> CalendarLine | None:
        row = self._table.selected
        line: CalendarLine | None = row.value if row is not None else None
        return line

    def _when(self, line: CalendarLine) -> Cell:
        return rows.when(line, self._where)

    def _state(self, line: CalendarLine) -> Cell:
        return rows.state(line, self.now)

    def _empty(self) -> str:
        if self._table.query_text:
            return "nothing fits the filter"
        if self._problem:
            return said(self._problem)
        if self._agenda is NO_AGENDA:
            return "waiting for the agent"
        return "nothing is planned in these two weeks"

    def watch_calendar(self) -> None:
        """Draw how the tasks stand."""
        self.ask_draw()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._asked = None

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._asked = None
        super().watch_detached()

    def on_agenda_arrived(self, answer: AgendaArrived) -> None:
        """Show the agenda."""
        self._problem = answer.problem
        if not answer.problem:
            self._agenda = answer.agenda
        self.ask_draw()

    @on(LiveTable.Chosen)
    def _chosen(self) -> None:
        self.ask_draw()

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        """Go to what fulfils a task; tell of what has no other place."""
        line = self._line
        if line is None:
            return
        walked = line.task is not None and line.task.means is Means.RUNBOOK
        if walked and line.entry is not None and line.entry.walk:
            self.post_message(PastWalkOpened(line.entry.walk))
            return
        past = line.entry is not None and line.entry.standing not in (Standing.COMING, *rows.NEEDS)
        if line.task is None or past:
            heading = "does not go together" if line.warning else "in the calendar"
            self.app.push_screen(TextDialog(heading, told(line, self.now, self._where)))
        elif line.task.means is Means.RUNBOOK:
            self.post_message(PlanOpened(line.task.target))
        elif not self.only_looks():
            self._ask_done(line.task)

    def _ask_done(self, task: TaskNow) -> None:
        self.app.push_screen(DoneDialog(task, told(CalendarLine(task), self.now, self._where)[1:]))

    def action_done(self) -> None:
        """Ask whether the task was done."""
        if (line := self._line) is not None and line.task is not None:
            self._ask_done(line.task)

    def action_skip(self) -> None:
        """Ask why the task is left out."""
        if (line := self._line) is not None and line.task is not None:
            task = line.task
            when = day_and_time(task.start, self._where)
            self.app.push_screen(SkipDialog(task, when, told(CalendarLine(task), self.now, self._where)[1:]))

    def action_turn(self, by: int) -> None:
        """Show the two weeks before, or after."""
        self._turned += by
        self.ask_draw()

    def action_today(self) -> None:
        """Show the two weeks that begin today."""
        self._turned = 0
        self.ask_draw()

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_clear(self) -> None:
        """Show all again."""
        self.query_one(FilterBar).action_clear()

    def action_reload(self) -> None:
        """Ask for the calendar again."""
        self._asked = None
        self.ask_draw()

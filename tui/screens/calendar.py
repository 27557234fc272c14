"""Owns the screen of the calendar: what needs somebody, and day by day what was and what comes."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from checks.moments import spoken, zone_of
from runbooks.calendar.state import CalendarNow, Means, Standing, TaskNow
from tui.calendar import rows as lines
from tui.calendar.days import begin_of, day_of
from tui.calendar.month import LEGEND, WIDTH, leaf, marks
from tui.calendar.rows import CalendarLine
from tui.calendar.told import told
from tui.calendar_messages import NO_AGENDA, AgendaArrived, AgendaRequested
from tui.cell import Cell, Tone
from tui.checklist_messages import ListsArrived, ListsRequested
from tui.dialogs.checklist import OpenListDialog
from tui.dialogs.task import DoneDialog, SkipDialog
from tui.dialogs.text import TextDialog
from tui.lines import Lines
from tui.messages import DetailOpened
from tui.paragraph import prose
from tui.table_screen import FILTER, WAITING, AskedTableScreen
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.page import Page
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row
from tui.widgets.walk_lines import AskedBar

DAYS = 14
"""Days that are shown at once."""
MOST_OF_CLASHES = 3
"""Lines that may say on top what does not go together."""
ROOMY = 20
"""Lines of a terminal from which on it may take more than one."""


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


class CalendarScreen(AskedTableScreen[CalendarLine]):
    """The agenda."""

    NAME = "calendar"
    TITLE = "Calendar"
    HELP = """\
Windows and recurring tasks. What was missed or is due stands on top; below it each day with what was done and
what comes. Enter goes to what fulfils a task: the plan of its runbook, its checklist, what did it, or a
dialog to say that it was done. A task that was missed is warned of until it is done, or left out with a
reason.

Takes is how long it took, of what was expected; of what is to come, how long it usually takes. What
overlaps, and what does not fit into its window, is warned of on top; all of it stands at the end (G)."""
    DEFAULT_CSS = f"""
    CalendarScreen #parts {{ height: 1fr; }}
    CalendarScreen #agenda {{ width: 1fr; }}
    CalendarScreen #beside {{ display: none; width: {WIDTH + 3}; padding: 0 0 0 1; }}
    CalendarScreen #beside {{ border-left: solid $foreground 25%; }}
    CalendarScreen #month {{ height: 10; }}
    CalendarScreen #told {{ height: 1fr; }}
    CalendarScreen.-wide #beside {{ display: block; }}
    """
    NONE_FITS = "nothing fits the filter"
    NONE = "nothing is planned in these two weeks"
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
        FILTER,
        Binding("escape", "clear", "Clear", id="table.clear", show=False, tooltip="Clear the filter"),
    ]

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self._agenda = NO_AGENDA
        self._list = ""
        """The checklist that is to be opened."""
        self._turned = 0
        """Two weeks that are shown, counted from today."""
        self._on_task = False
        """Whether the cursor is on a task."""

    def compose_body(self) -> ComposeResult:
        yield AskedBar()
        with Horizontal(id="parts"):
            yield LiveTable[CalendarLine](
                Column("when", "WHEN", self._when, least=11, most=16),
                Column("what", "WHAT", lines.what, flex=1, least=20),
                Column("state", "STATE", self._state, least=8, most=22),
                Column("takes", "TAKES", lines.takes, least=5, most=14, right=True, drop=1),
                Column("by", "BY", lines.by, most=16, drop=2),
                search=lines.searched,
                id="agenda",
            )
            with Vertical(id="beside"):
                yield MonthLeaf()
                yield Page(id="told")
        yield FilterBar()

    def on_mount(self) -> None:
        """Have the keys act on the agenda."""
        super().on_mount()
        self.table.focus()

    def question(self) -> AgendaRequested:
        """Return the wish for the agenda of the two weeks and of the whole month that they begin in."""
        start = self._first.replace(day=1)
        end = max(self._first + timedelta(days=DAYS), (start + timedelta(days=31)).replace(day=1))
        return AgendaRequested(self, begin_of(start, self._where), begin_of(end, self._where))

    def basis(self) -> tuple[CalendarNow, date]:
        """Return how the tasks stand, and the first day that is shown."""
        return self.calendar, self._first

    def rows(self) -> list[Row[CalendarLine]]:
        """Return what needs somebody, and the days."""
        last = self._first + timedelta(days=DAYS - 1)
        return lines.rows(self.calendar, self._agenda, self._first, last, self._today, self._where)

    def draw(self) -> None:
        """Show the calendar, once it is known what day it is."""
        if not self.now:
            self.table.empty = WAITING
            return
        super().draw()
        on_task = (line := self.chosen) is not None and line.task is not None
        if on_task != self._on_task:
            self._on_task = on_task
            self.refresh_bindings()
        self._draw_clashes()
        self._draw_beside()

    def _draw_clashes(self) -> None:
        """Show above everything that something does not go together, when it is so."""
        bar, clashes = self.query_one(AskedBar), lines.clashes(self.calendar)
        bar.display = bool(clashes)
        if clashes:
            bar.show((clashes,), self.size.width, most=MOST_OF_CLASHES if self.size.height >= ROOMY else 1)

    def _draw_beside(self) -> None:
        """Show the month and what is under the cursor, where there is room for it."""
        if not self.has_class("-wide"):
            return
        line = self.chosen
        chosen = day_of(line.about, self._where) if line is not None and line.about else None
        about = chosen or self._first
        drawn = leaf(about.year, about.month, marks(self._agenda.entries, self._where), self._today, chosen)
        self.query_one(MonthLeaf).show((*drawn, *[()] * (9 - len(drawn)), LEGEND))
        self.query_one("#told", Page).show(told(line, self.now, self._where) if line is not None else ())

    @property
    def _where(self) -> tzinfo | None:
        return zone_of(self.system.timezone)

    @property
    def _today(self) -> date:
        return day_of(self.now, self._where)

    @property
    def _first(self) -> date:
        return self._today + timedelta(days=DAYS * self._turned)

    def _when(self, line: CalendarLine) -> Cell:
        return lines.when(line, self._where)

    def _state(self, line: CalendarLine) -> Cell:
        return lines.state(line, self.now)

    def watch_calendar(self) -> None:
        """Draw how the tasks stand."""
        self.ask_draw()

    def on_agenda_arrived(self, answer: AgendaArrived) -> None:
        """Show the agenda."""
        if self.answered(answer.problem):
            self._agenda = answer.agenda

    @on(LiveTable.Chosen)
    def _moved(self) -> None:
        self.ask_draw()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys about a task where the cursor is on none."""
        if action not in self.CHANGES:
            return True
        return self._on_task

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        """Go to what fulfils a task; tell of what has no other place."""
        line = self.chosen
        if line is None:
            return
        listed = line.task is not None and line.task.means is Means.CHECKLIST
        if listed and line.entry is not None and line.entry.walk:
            self.post_message(DetailOpened("checklist", (line.entry.walk,)))
            return
        walked = line.task is not None and line.task.means is Means.RUNBOOK
        if walked and line.entry is not None and line.entry.walk:
            self.post_message(DetailOpened("past_walk", (line.entry.walk,)))
            return
        past = line.entry is not None and line.entry.standing not in (Standing.COMING, *lines.NEEDS)
        if line.task is None or past:
            heading = "does not go together" if line.warning else "in the calendar"
            self.app.push_screen(TextDialog(heading, told(line, self.now, self._where)))
        elif line.task.means is Means.RUNBOOK:
            self.post_message(DetailOpened("plan", (line.task.target,)))
        elif line.task.means is Means.CHECKLIST:
            self._open_list(line.task.target)
        elif not self.only_looks():
            self._ask_done(line.task)

    def _open_list(self, name: str) -> None:
        """Go to the list of that name; where none is open, have it opened."""
        going = next((each for each in self.checklists.open if each.plan.name == name), None)
        if going is not None:
            self.post_message(DetailOpened("checklist", (going.id,)))
        elif not self.detached and not self.only_looks():
            self._list = name
            self.post_message(ListsRequested(self))

    def on_lists_arrived(self, answer: ListsArrived) -> None:
        """Ask whether the list that was chosen is to be opened."""
        plan = next((one for one in answer.lists.plans if one.name == self._list), None)
        if plan is None:
            problem = answer.problem or f"there is no usable list {self._list}"
            self.app.push_screen(TextDialog("not opened", (prose(said(problem), Tone.WARN),)))
            return

        def opened(result: str | None) -> None:
            if result:
                self.post_message(DetailOpened("checklist", (result,)))

        self.app.push_screen(OpenListDialog(plan), opened)

    def _ask_done(self, task: TaskNow) -> None:
        self.app.push_screen(DoneDialog(task, told(CalendarLine(task), self.now, self._where)[1:]))

    def action_done(self) -> None:
        """Ask whether the task was done."""
        if (line := self.chosen) is not None and line.task is not None:
            self._ask_done(line.task)

    def action_skip(self) -> None:
        """Ask why the task is left out."""
        if (line := self.chosen) is not None and line.task is not None:
            task = line.task
            when = spoken(task.start, self._where)
            self.app.push_screen(SkipDialog(task, when, told(CalendarLine(task), self.now, self._where)[1:]))

    def action_turn(self, by: int) -> None:
        """Show the two weeks before, or after."""
        self._turned += by
        self.ask_draw()

    def action_today(self) -> None:
        """Show the two weeks that begin today."""
        self._turned = 0
        self.ask_draw()

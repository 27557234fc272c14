"""Owns the second screen: what the machine, its containers, databases and caches are doing, in panels.

It folds snapshots into courses and hands both to the panels that can be seen. There is no second collector:
every number is a reading of a check. A panel whose kinds have no check is absent.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from checks.board import SystemInfo
from checks.model import HistoryQuery
from checks.moments import zone_of
from tui.arrangement import arrange, columns_for
from tui.messages import CheckRequested, DetailOpened, HistoryArrived, HistoryRequested
from tui.panel import Panel
from tui.panel_registry import PANELS
from tui.screen import ConsoleScreen
from tui.series import NO_COURSES, Courses, fold, seed
from tui.source import NO_SYSTEM, Scene, sources

SPANS = (300.0, 900.0, 3600.0, 6 * 3600.0)
"""Seconds that plots may show."""
POINTS = 400
WANTED = frozenset((kind, reading) for panel in PANELS for kind in panel.KINDS for reading in panel.COURSES)
"""Kinds and readings whose courses are kept."""
HELP = """\
Each panel shows the newest readings of the checks of one kind, their level and age, and how they went. Dashed
lines and the letters W and C are the bounds that the rules of the checks set; a letter after a number is the
level that a rule gives it. A gap in a plot means that nothing was measured then.

"""


class ResourcesScreen(ConsoleScreen):
    """Panels of the resources of the system."""

    NAME = "resources"
    TITLE = "Resources"
    HELP = HELP + "\n\n".join(f"{panel.NAME}. {panel.HELP}" for panel in PANELS)
    CSS_PATH = "resources.tcss"
    BINDINGS = [
        Binding("enter", "enlarge", "Enlarge", id="panel.enlarge", tooltip="Show this panel alone"),
        Binding("escape", "all", "All", id="panel.all", tooltip="Show all panels again"),
        Binding("right_square_bracket,j", "move(1)", "Next", id="panel.next", tooltip="Go to the next panel"),
        Binding(
            "left_square_bracket,k",
            "move(-1)",
            "Previous",
            id="panel.previous",
            tooltip="Go to the panel before",
        ),
        Binding("plus", "span(1)", "Longer", id="plot.longer", tooltip="Have plots show more time"),
        Binding("minus", "span(-1)", "Shorter", id="plot.shorter", tooltip="Have plots show less time"),
        Binding("r", "rerun", "Run now", id="panel.run", tooltip="Probe the checks of this panel now"),
        Binding(
            "d", "open", "Details", id="panel.open", show=False, tooltip="Open the worst check of this panel"
        ),
    ]

    alone: var[bool] = var(False)
    """The operator wants to see one panel."""
    span: var[float] = var(SPANS[1])
    """Seconds that plots show."""

    def __init__(self) -> None:
        """Know no course yet."""
        super().__init__()
        self._courses: Courses = NO_COURSES
        self._folded = NO_SYSTEM
        """The system whose courses these are."""
        self._asked: tuple[SystemInfo, float] | None = None
        """For what the history was last asked; None when it must be asked."""
        self._queries: list[HistoryQuery] = []
        """What is still to be asked; the first is under way."""

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(id="panels", can_focus=False):
            for panel in PANELS:
                yield panel()
        yield Static(_absent(self.system), id="absent", markup=False)

    def draw(self) -> None:
        """Show the newest values in the panels that can be seen."""
        self._ask_history()
        self._arrange()
        scene = Scene(
            self.system,
            self.snapshot,
            self._courses,
            self.now or self.snapshot.at,
            self.span,
            zone_of(self.system.timezone),
            self.ascii_only,
            not self.detached,
        )
        for panel in self._panels():
            if panel.display:
                panel.scene = scene

    # What is shown

    def _panels(self) -> list[Panel]:
        """Return the panels that have a check, in their order."""
        kinds = {info.kind for info in self.system.checks}
        return [panel for panel in self.query(Panel) if kinds & set(panel.KINDS)]

    def _current(self) -> Panel | None:
        """Return the panel that the keys act on."""
        panels = self._panels()
        return self.focused if self.focused in panels else next(iter(panels), None)

    @property
    def _is_alone(self) -> bool:
        return self.alone or columns_for(*self._room) == 1

    @property
    def _room(self) -> tuple[int, int]:
        size = self.query_one("#panels").size
        return size.width, size.height

    def _arrange(self) -> None:
        """Give each panel its place; a panel that cannot be seen costs nothing."""
        grid, absent = self.query_one("#panels"), self.query_one("#absent", Static)
        present, current = self._panels(), self._current()
        grid.display, absent.display = bool(present), not present
        if not present:
            absent.update(_absent(self.system))
            return
        shown = [current] if self._is_alone and current is not None else present
        places = arrange(len(shown), *self._room)
        grid.styles.grid_size_columns = places.columns
        grid.styles.grid_size_rows = len(places.heights)
        grid.styles.grid_rows = " ".join(map(str, places.heights))
        for panel in self.query(Panel):
            panel.display = panel in shown
        for panel, span in zip(shown, places.spans, strict=True):
            panel.styles.column_span = span
            panel.place = f"{present.index(panel) + 1} of {len(present)}" if self._is_alone else ""
        if current is not None and self.focused is not current:
            current.focus(scroll_visible=False)

    def on_resize(self, event: events.Resize) -> None:
        """Find places for the new size, once it is known."""
        self.call_after_refresh(self.ask_draw)

    # Courses

    def watch_snapshot(self) -> None:
        """Keep the courses, also while hidden, so that nothing that was measured is missing later."""
        self._courses = fold(self._courses, self.system, self.snapshot, WANTED)
        super().watch_snapshot()

    def watch_system(self) -> None:
        """Forget the courses of another system."""
        if self._folded != self.system:
            self._courses, self._folded = NO_COURSES, self.system
        super().watch_system()

    def watch_detached(self) -> None:
        """Ask for what was missed, once an agent answers again."""
        if self.detached:
            self._asked = None
        super().watch_detached()

    def _ask_history(self) -> None:
        """Ask, once for each system and span, how the readings went before this console looked."""
        wish = (self.system, self.span)
        if self.detached or not self.snapshot.at or self._asked == wish:
            return
        self._asked = wish
        until = self.snapshot.at
        self._queries = [
            HistoryQuery(info.name, reading, until - self.span * 1.05, until, points=POINTS)
            for info in self.system.checks
            for kind, reading in sorted(WANTED)
            if kind == info.kind
        ]
        self._ask_next()

    def _ask_next(self) -> None:
        """Ask one thing after another: a newer question would cancel the one before."""
        if self._queries:
            self.post_message(HistoryRequested(self, self._queries[0]))

    def on_history_arrived(self, answer: HistoryArrived) -> None:
        """Put the stored course behind what was seen, and go on asking."""
        if not self._queries or answer.query != self._queries[0]:
            return
        every = next((info.every for info in self.system.checks if info.name == answer.query.check), 30.0)
        self._courses = seed(self._courses, answer.series, every)
        self._queries = [] if answer.problem else self._queries[1:]
        self._ask_next()
        self.ask_draw()

    # Keys

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Hide the keys that have nothing to do."""
        if not self.is_mounted:
            return True
        narrow = columns_for(*self._room) == 1
        if action == "enlarge":
            return not self._is_alone
        if action == "all":
            return self.alone and not narrow
        return True

    def action_enlarge(self) -> None:
        """Show the panel alone."""
        self.alone = True

    def action_all(self) -> None:
        """Show all panels."""
        self.alone = False

    def watch_alone(self) -> None:
        """Find the new places."""
        self.refresh_bindings()
        self.ask_draw()

    def action_move(self, by: int) -> None:
        """Go to another panel; after the last comes the first."""
        present, current = self._panels(), self._current()
        if current is None:
            return
        target = present[(present.index(current) + by) % len(present)]
        target.display = True
        target.focus()
        self.ask_draw()

    def action_span(self, by: int) -> None:
        """Show more time, or less."""
        place = SPANS.index(self.span) + by
        self.span = SPANS[max(0, min(len(SPANS) - 1, place))]
        self.ask_draw()

    def action_rerun(self) -> None:
        """Probe what the panel shows."""
        if names := self._current_checks():
            self.post_message(CheckRequested(names))

    def action_open(self) -> None:
        """Open the worst check of the panel."""
        if names := self._current_checks():
            self.post_message(DetailOpened("check", (names[0],)))

    def _current_checks(self) -> tuple[str, ...]:
        current = self._current()
        if current is None:
            return ()
        scene = Scene(self.system, self.snapshot)
        return tuple(source.info.name for source in sources(scene, current.KINDS))


def _absent(system: SystemInfo) -> Content:
    """Return why there is nothing to see."""
    if not system.checks:
        return Content("Nothing is known yet: no agent has answered.")
    kinds = ", ".join(kind for panel in PANELS for kind in panel.KINDS)
    return Content(
        f"No check of this system measures a resource.\n\nKinds that are shown here: {kinds}.\n"
        "Add one to the system's checks, or start without a system to watch this machine."
    )

"""Owns the parts of the walk's screen and how many there is room for: steps, one large, its output, guards.

Three columns where there is width for them, two without the guards, else one part at a time.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from runbooks.walk import Status, StepState
from tui.dialog_box import LEAST_HEIGHT, LEAST_WIDTH
from tui.walks.guards import Watch
from tui.walks.step import heading, step_text
from tui.walks.view import WalkView
from tui.walks.words import number_of, usual_of
from tui.widgets.page import Page
from tui.widgets.step_list import StepList
from tui.widgets.walk_lines import GuardLine, GuardPanel, OutputTail, TitleLine

PARTS = ("step", "output", "steps", "guards")
"""What is shown one at a time where there is not the room for more."""
TWO, THREE = 76, 100
"""Cells from which steps stand beside the current one, and then guards too."""
LOW = 20
"""Lines below which one part is shown at a time."""


class WalkParts(Vertical):
    """All of an open walk but what is asked."""

    DEFAULT_CSS = """
    WalkParts {
        height: 1fr;
        & #too-small {
            display: none;
            width: 1fr;
            height: 1fr;
            content-align: center middle;
            text-align: center;
        }
        & #columns { height: 1fr; }
        & #middle { width: 1fr; height: 100%; border-left: solid $foreground 25%; }
        & #steps { width: 30%; min-width: 28; max-width: 46; height: 100%; }
        & #guards {
            width: 25%;
            min-width: 27;
            max-width: 44;
            height: 100%;
            border-left: solid $foreground 25%;
        }
        & #step { height: 1fr; padding: 0 0 0 1; }
        & #output { height: 1fr; }
        & #guard-line { display: none; }
        &.-says #step { height: auto; max-height: 60%; }

        &.-two #guards { display: none; }
        &.-two #guard-line { display: block; }

        &.-one #steps, &.-one #guards { display: none; width: 1fr; max-width: 100%; border: none; }
        &.-one #middle { display: none; border: none; }
        &.-one.-part-steps #steps, &.-one.-part-guards #guards { display: block; }
        &.-one.-part-step #middle, &.-one.-part-output #middle { display: block; }
        &.-one.-part-step #output { display: none; }
        &.-one.-part-step #step { height: 1fr; max-height: 100%; }
        &.-one.-part-output #step, &.-one.-part-output #step-title { display: none; }
        &.-one #guard-line { display: block; }
        &.-one.-part-guards #guard-line { display: none; }

        &.-small #columns, &.-small #guard-line { display: none; }
        &.-small #too-small { display: block; }
    }
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self._part = PARTS[0]
        self._drawn = ""
        """Id of the step that is shown large."""
        self._page_of: tuple[object, ...] = ()
        """What the step that is shown large was made of."""

    def compose(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)
        with Horizontal(id="columns"):
            yield StepList()
            with Vertical(id="middle"):
                yield TitleLine(id="step-title")
                yield Page(id="step")
                yield OutputTail()
            yield GuardPanel()
        yield GuardLine()

    @property
    def part(self) -> str:
        """Return the part that is shown where only one is."""
        return self._part

    @property
    def is_small(self) -> bool:
        """Return whether there is not the room to decide anything."""
        return self.has_class("-small")

    # What is in them

    def show_guards(self, watch: Watch) -> None:
        """Show how the guards are."""
        self.query_one(GuardPanel).show(watch)
        self.query_one(GuardLine).show(watch)

    def show(self, view: WalkView, now: float, *, muted: bool) -> None:
        """Show how the walk stands; `muted` while no agent answers."""
        state = view.state
        self.query_one(StepList).show(view.opened, state.id if state else "", now, view.elsewhere)
        if state is None:
            self.query_one("#step", Page).show(())
        else:
            self._show_step(view, state)
            self._show_output(view, state, muted)

    def _show_step(self, view: WalkView, state: StepState) -> None:
        walk, page = view.opened.walk, self.query_one("#step", Page)
        left, right = heading(walk, state, number_of(walk, state.id))
        title = "".join(piece.text for piece in left)
        self.query_one(TitleLine).show(title, right, focused=page.has_focus)
        usual = usual_of(walk.plan.step(state.id), view.opened.live.usual)
        if self._page_of != (state, walk.values, walk.over, usual):
            self._page_of = (state, walk.values, walk.over, usual)
            page.show(step_text(walk, state, usual))
        if state.id != self._drawn:
            self._drawn = state.id
            page.begin()

    def _show_output(self, view: WalkView, state: StepState, muted: bool) -> None:
        live = view.opened.live
        running = live.step == state.id and bool(live.running)
        says = running and bool(live.output or state.status is Status.STARTED)
        self.set_class(says, "-says")
        output = self.query_one(OutputTail)
        output.display = says if self._part != "output" or not self.has_class("-one") else True
        output.show(live.output, live.output_bytes, muted=muted)

    # Which of them are shown

    def fit(self, size: Size) -> None:
        """Show as many parts as there is room for in a terminal of that size."""
        width, height = size
        one = width < TWO or height < LOW
        self.set_class(width < LEAST_WIDTH or height < LEAST_HEIGHT, "-small")
        self.set_class(one, "-one")
        self.set_class(not one and width < THREE, "-two")
        self.query_one("#too-small", Static).update(
            Content(
                f"{width}x{height} is too small to decide anything\nmake it {LEAST_WIDTH}x{LEAST_HEIGHT}; "
                "the walk goes on meanwhile"
            )
        )
        self._show_part()

    def go(self, by: int) -> None:
        """Go to another part: show it where only one is shown, else have the keys act on it."""
        if self.has_class("-one"):
            self._part = PARTS[(PARTS.index(self._part) + by) % len(PARTS)]
            self._show_part()
        else:
            page, steps = self.query_one("#step"), self.query_one("#steps")
            (page if steps.has_focus else steps).focus()

    def come_back(self) -> None:
        """Have the keys act on the step that is shown large."""
        self.query_one("#step").focus()

    def _show_part(self) -> None:
        for part in PARTS:
            self.set_class(part == self._part, f"-part-{part}")
        focus = {"step": "#step", "steps": "#steps"}.get(self._part)
        if focus and self.has_class("-one") and not self.is_small:
            self.query_one(focus).focus()

"""Owns the screen of an open walk: its steps, the current one large, guards, output, and what is asked.

It shows; what is decided is asked in dialogs, and what they decide goes to the agent. A console that does not
hold the walk sees all the same, and may take it over.
"""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from runbooks.decisions import VerifyAgain
from runbooks.walk import Status, StepState, Walk
from tui.cell import Cell, Piece, Tone
from tui.dialog_box import LEAST_HEIGHT, LEAST_WIDTH
from tui.dialogs.note import NoteDialog
from tui.format import zone
from tui.messages import DetailOpened
from tui.screen import ConsoleScreen
from tui.walk_dialog import WalkDialog
from tui.walk_dialogs import dialog_for
from tui.walk_messages import DecisionMade, DecisionTaken, WalkLeft
from tui.walks.approval import standing
from tui.walks.asked import Phase, asked, phase_of
from tui.walks.guards import watch
from tui.walks.may import may
from tui.walks.open_walk import OpenWalk
from tui.walks.step import heading, step_text
from tui.walks.words import number_of, usual_of
from tui.widgets.page import Page
from tui.widgets.step_list import StepList
from tui.widgets.walk_lines import AskedBar, GuardLine, GuardPanel, OutputTail, TitleLine

PARTS = ("step", "output", "steps", "guards")
"""What is shown one at a time where there is not the room for more."""
TWO, THREE = 76, 100
"""Cells from which steps stand beside the current one, and then guards too."""
TICKING = (Phase.RUNS, Phase.OVERDUE, Phase.VERIFIES, Phase.APPROVAL)
"""Phases in which a clock goes on."""
LOW = 20
"""Lines below which one part is shown at a time."""


class WalkScreen(ConsoleScreen):
    """An open walk."""

    DETAIL = "walk"
    TITLE = "Walk"
    STAYS = True
    HELP = """\
One walk. The steps stand at the left with how long they took or usually take; the current one is shown large:
exactly what it will do, where and as whom, what must be true afterwards and how it is undone. Nothing is run
before you have read it to its end and confirmed it. The line above the keys says what is asked.

tab goes from part to part; in the steps, up and down show another step large, escape comes back to the
current one. What runs goes on without this console. Who holds the walk decides; all others watch. H hands it
over with the state of things; T takes it. A step that another user has to approve waits for him: he reads the
same action and approves it by a, for ten minutes."""
    CSS_PATH = "walk.tcss"
    AUTO_FOCUS = "#step"
    BINDINGS = [
        Binding(
            "enter", "ask('answer')", "Answer", id="walk.answer", tooltip="Look at what is asked, and answer"
        ),
        Binding(
            "o", "ask('go_on')", "Go on", id="walk.go-on", tooltip="End a pause, or set the window aside"
        ),
        Binding("t", "ask('retry')", "Try again", id="walk.retry", tooltip="Make a new attempt at the step"),
        Binding(
            "v", "verify", "Verify", id="walk.verify", tooltip="Look again whether it did what it should"
        ),
        Binding("s", "ask('skip')", "Skip", id="walk.skip", tooltip="Leave the step out, or let it pass"),
        Binding("x", "ask('end')", "End it", id="walk.end", tooltip="End the program that runs"),
        Binding("b", "ask('back')", "Roll back", id="walk.back", tooltip="Roll back: shows what that means"),
        Binding("S", "ask('stop')", "Stop", id="walk.stop", tooltip="End the walk where it is"),
        Binding("T", "ask('take_over')", "Take over", id="walk.take-over", tooltip="Decide from here on"),
        Binding(
            "a",
            "ask('approve')",
            "Approve",
            id="walk.approve",
            tooltip="Approve what another is about to run",
        ),
        Binding("n", "note", "Note", id="walk.note", tooltip="Write something into the journal"),
        Binding("e", "evidence", "Evidence", id="walk.evidence", tooltip="See what the step has left"),
        Binding(
            "H",
            "ask('hand_over')",
            "Hand over",
            id="walk.hand-over",
            tooltip="Pass the walk on with the state of things, or keep it",
        ),
        Binding("tab", "next_part(1)", "Part", id="walk.part", show=False, tooltip="Go to the next part"),
        Binding(
            "shift+tab",
            "next_part(-1)",
            "Part before",
            id="walk.part-before",
            show=False,
            tooltip="Go to the part before",
        ),
        Binding("escape", "leave", "Leave", id="walk.leave", show=False, tooltip="To the current step; back"),
    ]

    def __init__(self, walk: str) -> None:
        """Show the walk of that id."""
        super().__init__()
        self._walk = walk
        self._looked = ""
        """Id of the step that is looked at; empty: the current one."""
        self._drawn = ""
        """Id of the step that is shown large."""
        self._part = PARTS[0]
        self._how: tuple[object, ...] = ()
        """What was drawn last: all but the guards, and clocks that go on."""
        self._page_of: tuple[object, ...] = ()
        """What the step that is shown large was made of."""
        self._dialog: WalkDialog | None = None

    def compose_body(self) -> ComposeResult:
        yield Static(id="too-small", markup=False)
        with Horizontal(id="parts"):
            yield StepList()
            with Vertical(id="middle"):
                yield TitleLine(id="step-title")
                yield Page(id="step")
                yield OutputTail()
            yield GuardPanel()
        yield GuardLine()
        yield AskedBar()

    def on_mount(self) -> None:
        """Take away what called for the walk: it must not lie over what is asked here."""
        self.app.clear_notifications()

    @property
    def opened(self) -> OpenWalk | None:
        """Return the walk as it stands; None while the agent has not told of it."""
        return self.walks.get(self._walk)

    # How it is drawn

    def draw(self) -> None:
        """Show how the walk stands now."""
        opened = self.opened
        if opened is None:
            self.query_one(AskedBar).show(
                ((Piece(" waiting for the agent to tell of it"),),), self.size.width
            )
            return
        if self._dialog is not None and self._dialog.is_current and self._dialog.is_mounted:
            self._dialog.follow(opened)
        seen = watch(opened.walk, self.system, self.snapshot, self.now)
        self.query_one(GuardPanel).show(seen)
        self.query_one(GuardLine).show(seen)
        how = (opened, self._looked, self.detached, self.size, self.focused, self._part)
        ticks = phase_of(opened) in TICKING or opened.live.budget is not None
        ticks = ticks or bool(standing(opened, self.now))
        if how != self._how or ticks:
            self._how = how
            self._draw_walk(opened)

    def _draw_walk(self, opened: OpenWalk) -> None:
        state = self._shown(opened.walk)
        looked = state.id if state else ""
        self.query_one(StepList).show(opened, looked, self.now, self._looks_elsewhere(opened))
        self._draw_step(opened, state)
        self._draw_bar(opened)
        self.refresh_bindings()

    def _shown(self, walk: Walk) -> StepState | None:
        """Return the step that is shown large."""
        states = {state.id: state for state in walk.states}
        if self._looked in states:
            return states[self._looked]
        return walk.current or next((s for s in reversed(walk.states) if s.ended_at), None)

    def _draw_step(self, opened: OpenWalk, state: StepState | None) -> None:
        walk, live, page = opened.walk, opened.live, self.query_one("#step", Page)
        if state is None:
            page.show(())
            return
        left, right = heading(walk, state, number_of(walk, state.id))
        title = "".join(piece.text for piece in left)
        self.query_one(TitleLine).show(title, right, focused=page.has_focus)
        usual = usual_of(walk.plan.step(state.id), live.usual)
        if self._page_of != (state, walk.values, walk.over, usual):
            self._page_of = (state, walk.values, walk.over, usual)
            page.show(step_text(walk, state, usual))
        if state.id != self._drawn:
            self._drawn = state.id
            page.begin()
        running = live.step == state.id and bool(live.running)
        says = running and bool(live.output or state.status is Status.STARTED)
        self.set_class(says, "-says")
        output = self.query_one(OutputTail)
        output.display = says if self._part != "output" or not self.has_class("-one") else True
        output.show(live.output, live.output_bytes, muted=bool(self.detached))

    def _draw_bar(self, opened: OpenWalk) -> None:
        lines: tuple[Cell, ...] = asked(opened, self.now, zone(self.system.timezone))
        if self.detached:
            words = " no agent answers; what was started goes on under its supervisor"
            lines = ((Piece(" NO AGENT ", Tone.CRIT_BADGE), Piece(words)),)
        elif self._looks_elsewhere(opened):
            words = " another step than the current one; escape goes back to it"
            lines = ((Piece(" LOOKING ", Tone.MUTED), Piece(words, Tone.MUTED)), *lines)
        self.query_one(AskedBar).show(lines, self.size.width, most=2 if self.size.height < LOW else 4)

    def _looks_elsewhere(self, opened: OpenWalk) -> bool:
        current = opened.walk.current
        return bool(self._looked) and (current is None or self._looked != current.id)

    def on_resize(self, event: events.Resize) -> None:
        """Show as many parts as there is room for."""
        width, height = event.size
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        one = width < TWO or height < LOW
        self.set_class(small, "-small")
        self.set_class(one, "-one")
        self.set_class(not one and width < THREE, "-two")
        self.query_one("#too-small", Static).update(
            Content(
                f"{width}x{height} is too small to decide anything\nmake it {LEAST_WIDTH}x{LEAST_HEIGHT}; "
                "the walk goes on meanwhile"
            )
        )
        self._show_part()
        self.call_after_refresh(self.ask_draw)

    # Parts

    def _show_part(self) -> None:
        for part in PARTS:
            self.set_class(part == self._part, f"-part-{part}")
        focus = {"step": "#step", "steps": "#steps"}.get(self._part)
        if focus and self.has_class("-one") and not self.has_class("-small"):
            self.query_one(focus).focus()

    def action_next_part(self, by: int) -> None:
        """Go to the next part: show it where only one is shown, else have the keys act on it."""
        if self.has_class("-one"):
            self._part = PARTS[(PARTS.index(self._part) + by) % len(PARTS)]
            self._show_part()
        else:
            page, steps = self.query_one("#step"), self.query_one("#steps")
            (page if steps.has_focus else steps).focus()
        self.ask_draw()

    def on_descendant_focus(self) -> None:
        """Show what the keys act on."""
        self.ask_draw()

    @on(StepList.Looked)
    def _look(self, event: StepList.Looked) -> None:
        current = self.opened.walk.current if self.opened else None
        self._looked = "" if current is not None and event.step == current.id else event.step
        self.ask_draw()

    def action_leave(self) -> None:
        """Come back to the current step; when that is what is shown, leave."""
        opened = self.opened
        if opened is not None and self._looks_elsewhere(opened) and not opened.walk.over:
            self._looked = ""
            self.query_one("#step").focus()
            self.ask_draw()
            return
        self.post_message(WalkLeft(self._walk))
        self.dismiss()

    # What is decided

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys of what cannot be decided now, or not by this console."""
        if action not in ("ask", "verify", "note", "evidence") or not self.is_mounted:
            return True
        opened = self.opened
        if opened is None or self.detached or self.has_class("-small"):
            return False
        if action == "evidence":
            shown = self._shown(opened.walk)
            return shown is not None and shown.attempt > 0
        if action == "note":
            return not opened.walk.over and opened.standpoint.may_run
        return may(str((*parameters, action)[0]), opened)

    def action_ask(self, what: str) -> None:
        """Open the dialog of what is wanted; when another step is looked at, come back first."""
        opened = self.opened
        if opened is None:
            return
        if what == "answer" and self._looks_elsewhere(opened):
            self.action_leave()
        elif (dialog := dialog_for(what, opened)) is not None:
            self._dialog = dialog
            self.app.push_screen(dialog, self._ask_next)

    def _ask_next(self, what: str | None) -> None:
        """Ask for what a dialog has led to."""
        if what and self.opened is not None and not self.opened.walk.over:
            self.action_ask(what)

    def action_verify(self) -> None:
        """Have it looked at again; nothing is changed by that."""
        current = self.opened.walk.current if self.opened else None
        if current is not None:
            self.post_message(DecisionMade(self, self._walk, VerifyAgain(current.id)))

    def on_decision_taken(self, answer: DecisionTaken) -> None:
        """Say why what was decided without a dialog was not done."""
        if answer.problem:
            self.notify(answer.problem, severity="error")

    def action_note(self) -> None:
        """Have a note written about the step that is shown."""
        self.app.push_screen(NoteDialog(self._walk, self._drawn))

    def action_evidence(self) -> None:
        """Show what the step that is shown has left."""
        state = self._shown(self.opened.walk) if self.opened else None
        if state is not None:
            self.post_message(DetailOpened("evidence", (self._walk, state.id, state.attempt, state.evidence)))

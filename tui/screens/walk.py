"""Owns the screen of an open walk: what is looked at of it, what is asked, and the keys of those who decide.

It shows; what is decided is asked in dialogs, and what they decide goes to the agent. A console that does not
hold the walk sees all the same, and may take it over.
"""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import zone_of
from runbooks.decisions import VerifyAgain
from runbooks.taken import taken
from runbooks.walk import StepState
from tui.cell import Piece
from tui.dialogs.note import NoteDialog
from tui.messages import DetailOpened
from tui.screen import ConsoleScreen
from tui.walk_dialog import WalkDialog
from tui.walk_dialogs import dialog_for
from tui.walk_messages import DecisionMade, DecisionTaken, WalkLeft
from tui.walk_parts import LOW, WalkParts
from tui.walks.asked import bar
from tui.walks.guards import watch
from tui.walks.may import may
from tui.walks.open_walk import OpenWalk
from tui.walks.phase import ticks
from tui.walks.view import WalkView
from tui.widgets.step_list import StepList
from tui.widgets.walk_lines import AskedBar


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
        self._how: tuple[object, ...] = ()
        """What was drawn last: all but the guards, and clocks that go on."""
        self._dialog: WalkDialog | None = None

    def compose_body(self) -> ComposeResult:
        yield WalkParts()
        yield AskedBar()

    def on_mount(self) -> None:
        """Take away what called for the walk: it must not lie over what is asked here."""
        self.app.clear_notifications()

    @property
    def opened(self) -> OpenWalk | None:
        """Return the walk as it stands; None while the agent has not told of it."""
        return self.walks.get(self._walk)

    @property
    def _view(self) -> WalkView | None:
        return WalkView(self.opened, self._looked) if self.opened is not None else None

    @property
    def _state(self) -> StepState | None:
        return self._view.state if self._view is not None else None

    @property
    def _parts(self) -> WalkParts:
        return self.query_one(WalkParts)

    # How it is drawn

    def draw(self) -> None:
        """Show how the walk stands now."""
        view = self._view
        if view is None:
            self.query_one(AskedBar).show(
                ((Piece(" waiting for the agent to tell of it"),),), self.size.width
            )
            return
        if self._dialog is not None and self._dialog.is_current and self._dialog.is_mounted:
            self._dialog.follow(view.opened)
        self._parts.show_guards(watch(view.opened.walk, self.system, self.snapshot, self.now))
        how = (view, self.detached, self.size, self.focused, self._parts.part)
        if how != self._how or ticks(view.opened, self.now):
            self._how = how
            self._parts.show(view, self.now, muted=bool(self.detached))
            self._draw_bar(view)

    def _draw_bar(self, view: WalkView) -> None:
        lines = bar(view, self.now, zone_of(self.system.timezone), detached=bool(self.detached))
        self.query_one(AskedBar).show(lines, self.size.width, most=2 if self.size.height < LOW else 4)

    def on_resize(self, event: events.Resize) -> None:
        """Show as many parts as there is room for."""
        self._parts.fit(event.size)
        self.call_after_refresh(self.ask_draw)

    # What is looked at

    def action_next_part(self, by: int) -> None:
        """Go to the next part."""
        self._parts.go(by)
        self.ask_draw()

    def on_descendant_focus(self) -> None:
        """Show what the keys act on."""
        self.ask_draw()

    @on(StepList.Looked)
    def _look(self, event: StepList.Looked) -> None:
        if (view := self._view) is not None:
            self._looked = view.look(event.step).looked
            self.ask_draw()

    def action_leave(self) -> None:
        """Come back to the current step; when that is what is shown, leave."""
        view = self._view
        if view is not None and view.elsewhere and not view.opened.walk.over:
            self._looked = ""
            self._parts.come_back()
            self.ask_draw()
            return
        self.post_message(WalkLeft(self._walk))
        self.dismiss()

    # What is decided

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys of what cannot be decided now, or not by this console."""
        if action not in ("ask", "verify", "note", "evidence") or not self.is_mounted:
            return True
        view = self._view
        if view is None or self.detached or self._parts.is_small:
            return False
        if action == "evidence":
            return self._state is not None and self._state.attempt > 0
        if action == "note":
            return not view.opened.walk.over and view.opened.standpoint.may_run
        return may(str((*parameters, action)[0]), view.opened)

    def action_ask(self, what: str) -> None:
        """Open the dialog of what is wanted; when another step is looked at, come back first."""
        view = self._view
        if view is None:
            return
        if what == "answer" and view.elsewhere:
            self.action_leave()
        elif (dialog := dialog_for(what, view.opened)) is not None:
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
        self.app.push_screen(NoteDialog(self._walk, self._state.id if self._state else ""))

    def action_evidence(self) -> None:
        """Show what the step that is shown has left."""
        if (state := self._state) is not None:
            what = (self._walk, state.id, state.attempt, state.evidence, taken(state))
            self.post_message(DetailOpened("evidence", what))

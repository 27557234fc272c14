"""Owns the question what is to become of an open walk when somebody wants to leave, or presses ctrl-c."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from runbooks.decisions import StopWalk
from runbooks.reasons import to_type
from runbooks.walk import Status
from tui.paragraph import prose
from tui.walk_dialog import WalkDialog
from tui.walks.open_walk import OpenWalk, step_count
from tui.walks.words import name_of, short_who, title_of
from tui.widgets.field import Field, Labelled
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

STAY = Option("stay", "stay", "nothing happens")
LEAVE = Option("leave", "leave the console", "the walk stays open in the agent")
STOP = Option("stop", "stop the walk", "with a reason; nothing is undone")


class LeaveDialog(WalkDialog):
    """Says that the walk stays open, and asks what to do."""

    DEFAULT_CSS = """
    LeaveDialog {
        & .why { display: none; }
        &.-why .why { display: block; }
    }
    """

    def __init__(self, opened: OpenWalk, *, leaving: bool = False) -> None:
        """Ask; `leaving` chooses to leave, otherwise to stay is chosen."""
        super().__init__(opened, "A walk is open")
        self._leaving = leaving

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        options = (STAY, LEAVE, STOP) if self.opened.held else (STAY, LEAVE)
        yield Menu(options, "leave" if self._leaving else "stay")
        yield Labelled("reason", Field(), classes="why")

    def on_mount(self) -> None:
        """Say which walk, and what goes on without this console."""
        walk, state = self.opened.walk, self.opened.walk.current
        lines = [f"{name_of(walk.plan)}, step {step_count(walk)}, held by {short_who(walk.holder)}."]
        if state is not None and state.status is Status.STARTED:
            lines.append(f"{title_of(walk.plan.step(state.id))} runs, and goes on running.")
        lines.append("The walk stays open in the agent; any console of this system can take it up again.")
        self.query_one(Page).show(tuple(map(prose, lines)))

    @on(Menu.Chosen)
    def _choose(self) -> None:
        self.set_class(self.query_one(Menu).value == "stop", "-why")
        self.call_after_refresh(self.fit)

    def missing(self) -> str:
        """Return that a stop needs a reason."""
        stop = self.query_one(Menu).value == "stop"
        if stop and (missing := to_type(self.query_one(Field).value)):
            return f"{missing} (tab goes there)"
        return ""

    def promise(self) -> str:
        """Return what is chosen."""
        return {"stay": "stay", "leave": "leave the console", "stop": "stop the walk"}[
            self.query_one(Menu).value
        ]

    def accept(self) -> None:
        """Do what is chosen."""
        chosen = self.query_one(Menu).value
        if chosen == "stop":
            self.decide_so(StopWalk(self.query_one(Field).value.strip()))
        else:
            self.dismiss(chosen)

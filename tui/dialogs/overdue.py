"""Owns the question what is to become of a program that has run for too long. Waiting is what enter does."""

from __future__ import annotations

from textual.app import ComposeResult

from checks.units import show
from runbooks.walk import Status
from tui.cell import Tone
from tui.paragraph import prose
from tui.walk_dialog import WalkDialog
from tui.walks.words import lines_of, title_of
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

TAIL = 12
"""Lines of output that are shown."""
OPTIONS = (
    Option("wait", "wait", "ask no more for now; it is ended by nobody"),
    Option("end", "end it", "TERM, after five seconds KILL, to all of its group"),
    Option("detach", "detach it", "it goes on, the walk does not wait for it"),
)

PROMISES = {"wait": "go on waiting", "end": "end it: asks once more", "detach": "detach it: asks why"}


class OverdueDialog(WalkDialog):
    """Asks whether to wait, to end the program, or to go on without it."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Menu(OPTIONS, "wait")

    def on_mount(self) -> None:
        """Say what runs, and what it has said last."""
        plan = self.opened.walk.plan.step(self.state.id)
        text = f"{title_of(plan)} has run longer than its {show(plan.timeout, 's')}. Its last words:"
        tail = lines_of(self.opened.live.output)[-TAIL:] or ("nothing",)
        self.query_one(Page).show((prose(text), *(prose(line, Tone.MUTED) for line in tail)))

    def statuses(self) -> tuple[Status, ...]:
        """Return that it must still run."""
        return (Status.STARTED,)

    def promise(self) -> str:
        """Return what is chosen."""
        return PROMISES.get(self.query_one(Menu).value, "")

    def accept(self) -> None:
        """Say what is chosen; what ends or detaches it is asked for once more."""
        chosen = self.query_one(Menu).value
        self.dismiss("" if chosen == "wait" else chosen)

"""Owns the contract of a dialog: one question, answered by keys alone, in a box that fits 60x15.

What it asks is composed in `compose_body`; what enter does is said by `promise` and done by `accept`, and
only when a person has pressed it: see `tui/patience.py`. Where the terminal is too small to show what is
asked, nothing can be accepted, and nothing that was typed is lost. What the agent refuses leaves the dialog
as it is, with the reason in it. It never sees the App or the link.
"""

from __future__ import annotations

import asyncio

from textual import events, on
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from checks.text import clean
from runbooks.decisions import Decision
from tui.dialog_box import DialogBox
from tui.messages import Question
from tui.patience import ALONE, Patience
from tui.walk_messages import DecisionMade, DecisionTaken
from tui.widgets.field import Field, TypedField
from tui.widgets.menu import Menu
from tui.widgets.page import Page


class Dialog(DialogBox):
    """Asks one thing; is dismissed with what comes next, empty for nothing."""

    BINDINGS = [
        Binding("escape", "leave", "Back", id="dialog.leave", tooltip="Back, and nothing has happened"),
        Binding(
            "enter",
            "accept",
            "Accept",
            id="dialog.accept",
            priority=True,
            tooltip="Do what is promised; a key that is held down or pasted does nothing",
        ),
        # Before anything else sees the key: what is typed right behind it must not end up in the field
        # before, where a secret would be seen.
        Binding(
            "tab",
            "app.focus_next",
            "Next",
            id="dialog.next",
            show=False,
            priority=True,
            tooltip="Go to what is answered next",
        ),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "Before",
            id="dialog.before",
            show=False,
            priority=True,
            tooltip="Go to what is answered before",
        ),
    ]

    def __init__(self, heading: str = "") -> None:
        """Ask nothing yet."""
        super().__init__(heading)
        self._patience = Patience(0.0)
        self._sent = False
        """Whether the agent has not answered yet."""
        self._result: str | None = None
        """What it was dismissed with, or is to be once it lies on top again."""

    # What a dialog says

    def missing(self) -> str:
        """Return what is still to be done before enter does anything; empty when nothing is."""
        return ""

    def promise(self) -> str:
        """Return what enter will do."""
        return "close"

    def accept(self) -> None:
        """Do what was promised."""
        self.dismiss("")

    def forget(self) -> None:
        """Forget what was typed that is secret."""

    # When enter counts

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def on_mount(self) -> None:
        """Begin the dead time once it can be seen."""
        self._patience = Patience(self._now)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._patience = Patience(self._now)
        self.set_timer(self._patience.rest(self._now), self.say)
        self._focus_first()
        self.fit()
        self.say()

    def _focus_first(self) -> None:
        """Have the keys act on what is to be answered, else on what is to be read."""
        for kind in (Field, Menu, Page):
            for widget in self.query(kind):
                if widget.is_on_screen or self.is_small:
                    widget.focus()
                    return

    def on_key(self, event: events.Key) -> None:
        """Take note of every key that comes here."""
        self._patience.key(self._now)

    @on(Field.KeyPressed)
    def _typed(self) -> None:
        self._patience.key(self._now)

    @on(Field.Changed)
    @on(Menu.Chosen)
    @on(Page.EndSeen)
    def _other(self) -> None:
        self.say()

    @on(TypedField.Refused)
    def _pasted(self) -> None:
        self.complain("it must be typed, not pasted")

    def on_paste(self, event: events.Paste) -> None:
        """Take note that something was pasted, which confirms nothing."""
        self._patience.key(self._now)

    def action_accept(self) -> None:
        """Accept, when this key was pressed by somebody and there is nothing more to do first."""
        now = self._now
        counts = self._patience.press(now)
        self.set_timer(self._patience.rest(now) + 0.01, self.say)
        if counts and self._may_accept:
            self.set_timer(ALONE, lambda: self._accept_if_alone(now))
        self.say()

    def wait_anew(self) -> None:
        """Begin the dead time again: what is asked has changed, and must be read first."""
        self._patience = Patience(self._now)
        self.set_timer(self._patience.rest(self._now), self.say)

    @property
    def _may_accept(self) -> bool:
        return self.stands and self.is_active and not (self._sent or self.is_small or self.missing())

    def _accept_if_alone(self, pressed: float) -> None:
        if self._may_accept and self._patience.stayed_alone(pressed):
            self.complain("")
            self.accept()

    def action_leave(self) -> None:
        """Go back; nothing has happened."""
        self.forget()
        self.dismiss("")

    # What the agent says

    def decide(self, walk: str, decision: Decision) -> None:
        """Tell the agent; the dialog stays until it has answered."""
        self.ask(DecisionMade(self, walk, decision))

    def ask(self, question: Question) -> None:
        """Ask what is answered by `DecisionTaken`; the dialog stays until the agent has answered."""
        self._sent = True
        self.post_message(question)
        self.say()

    def on_decision_taken(self, answer: DecisionTaken) -> None:
        """Be gone when it was taken up, or say why it was not."""
        self._sent = False
        self.forget()
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.finish(self.taken())

    def finish(self, result: str) -> None:
        """Be gone with this result, as soon as no other dialog lies above."""
        self._result = result
        if self.is_active:
            self.dismiss(result)

    def on_screen_resume(self) -> None:
        """Be gone, if that was decided while another dialog lay above."""
        if self._result is not None:
            self.dismiss(self._result)

    def taken(self) -> str:
        """Return what comes next, now that the decision was taken up; empty for nothing."""
        return ""

    def complain(self, problem: str) -> None:
        """Say why something was not done; nothing when that is empty."""
        if not self.stands:
            return
        said = self.query_one("#problem", Static)
        said.update(Content(clean(problem, lines=True)))
        said.set_class(bool(problem), "-shown")
        self.say()
        self.call_after_refresh(self.fit)

    # How it looks

    def say(self) -> None:
        """Say what enter does now, or what is to be done before."""
        if not self.stands:
            return
        missing = "one moment" if self._sent else self.missing()
        if not missing and self._patience.rest(self._now) > 0:
            missing = "one moment"
        enter = self.app.get_key_display(Binding("enter", "", ""))
        lead = (
            Content.styled(f"{missing}", "$text-muted")
            if missing
            else Content.styled(f"{enter} ", "$text-primary bold") + Content.styled(self.promise(), "bold")
        )
        hint = lead + Content.styled("   esc ", "$text-primary bold") + Content("back")
        static = self.query_one("#hint", Static)
        if not (isinstance(static.content, Content) and static.content.is_same(hint)):
            static.update(hint)

"""Owns the dialog in which the question of a step is answered: by text, by one of several, by a phrase."""

from __future__ import annotations

from textual.app import ComposeResult

from checks.text import clean
from runbooks.decisions import Answer
from runbooks.question import Question
from runbooks.walk import Status
from tui.cell import Tone
from tui.paragraph import prose
from tui.walk_dialog import READ, WalkDialog
from tui.walks.open_walk import OpenWalk
from tui.walks.step import action_lines, joined
from tui.walks.words import filled, lines_of
from tui.widgets.field import Field, Labelled, TypedField
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

NO_QUESTION = Question("")


class AnswerDialog(WalkDialog):
    """Asks what a step wants to know, or for the value of a secret input."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask what is asked now."""
        super().__init__(opened)
        self._question = opened.live.question or NO_QUESTION
        self._secret = opened.live.wanted_secret
        """Name of the secret input that is wanted; empty when the step itself asks."""

    def compose_body(self) -> ComposeResult:
        question = self._question
        yield Page(id="question")
        if question.phrase:
            yield Labelled(f"type  {clean(question.phrase)}", TypedField())
        elif question.choices:
            options = [Option(each.value, clean(each.value), clean(each.label)) for each in question.choices]
            yield Menu(tuple(options), question.default)
        else:
            hidden = question.secret or bool(self._secret)
            yield Labelled("answer", Field("" if hidden else clean(question.default), secret=hidden))

    def on_mount(self) -> None:
        """Show what is asked, and what it is about."""
        walk, action = self.opened.walk, self.state.action
        prompt = [prose(line, Tone.STRONG) for line in lines_of(self._question.prompt)]
        if self._secret:
            self.query_one(Page).show(tuple(prompt))
            return
        self.set_class(bool(action.destroys), "-danger")
        plan = walk.plan.step(self.state.id)
        text = [prose(line) for line in lines_of(filled(plan.text, walk.values))]
        about = list(action_lines(action)) if action.destroys or action.difference else []
        self.query_one(Page).show(joined([text, about, prompt]))

    def statuses(self) -> tuple[Status, ...]:
        """Return that the step must wait for its answer; a secret is wanted before it is even shown."""
        return () if self._secret else (Status.PLANNED,)

    def lacking(self) -> str:
        """Return what is not answered yet."""
        if not self.query_one(Page).end_seen:
            return READ
        if self._question.phrase:
            typed = self.query_one(TypedField).value
            return "" if typed == self._question.phrase else f"type {clean(self._question.phrase)}"
        if self._question.choices:
            return "" if self.query_one(Menu).value else "choose: by number, or up and down"
        return "" if self.query_one(Field).value else "type an answer"

    def promise(self) -> str:
        """Return what will be answered."""
        if self._question.choices:
            return f"answer: {clean(self.query_one(Menu).value)}"
        return "give it" if self._secret else "answer"

    def accept(self) -> None:
        """Answer."""
        if self._question.phrase:
            text = self.query_one(TypedField).typed()
            if text != self._question.phrase:
                return
        elif self._question.choices:
            text = self.query_one(Menu).value
        else:
            text = self.query_one(Field).value
        self.decide_so(Answer(self._secret or self.state.id, self.state.attempt, text))
        self.forget()

    def forget(self) -> None:
        """Forget a secret answer as soon as it is sent."""
        if self._secret or self._question.secret:
            for field in self.query(Field):
                field.value = ""

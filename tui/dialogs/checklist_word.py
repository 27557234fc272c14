"""Owns the dialogs about checklists in which a reason or a word is typed: n/a, phases, closing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult

from runbooks.checklist_decisions import (
    BeginPhase,
    CloseList,
    LeaveItemOut,
    ListDecision,
    NoteItem,
    UntickItem,
)
from runbooks.checklist_plan import ItemPlan
from runbooks.checklists import ruling
from runbooks.checklists.ruling import named
from runbooks.checklists.state import ListState, Mark
from runbooks.checklists.telling import ticked_by
from runbooks.errors import RefusedDecisionError
from runbooks.reasons import REASON, to_type
from tui.list_dialog import ListDialog
from tui.paragraph import Paragraph, prose
from tui.walks.words import lines_of, said, who
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page


@dataclass(frozen=True, slots=True)
class Wish:
    """What is decided once something is typed."""

    heading: str
    text: str
    """What will happen."""
    promise: str
    decision: Callable[[str], ListDecision]
    label: str = "reason"
    """What is typed; empty when nothing is."""
    least: int = REASON
    """Characters of it."""
    danger: bool = False
    outdated: Callable[[ListState], str] = lambda _: ""
    """Says why it cannot be decided any more; empty while it can."""
    moot: Callable[[ListState], bool] = lambda state: state.over
    """Says whether it never can be again."""


class WordDialog(ListDialog):
    """Asks for a reason or a word."""

    def __init__(self, state: ListState, wish: Wish) -> None:
        """Ask for what this wish needs."""
        super().__init__(state, wish.heading)
        self._wish = wish
        self.set_class(wish.danger, "-danger")

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        if self._wish.label:
            yield Labelled(self._wish.label, Field())

    def on_mount(self) -> None:
        """Say what will happen."""
        paragraphs: list[Paragraph] = [prose(line) for line in lines_of(self._wish.text)]
        self.query_one(Page).show(tuple(paragraphs))

    def outdated(self, state: ListState) -> str:
        """Return why it cannot be decided any more."""
        return self._wish.outdated(state)

    def moot(self, state: ListState) -> bool:
        """Return whether there is nothing left to ask."""
        return self._wish.moot(state)

    @property
    def _word(self) -> str:
        return self.query_one(Field).value.strip() if self._wish.label else ""

    def lacking(self) -> str:
        """Return that the word is too short."""
        if not self._wish.label:
            return ""
        return to_type(self._word, self._wish.least, f"type a {self._wish.label}")

    def promise(self) -> str:
        """Return what will be done."""
        return self._wish.promise

    def accept(self) -> None:
        """Decide."""
        self.decide_so(self._wish.decision(self._word))


def leave_out(state: ListState, item: ItemPlan) -> WordDialog:
    """Return the dialog in which an item is said not to apply."""
    text = (
        f"{said(item.title)}\n"
        f"It is ticked by {ticked_by(item)}. It counts as settled from here on; why, and that you said so, "
        "stands in the journal and in every report."
    )
    wish = Wish(
        "Does not apply",
        text,
        "it does not apply",
        lambda why: LeaveItemOut(item.id, why),
        outdated=lambda now: _refusal(lambda: ruling.left_out(now, item.id, ANY)),
    )
    return WordDialog(state, wish)


def untick(state: ListState, item: ItemPlan) -> WordDialog:
    """Return the dialog in which an item is opened again."""
    left_out = state.item(item.id).mark is Mark.LEFT_OUT
    text = f"{said(item.title)}\n{'It applies after all.' if left_out else 'It is not done after all.'}"
    wish = Wish(
        "Open again",
        text,
        "open it again",
        lambda why: UntickItem(item.id, why),
        outdated=lambda now: _refusal(lambda: ruling.unticked(now, item.id, ANY)),
    )
    return WordDialog(state, wish)


def note(state: ListState, item: ItemPlan) -> WordDialog:
    """Return the dialog in which something is written beside an item."""
    wish = Wish(
        "Note", said(item.title), "write it into the journal", lambda text: NoteItem(item.id, text), "note", 1
    )
    return WordDialog(state, wish)


def next_phase(state: ListState) -> WordDialog:
    """Return the dialog in which the next phase is begun."""
    coming = state.next_phase
    assert coming is not None, "asked only while there is one"
    text = f"{state.phase.name} is finished and stays as it is from here on.\n{coming.name} begins."
    wish = Wish(
        f"Begin {coming.name}",
        text,
        f"begin {coming.name}",
        lambda _: BeginPhase(coming.name),
        label="",
        least=0,
        outdated=lambda now: begun(now) or ruling.blocked(now),
        moot=lambda now: bool(now.over or begun(now)),
    )

    def begun(now: ListState) -> str:
        """Return that it has begun without this dialog, or is not the next one for another reason."""
        if now.next_phase is not None and now.next_phase.name == coming.name:
            return ""
        begin = next((one for one in now.begun if one.phase == coming.name), None)
        return (
            f"{coming.name} was begun by {who(begin.by)}" if begin else f"{coming.name} is not the next phase"
        )

    return WordDialog(state, wish)


def close(state: ListState) -> WordDialog:
    """Return the dialog in which a list is closed, or given up."""
    waiting = state.unsettled()
    known = tuple(item.id for item in waiting)

    def moved(now: ListState) -> str:
        """Return that other items are unfinished by now than those that were shown."""
        left = now.unsettled()
        if tuple(item.id for item in left) == known:
            return ""
        return f"not finished by now: {named(left)}; go back" if left else "all is finished by now; go back"

    def decision(word: str) -> CloseList:
        return CloseList(word, known)

    if not waiting:
        text = "Everything is finished. Nothing in it moves any more once it is closed."
        wish = Wish("Close the list", text, "close it", decision, label="word", least=0, outdated=moved)
        return WordDialog(state, wish)
    text = f"Not finished: {said(named(waiting))}.\nIt is given up, which every report will say."
    wish = Wish("Give the list up", text, "give it up", decision, danger=True, outdated=moved)
    return WordDialog(state, wish)


ANY = "x" * REASON
"""A reason, where only is asked whether there may be one."""


def _refusal(rule: Callable[[], object]) -> str:
    """Return why a rule refuses; empty when it does not."""
    try:
        rule()
    except RefusedDecisionError as error:
        return str(error)
    return ""

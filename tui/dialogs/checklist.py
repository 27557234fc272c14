"""Owns the dialogs about checklists: opening one, ticking an item, and whatever needs a reason or a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from textual.app import ComposeResult

from runbooks.checklist_decisions import (
    BeginPhase,
    CloseList,
    LeaveItemOut,
    ListDecision,
    NoteItem,
    TickItem,
    UntickItem,
)
from runbooks.checklist_plan import ByEvidence, ItemPlan, ListPlan
from runbooks.checklists.ruling import named
from runbooks.checklists.state import ListState, Mark
from runbooks.checklists.telling import list_title, seen_words, ticked_by
from runbooks.reasons import REASON, to_type
from runbooks.wording import moment
from tui.cell import Tone
from tui.checklist_messages import ListArrived, ListDecided, ListWanted, ShownArrived, ShownRequested
from tui.dialog import Dialog
from tui.paragraph import BREAK, Paragraph, exact, fact, prose
from tui.walk_dialog import READ
from tui.walks.words import lines_of, said, who
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page


class OpenListDialog(Dialog):
    """Asks whether a list is to be opened now; is dismissed with its id when it was."""

    def __init__(self, plan: ListPlan) -> None:
        """Ask about this list."""
        super().__init__(f"Open: {list_title(plan)}")
        self._plan = plan

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("what for", Field())

    def on_mount(self) -> None:
        """Say what is in it."""
        plan = self._plan
        about = [prose(line) for line in lines_of(plan.summary)]
        about.append(fact("manner", plan.manner.value))
        if plan.window:
            about.append(fact("window", said(plan.window)))
        about += [
            fact(phase.name or "items", "; ".join(said(item.title) for item in phase.items))
            for phase in plan.phases
        ]
        self.query_one(Page).show(tuple(about))

    def promise(self) -> str:
        """Return that it will be opened."""
        return "open it now"

    def accept(self) -> None:
        """Ask the agent."""
        self._sent = True
        self.post_message(ListWanted(self, self._plan.name, self.query_one(Field).value.strip()))
        self.say()

    def on_list_arrived(self, answer: ListArrived) -> None:
        """Be gone when it was opened, or say why it was not."""
        self._sent = False
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.finish(answer.state.id)


class ListDialog(Dialog):
    """Asks something about an open list."""

    def __init__(self, state: ListState, heading: str) -> None:
        """Ask about this list."""
        super().__init__(heading)
        self.state = state

    def decide_so(self, decision: ListDecision) -> None:
        """Tell the agent; the dialog stays until it has answered."""
        self._sent = True
        self.post_message(ListDecided(self, self.state.id, decision))
        self.say()


class TickDialog(ListDialog):
    """Shows an item, and its evidence if it has any; enter ticks it."""

    def __init__(self, state: ListState, item: ItemPlan, where: tzinfo | None = None) -> None:
        """Ask about this item; `where` is the zone of what is shown of times."""
        super().__init__(state, said(item.title))
        self._where = where
        self._item = item
        self._wants = isinstance(item.source, ByEvidence)
        self._sha256 = ""
        """Hash of the evidence that is shown; empty until it is."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("note", Field())

    def on_mount(self) -> None:
        """Show what the item says, and ask for its evidence."""
        self._show(ShownArrived())
        if self._wants:
            self.post_message(ShownRequested(self, self.state.id, self._item.id))

    def _show(self, seen: ShownArrived) -> None:
        item, lines = self._item, seen.lines
        text = [prose(line) for line in lines_of(item.text)]
        facts = [fact("item", said(item.id)), *([fact("for", ", ".join(item.refs))] if item.refs else [])]
        evidence = [prose("what is to be seen", Tone.MUTED), *(exact(said(line)) for line in lines)]
        end = [prose("end of what is to be seen", Tone.MUTED)]
        shown = [*self._of(seen), BREAK, *evidence, *end] if lines else []
        self.query_one(Page).show((*text, *([BREAK] if text else []), *facts, *shown))

    def _of(self, seen: ShownArrived) -> list[Paragraph]:
        """Return when it was taken, for whom, how much it is and which."""
        taken = moment(seen.at, self._where)
        return [
            fact("taken", f"{taken}, shown to {who(seen.by)}"),
            fact("seen", seen_words(seen.lines, seen.sha256)),
        ]

    def on_shown_arrived(self, answer: ShownArrived) -> None:
        """Show the evidence."""
        if answer.problem:
            self.complain(answer.problem)
            return
        self._sha256 = answer.sha256
        self._show(answer)
        self.call_after_refresh(self.fit)
        self.say()

    def missing(self) -> str:
        """Return that the evidence is still to come, or to be read to its end."""
        if self._wants and not self._sha256:
            return "one moment: what is to be seen comes"
        if self._wants and not self.query_one(Page).end_seen:
            return READ
        return ""

    def promise(self) -> str:
        """Return that it will be ticked."""
        return "it is so: tick it"

    def accept(self) -> None:
        """Tick exactly what was shown."""
        note = self.query_one(Field).value.strip()
        self.decide_so(TickItem(self._item.id, self._sha256 if self._wants else "", note))


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

    @property
    def _word(self) -> str:
        return self.query_one(Field).value.strip() if self._wish.label else ""

    def missing(self) -> str:
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
    wish = Wish("Does not apply", text, "it does not apply", lambda why: LeaveItemOut(item.id, why))
    return WordDialog(state, wish)


def untick(state: ListState, item: ItemPlan) -> WordDialog:
    """Return the dialog in which an item is opened again."""
    left_out = state.item(item.id).mark is Mark.LEFT_OUT
    text = f"{said(item.title)}\n{'It applies after all.' if left_out else 'It is not done after all.'}"
    wish = Wish("Open again", text, "open it again", lambda why: UntickItem(item.id, why))
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
    )
    return WordDialog(state, wish)


def close(state: ListState) -> WordDialog:
    """Return the dialog in which a list is closed, or given up."""
    waiting = state.unsettled()
    if not waiting:
        text = "Everything is finished. Nothing in it moves any more once it is closed."
        wish = Wish("Close the list", text, "close it", CloseList, label="word", least=0)
        return WordDialog(state, wish)
    text = f"Not finished: {said(named(waiting))}.\nIt is given up, which every report will say."
    return WordDialog(state, Wish("Give the list up", text, "give it up", CloseList, danger=True))

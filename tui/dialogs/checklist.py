"""Owns the dialogs in which a checklist is opened, and an item of one is ticked."""

from __future__ import annotations

from datetime import tzinfo

from textual.app import ComposeResult

from checks.moments import moment
from runbooks.checklist_decisions import (
    TickItem,
)
from runbooks.checklist_plan import ByEvidence, ItemPlan, ListPlan
from runbooks.checklists import ruling
from runbooks.checklists.state import ListState
from runbooks.checklists.telling import list_title, seen_words
from tui.cell import Tone
from tui.checklist_messages import ListArrived, ListWanted, ShownArrived, ShownRequested
from tui.dialog import Dialog
from tui.list_dialog import ListDialog
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

    def outdated(self, state: ListState) -> str:
        """Return why it may not be ticked any more."""
        return ruling.why_not(state, self._item.id)

    def lacking(self) -> str:
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

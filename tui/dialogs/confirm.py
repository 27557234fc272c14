"""Owns the dialog in which a step is confirmed: exactly what will run, read to its end (reliability S29)."""

from __future__ import annotations

from textual.app import ComposeResult

from checks.text import clean
from runbooks.decisions import Confirm
from runbooks.model import Risk
from runbooks.walk import Status
from tui.cell import Piece, Tone
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.walk_dialog import READ, WalkDialog
from tui.walks.approval import approver
from tui.walks.open_walk import OpenWalk
from tui.walks.step import action_facts, action_lines, joined, outlook
from tui.walks.words import RISK_TONE, filled, lines_of, usual_of
from tui.widgets.field import Labelled, TypedField
from tui.widgets.page import Page


class ConfirmDialog(WalkDialog):
    """Shows what will run; enter runs it."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the step that was shown, as it was shown."""
        super().__init__(opened)
        self.action = self.state.action
        self._again = False
        """Whether a shell command was confirmed once already."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="action")
        if self.action.phrase:
            yield Labelled(f"type  {clean(self.action.phrase)}", TypedField())

    def on_mount(self) -> None:
        """Show the action."""
        plan = self.opened.walk.plan.step(self.state.id)
        danger = plan.changes and (self.action.destroys or plan.irreversible or plan.point_of_no_return)
        self.set_class(bool(danger) or self.opened.walk.plan.risk is Risk.HIGH, "-danger")
        self.query_one(Page).show(self._paragraphs())

    def _paragraphs(self) -> tuple[Paragraph, ...]:
        walk = self.opened.walk
        plan = walk.plan.step(self.state.id)
        text = [prose(line, Tone.MUTED) for line in lines_of(filled(plan.text, walk.values))]
        risk = fact("risk", walk.plan.risk.value, RISK_TONE[walk.plan.risk])
        lines = list(action_lines(self.action)) or [prose("nothing is said of what it does", Tone.WARN)]
        approved = [fact("approved", f"by {approver(self.state)}", Tone.OK)] if approver(self.state) else []
        facts = [*approved, *action_facts(self.action, usual_of(plan, self.opened.live.usual)), risk]
        end = Paragraph((Piece("end of what will run", Tone.MUTED),))
        return (*joined([lines, [*facts, *outlook(walk, plan)], text]), BREAK, end)

    def statuses(self) -> tuple[Status, ...]:
        """Return that the step must wait to be confirmed."""
        return (Status.PLANNED,)

    def lacking(self) -> str:
        """Return that it must be read to its end, and the phrase typed."""
        if not self.query_one(Page).end_seen:
            return READ
        if self.action.phrase and self.query_one(TypedField).value != self.action.phrase:
            return f"type {clean(self.action.phrase)}"
        return ""

    def promise(self) -> str:
        """Return that it will be run."""
        if self.action.shell:
            return "run it in a shell: yes, once more" if self._again else "have a shell run it (asks twice)"
        return "run exactly this"

    def accept(self) -> None:
        """Confirm exactly what was shown."""
        typed = self.query_one(TypedField).typed() if self.action.phrase else ""
        if typed != self.action.phrase:
            return
        if self.action.shell and not self._again:
            self._again = True
            self.say()
            return
        self.decide_so(Confirm(self.state.id, self.state.attempt, self.state.action_sha256, typed))

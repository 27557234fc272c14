"""Owns the dialog in which another user approves a step, or says why not: all that will run."""

from __future__ import annotations

from textual.app import ComposeResult

from checks.text import clean
from runbooks.reasons import to_type
from runbooks.walk import Status
from tui.access_messages import ApprovalGiven
from tui.cell import Piece, Tone
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.walk_dialog import READ, WalkDialog
from tui.walks.approval import prefix
from tui.walks.open_walk import OpenWalk
from tui.walks.step import action_facts, action_lines, joined, outlook
from tui.walks.words import filled, lines_of, usual_of, who
from tui.widgets.field import Field, Labelled, TypedField
from tui.widgets.page import Page


class ApproveDialog(WalkDialog):
    """Shows what another is about to run; his enter waits for ours."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the step that was shown, as it was shown."""
        super().__init__(opened)
        self.add_class("-danger")

    def compose_body(self) -> ComposeResult:
        yield Page(id="action")
        yield Labelled(f"type  {clean(self.state.id)}  to approve", TypedField(id="typed"))
        yield Labelled("or why not", Field(id="reason"))

    def on_mount(self) -> None:
        """Show the action."""
        self.query_one(Page).show(self._paragraphs())

    def _paragraphs(self) -> tuple[Paragraph, ...]:
        walk, state = self.opened.walk, self.state
        plan = walk.plan.step(state.id)
        text = [prose(line, Tone.MUTED) for line in lines_of(filled(plan.text, walk.values))]
        lines = list(action_lines(state.action)) or [prose("nothing is said of what it does", Tone.WARN)]
        about = [
            fact("asked by", who(walk.holder)),
            fact("walk", f"{clean(walk.plan.name)} {walk.id}, attempt {state.attempt}"),
            fact("hash", prefix(state)),
        ]
        facts = [*action_facts(state.action, usual_of(plan, self.opened.live.usual)), *outlook(walk, plan)]
        end = Paragraph((Piece("end of what will run", Tone.MUTED),))
        return (*joined([about, lines, facts, text]), BREAK, end)

    def statuses(self) -> tuple[Status, ...]:
        """Return that the step must wait to be confirmed."""
        return (Status.PLANNED,)

    def follow(self, opened: OpenWalk) -> None:
        """Learn how the walk stands; another than the one who holds it is asked here."""
        self.opened = opened
        now = opened.walk.current
        state = self.state
        same = (
            now is not None
            and now.status in self.statuses()
            and (now.id, now.attempt, now.action_sha256) == (state.id, state.attempt, state.action_sha256)
        )
        self._late = "" if same else "it is not what waits any more"
        self.say()

    @property
    def _reason(self) -> str:
        return self.query_one("#reason", Field).value.strip()

    def lacking(self) -> str:
        """Return that it must be read to its end, and something typed."""
        if self._reason:
            return to_type(self._reason, what="say why not")
        if not self.query_one(Page).end_seen:
            return READ
        if self.query_one("#typed", TypedField).value != self.state.id:
            return f"type {clean(self.state.id)} to approve, or say why not"
        return ""

    def promise(self) -> str:
        """Return what enter says to it."""
        return "do NOT approve it" if self._reason else "approve exactly this, for ten minutes"

    def accept(self) -> None:
        """Say so."""
        reason = self._reason
        typed = "" if reason else self.query_one("#typed", TypedField).typed()
        if not reason and typed != self.state.id:
            return
        state = self.state
        self.ask(
            ApprovalGiven(
                self, self.opened.walk.id, state.id, state.attempt, state.action_sha256, typed, reason
            )
        )

"""Owns the question what became of a step whose end nobody knows (reliability 3.3).

Nothing is chosen for the operator but to look once more; whoever says what became of it types which step he
speaks of, and why he thinks so.
"""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from checks.moments import named
from checks.text import clean
from runbooks.decisions import Decision, Resolve, StopWalk, VerifyAgain
from runbooks.reasons import FULL_REASON, to_type
from runbooks.step_events import Resolution
from runbooks.walk import Stage, Status
from tui.cell import Piece, Tone
from tui.paragraph import Paragraph, fact, prose
from tui.walk_dialog import WalkDialog
from tui.walk_messages import EvidenceArrived, EvidenceRequested
from tui.walks.open_walk import OpenWalk
from tui.walks.step import action_lines, joined
from tui.walks.words import DOT, lines_of, said, who
from tui.widgets.field import Field, Labelled, TypedField
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

LAST_LINES = 50
OUTPUT = "out"
"""Evidence that a program leaves, also when nothing says so yet."""
SAID = {
    "succeeded": Resolution.SUCCEEDED,
    "not_applied": Resolution.NOT_APPLIED,
    "failed": Resolution.FAILED,
}
"""What may be said of it."""


class UnknownDialog(WalkDialog):
    """Shows what is known and asks what became of the step."""

    DEFAULT_CSS = """
    UnknownDialog {
        & .said { display: none; margin-bottom: 0; }
        &.-said .said { display: block; }
        &.-said.-tight Menu { height: 1; }
    }
    """

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the current step."""
        super().__init__(opened)
        self._evidence: tuple[str, ...] = lines_of(opened.live.output)[-LAST_LINES:]
        self._plan = opened.walk.plan.step(self.state.id)

    def compose_body(self) -> ComposeResult:
        yield Page(id="known")
        yield Menu(self._options(), "verify" if self._plan.verify else "")
        yield Labelled(f"type  {clean(self.state.id)}", TypedField(id="typed"), classes="said")
        yield Labelled("reason", Field(id="reason"), classes="said")

    def _options(self) -> tuple[Option, ...]:
        options = [
            Option("succeeded", "it succeeded", "the walk goes on behind it"),
            Option("not_applied", "it did nothing", "then it may be tried again"),
            Option("failed", "it failed", self._then_back()),
            Option("stop", "stop the walk", "it ends with this step unknown"),
        ]
        if self._plan.verify:
            options.insert(0, Option("verify", "look again", "verify what must be true after it"))
        return tuple(options)

    def _then_back(self) -> str:
        return "then the way back" if self.opened.walk.stage is Stage.FORWARD else "then what next is asked"

    # What is known

    def on_mount(self) -> None:
        """Show what is known, and ask for what it left."""
        names = [each.name for each in self.state.evidence] or [OUTPUT]
        self.post_message(
            EvidenceRequested(self, self.opened.walk.id, self.state.id, self.state.attempt, names[0])
        )
        self._show()
        self._choose()

    def on_evidence_arrived(self, answer: EvidenceArrived) -> None:
        """Show the end of what it left."""
        if answer.text:
            self._evidence = lines_of(answer.text)[-LAST_LINES:]
            self._show()

    def follow(self, opened: OpenWalk) -> None:
        """Show what a new look has brought."""
        state = opened.walk.current
        if state is not None and state.id == self.state.id and state.attempt == self.state.attempt:
            self.state = state
            self._show()
        super().follow(opened)

    def _show(self) -> None:
        tail = [prose("its last words", Tone.MUTED), *(prose(line) for line in self._evidence)]
        parts = [self._known(), list(action_lines(self.state.action)), tail if self._evidence else []]
        self.query_one(Page).show(joined(parts))

    def _known(self) -> list[Paragraph]:
        state, now = self.state, self.opened.live.since or self.state.ended_at
        started = named(state.started_at, now or state.started_at, self.opened.where)
        lines = [fact("begun", f"{started} by {who(state.operator)}{DOT}attempt {state.attempt}")]
        if state.detached:
            lines.append(fact("known", "the walk stopped waiting for it; it may still run"))
        if state.outcome.summary:
            lines.append(fact("known", said(state.outcome.summary)))
        lines += [fact("", line) for line in lines_of(state.outcome.detail)]
        if state.verified is not None:
            word = Piece("true  ", Tone.OK) if state.verified else Piece("not true  ", Tone.CRIT)
            lines.append(fact("looked", said(state.verdict), lead=(word,)))
        return lines

    # What is said of it

    @on(Menu.Chosen)
    def _choose(self) -> None:
        chosen = self.query_one(Menu).value
        self.set_class(chosen not in ("", "verify"), "-said")
        self.call_after_refresh(self.fit)
        self.say()

    def statuses(self) -> tuple[Status, ...]:
        """Return that its end must still be unknown."""
        return (Status.UNKNOWN,)

    def lacking(self) -> str:
        """Return what is not said yet."""
        chosen = self.query_one(Menu).value
        if chosen == "verify":
            return ""
        if not chosen:
            return "choose: by number, or up and down"
        if self.query_one("#typed", TypedField).value != self.state.id:
            return f"type {clean(self.state.id)} (tab goes there)"
        if missing := to_type(self._reason, FULL_REASON, "type the reason"):
            return missing
        return ""

    @property
    def _reason(self) -> str:
        return self.query_one("#reason", Field).value.strip()

    def promise(self) -> str:
        """Return what will be said of it."""
        return PROMISES.get(self.query_one(Menu).value, "")

    def accept(self) -> None:
        """Say it."""
        chosen = self.query_one(Menu).value
        if chosen == "verify":
            self.decide_so(VerifyAgain(self.state.id))
            return
        typed = self.query_one("#typed", TypedField).typed()
        if typed == self.state.id:
            self.decide_so(self._decision(chosen, typed))

    def _decision(self, chosen: str, typed: str) -> Decision:
        if chosen == "stop":
            return StopWalk(self._reason)
        return Resolve(self.state.id, self.state.attempt, SAID[chosen], typed, self._reason)

    def taken(self) -> str:
        """Return that the way back comes next, when it was said to have failed on the way forward."""
        forward = self.opened.walk.stage is Stage.FORWARD
        return "back" if self.query_one(Menu).value == "failed" and forward else ""


PROMISES = {
    "verify": "look again",
    "succeeded": "say that it succeeded",
    "not_applied": "say that it did nothing",
    "failed": "say that it failed",
    "stop": "stop the walk",
}

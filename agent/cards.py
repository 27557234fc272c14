"""Owns what an operator is shown before a question: a step as it will be done, what went wrong, what is left.

Nothing of an action is left out or cut. Says, never asks.
"""

from __future__ import annotations

from datetime import tzinfo

from agent.situation import Kind, Situation
from agent.voice import Voice
from checks.clock import Clock
from checks.moments import moment
from runbooks.approval import fitting, named, seconds_left
from runbooks.handing import lines_of
from runbooks.live import Live
from runbooks.model import Plan, StepPlan
from runbooks.reckoning import left, verdict, watch
from runbooks.walk import Stage, Status, StepState, Walk, to_undo
from runbooks.windows.budget import budget_words
from runbooks.wording import (
    afterwards,
    label_of,
    name_of,
    runbook_of,
    settling_words,
    span,
    taken_back,
    title_of,
    who,
)

LABEL = "  {:<11}"
"""Where the text of a fact begins."""


class Cards:
    """Shows things with one voice."""

    def __init__(self, voice: Voice, clock: Clock, zone: tzinfo | None) -> None:
        """Show on this voice, and times in this zone."""
        self._voice = voice
        self._clock = clock
        self._zone = zone

    def runbook(self, plan: Plan, usual: float) -> None:
        """Show what is about to be walked."""
        self._voice.tell(f"Runbook {runbook_of(plan)}")
        self._fact("about", plan.summary)
        changing = sum(step.changes for step in (*plan.steps, *plan.last))
        self._fact("steps", f"{len(plan.steps)}, and {len(plan.last)} at the end; changing: {changing}")
        self._fact("risk", f"{plan.risk}; window {plan.window}")
        self._fact("guards", ", ".join(plan.guards))
        if many := sum(step.approval for step in plan.steps):
            self._fact("approval", f"another user has to approve {many} of them")
        self._fact("expects", f"{', '.join(plan.expects)} to fail meanwhile" if plan.expects else "")
        if usual or plan.expected:
            self._fact("usually", span(usual or plan.expected))

    def walk(self, walk: Walk, live: Live) -> None:
        """Show how a walk stands that is joined."""
        self._voice.tell(f"Walk {walk.id} of {runbook_of(walk.plan)}")
        self._fact("begun", f"{moment(walk.opened_at, self._zone)} by {who(walk.opened_by)}")
        self._fact("held by", who(walk.holder))
        self.offer(walk)
        for state in walk.states:
            passed = bool(state.skipped) and state.status is not Status.SKIPPED
            status = "let pass" if passed else state.status.replace("_", " ")
            title = name_of(walk.plan.step(state.id))
            self._voice.say(f"{label_of(walk, state.id)}: {title}: {status}", "  ")
        if live.settling is not None:
            self._fact("waits", settling_words(live.settling, self._clock.now()))

    def step(self, walk: Walk, state: StepState, live: Live, closed: str) -> None:
        """Show exactly what a step will do."""
        plan, action = walk.plan.step(state.id), state.action
        self._voice.say()
        again = f" (attempt {state.attempt})" if state.attempt > 1 else ""
        self._voice.tell(f"{label_of(walk, state.id)}: {name_of(plan)}{again}")
        if plan.text:
            self._voice.say(plan.text, "  ")
        self._quoted("will do:" if action.lines else "", action.lines)
        self._quoted("will change:" if action.difference else "", action.difference)
        self._quoted("WILL DESTROY:" if action.destroys else "", action.destroys)
        self._fact("SHELL", "a shell reads this line" if action.shell else "")
        self._fact("where", action.where)
        self._fact("as", action.user)
        self._fact("not needed", action.done_already)
        self._plan(plan, live.usual.get(plan.id, plan.expected))
        self._fact("window", budget_words(walk, live, self._clock.now(), self._zone) if plan.changes else "")
        self._fact("CLOSED", closed)
        if not closed and plan.changes and walk.stage is Stage.FORWARD:
            self._fact("mind", live.gate or live.late)

    def _plan(self, plan: StepPlan, usual: float) -> None:
        self._fact("changes", "something" if plan.changes else "nothing")
        self._fact("usually", span(usual) if usual else "")
        self._fact("approval", "by another user, before it can be confirmed" if plan.approval else "")
        for line in afterwards(plan):
            self._fact("afterwards", line)
        for line in taken_back(plan) if plan.changes else ():
            self._fact("to undo", line)
        if plan.point_of_no_return:
            self._fact("MIND", "point of no return: once started, the walk cannot be rolled back as a whole")

    def approval(self, walk: Walk, situation: Situation) -> None:
        """Say who waits for whose approval, or who has given it."""
        if situation.kind not in (Kind.APPROVAL, Kind.ASKED, Kind.SHOWN) or not situation.step:
            return
        state = walk.state(situation.step)
        approval = fitting(state)
        if approval.refused:
            self._voice.tell(f"{named(approval.by)} does not approve it: {approval.refused}")
        elif approval.at:
            left = span(seconds_left(approval, self._clock.now()))
            self._voice.tell(f"Approved by {named(approval.by)}, good for {left}.")
        elif situation.kind is Kind.APPROVAL:
            self._voice.tell("It waits for the approval of another user: walkdown approve, as that user.")
        elif situation.kind is Kind.ASKED:
            self._voice.tell(
                f"{who(walk.holder)} asks for your approval; the action's hash is {state.action_sha256[:12]}."
            )

    def offer(self, walk: Walk) -> None:
        """Show how things stand, in the words of whoever hands the walk over."""
        if walk.offer is None:
            return
        to = walk.offer.things.to or "whoever takes it"
        self._voice.tell(f"{who(walk.offer.by)} hands it over to {to}.")
        for label, text in lines_of(walk.offer.things):
            self._voice.say(text, label=f"  {label}: ")

    def trouble(self, walk: Walk, situation: Situation) -> None:
        """Show what has to be decided about, where it is not a step that waits."""
        state = walk.state(situation.step) if situation.step else StepState("")
        label = f"{label_of(walk, state.id)}: {name_of(walk.plan.step(state.id))}" if state.id else ""
        self._voice.say()
        match situation.kind:
            case Kind.FAILED:
                self._voice.tell(f"{label} {_went_wrong(state)}")
            case Kind.OVERDUE:
                limit = span(walk.plan.step(state.id).timeout)
                self._voice.tell(f"{label} has run longer than {limit}. It goes on until somebody ends it.")
            case Kind.PAUSED:
                self._voice.tell(f"The walk is paused: {walk.paused}. Nothing is started meanwhile.")
            case Kind.UNKNOWN:
                self._voice.tell(f"{label}: nobody knows what became of it.")
                self._unknown(walk, state)

    def _unknown(self, walk: Walk, state: StepState) -> None:
        self._quoted("it was to do:", state.action.lines)
        self._fact("where", state.action.where)
        self._fact("confirmed", f"by {who(state.operator)}" if state.operator.name else "")
        self._fact("started", moment(state.started_at, self._zone))
        self._fact("known", state.outcome.summary or ("nobody waits for it" if state.detached else "nothing"))
        if state.verified is not None:
            self._fact("verified", f"{'yes' if state.verified else 'NO'}: {state.verdict}")

    def way_back(self, walk: Walk) -> None:
        """Show what a way back would do."""
        undo, lost = to_undo(walk)
        self._voice.say("The way back would do this, each step shown and confirmed before:")
        for step in undo:
            self._voice.say(title_of(walk.plan.step(step)), label="  will undo  ")
        for step in lost:
            self._voice.say(title_of(walk.plan.step(step)), label="  CANNOT UNDO  ")
        if not undo and not lost:
            self._voice.say("  nothing: nothing was changed that would have to be undone")
        if walk.past_return:
            self._voice.say(f"  MIND: {walk.past_return}, a point of no return, was started")

    def end(self, walk: Walk) -> None:
        """Show how a walk ended, and what is left."""
        self._voice.say()
        self._voice.tell(verdict(walk))
        for line in left(walk):
            self._voice.say(line, label="  left: ")
        for line in watch(walk, None):
            self._voice.say(line, label="  to be watched: ")
        self._voice.say(f"All of it: walkdown report --walk {walk.id}")

    def _fact(self, label: str, text: str) -> None:
        if text:
            self._voice.say(text, label=LABEL.format(label))

    def _quoted(self, label: str, lines: tuple[str, ...]) -> None:
        if lines:
            self._voice.say(f"  {label}")
            self._voice.quote(lines)


def _went_wrong(state: StepState) -> str:
    if state.status is Status.NOT_APPLIED:
        return f"was not done: {state.verdict or state.outcome.summary}"
    if state.verified is False:
        return f"was done, but what must be true after it is not: {state.verdict}"
    return f"FAILED: {state.outcome.summary}"

"""Owns the dialog that asks for a reason before something is decided that others will want to know why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult

from runbooks.decisions import Decision, Detach, EndProgram, GoOn, Override, Skip, StopWalk
from runbooks.model import StepPlan
from runbooks.reasons import FULL_REASON, REASON, to_type
from runbooks.walk import StepState
from runbooks.walking.deciding import LAST_SAFE, WINDOW, barred
from tui.paragraph import Paragraph, prose
from tui.walk_dialog import WalkDialog
from tui.walks.open_walk import OpenWalk
from tui.walks.words import lines_of, title_of
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page


@dataclass(frozen=True, slots=True)
class Wish:
    """What is decided once a reason is given."""

    heading: str
    text: str
    """What will happen."""
    promise: str
    decision: Callable[[str], Decision]
    """Makes the decision of the reason."""
    least: int = REASON
    """Characters of the reason."""
    danger: bool = False


class ReasonDialog(WalkDialog):
    """Asks for a reason."""

    def __init__(self, opened: OpenWalk, wish: Wish) -> None:
        """Ask for the reason of this wish."""
        super().__init__(opened, wish.heading)
        self._wish = wish
        self.set_class(wish.danger, "-danger")

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("reason", Field(id="reason"))

    def on_mount(self) -> None:
        """Say what will happen."""
        self.query_one(Page).show(tuple(_paragraphs(self._wish.text)))

    @property
    def _reason(self) -> str:
        return self.query_one("#reason", Field).value.strip()

    def lacking(self) -> str:
        """Return that the reason is too short."""
        return to_type(self._reason, self._wish.least)

    def promise(self) -> str:
        """Return what will be done."""
        return self._wish.promise

    def accept(self) -> None:
        """Decide."""
        self.decide_so(self._wish.decision(self._reason))


def _paragraphs(text: str) -> list[Paragraph]:
    return [prose(line) for line in lines_of(text)]


def skip(opened: OpenWalk) -> ReasonDialog:
    """Return the dialog in which the current step is left out, or its failure let pass."""
    plan, state = _current(opened)
    name = title_of(plan)
    text = f"{name} is not run. The walk goes on with the step after it."
    if state.failed:
        text = (
            f"The failure of {name} is let pass; what it did stays. The walk goes on with what comes after."
        )
    wish = Wish("Skip", text, f"skip {name}", lambda reason: Skip(state.id, reason), danger=plan.changes)
    return ReasonDialog(opened, wish)


def stop(opened: OpenWalk) -> ReasonDialog:
    """Return the dialog in which the walk is stopped."""
    last = opened.walk.plan.last
    text = "The walk ends where it is; nothing is undone."
    if last:
        text += f"\nBefore that, what is always done: {', '.join(title_of(step) for step in last)}."
    wish = Wish("Stop the walk", text, "stop the walk", lambda reason: StopWalk(reason), danger=True)
    return ReasonDialog(opened, wish)


def go_on(opened: OpenWalk) -> ReasonDialog:
    """Return the dialog in which a pause is ended."""
    text = f"It is paused: {opened.walk.paused}\nIt goes on all the same; the guards are still looked at."
    return ReasonDialog(opened, Wish("Go on", text, "go on", lambda reason: GoOn(reason)))


def override(opened: OpenWalk) -> ReasonDialog:
    """Return the dialog in which the rule of the window, or of the time in it, is set aside."""
    walk, live = opened.walk, opened.live
    rule, _ = barred(walk, walk.current, live.gate, live.late) if walk.current else ("", "")
    late = rule == LAST_SAFE
    why = live.late if late else f"{live.gate}\nThis runbook changes things inside a window only"
    text = (
        f"{why}. The rule is set aside for the rest of this walk; that you did so, and why, stands in the "
        "journal and in every report."
    )
    wish = Wish(
        "Set the last safe point aside" if late else "Set the window aside",
        text,
        "set the rule aside",
        lambda reason: Override(rule or WINDOW, reason),
        FULL_REASON,
        danger=True,
    )
    return ReasonDialog(opened, wish)


def end_program(opened: OpenWalk) -> ReasonDialog:
    """Return the dialog in which the running program is ended."""
    plan, state = _current(opened)
    text = (
        f"The program of {title_of(plan)} is asked to end (TERM); what is left of it after five seconds is "
        "killed, its children with it. What it has done by then stays."
    )
    wish = Wish(
        "End the program",
        text,
        "end it",
        lambda reason: EndProgram(state.id, state.attempt, reason),
        0,
        danger=True,
    )
    return ReasonDialog(opened, wish)


def detach(opened: OpenWalk) -> ReasonDialog:
    """Return the dialog in which the walk stops waiting for the running program."""
    plan, state = _current(opened)
    text = (
        f"The program of {title_of(plan)} goes on, but the walk no longer waits for it. Somebody has to say "
        "what became of it before the walk can go on."
    )
    wish = Wish(
        "Detach the program",
        text,
        "wait no longer",
        lambda reason: Detach(state.id, state.attempt, reason),
        danger=True,
    )
    return ReasonDialog(opened, wish)


def _current(opened: OpenWalk) -> tuple[StepPlan, StepState]:
    state = opened.walk.current
    assert state is not None, "asked only while a step is current"
    return opened.walk.plan.step(state.id), state

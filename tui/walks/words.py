"""Owns the words, marks and spans in which walks are spoken of, the same on every screen. Pure.

Every text that came from outside is cleaned here, before its width is measured.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from checks.text import clean
from checks.units import show
from runbooks.model import Plan, Risk, StepPlan, WindowNeed
from runbooks.operators import Operator
from runbooks.templates import MissingValueError, Template
from runbooks.walk import Status, StepState, Walk
from runbooks.walk_events import WalkEnding
from tui.cell import Piece, Tone

DOT = " \u00b7 "

STATUS_MARK = {
    Status.PENDING: Piece("\u00b7", Tone.MUTED),
    Status.PLANNED: Piece("\u00b7", Tone.MUTED),
    Status.CONFIRMED: Piece("\u00b7", Tone.MUTED),
    Status.STARTED: Piece("\u00b7", Tone.STRONG),
    Status.SUCCEEDED: Piece("\u2713", Tone.OK),
    Status.FAILED: Piece("\u2717", Tone.CRIT),
    Status.UNKNOWN: Piece("?", Tone.UNKNOWN),
    Status.NOT_APPLIED: Piece("\u2717", Tone.WARN),
    Status.SKIPPED: Piece("-", Tone.MUTED),
}
"""No two that differ in what is to be done look alike without their colours."""
HERE = "\u25b8"
"""Where the walk is."""
TAKEN_BACK = "\u21ba"
ENDING_WORD = {
    WalkEnding.DONE: "done",
    WalkEnding.FAILED: "failed",
    WalkEnding.ROLLED_BACK: "rolled back",
    WalkEnding.STOPPED: "stopped",
    WalkEnding.UNKNOWN: "unknown",
    WalkEnding.REFUSED: "refused",
}
ENDING_TONE = {
    WalkEnding.DONE: Tone.OK,
    WalkEnding.FAILED: Tone.CRIT,
    WalkEnding.ROLLED_BACK: Tone.WARN,
    WalkEnding.STOPPED: Tone.WARN,
    WalkEnding.UNKNOWN: Tone.UNKNOWN,
    WalkEnding.REFUSED: Tone.MUTED,
}
RISK_TONE = {Risk.LOW: Tone.MUTED, Risk.MEDIUM: Tone.PLAIN, Risk.HIGH: Tone.CRIT}
WINDOW_WORD = {
    WindowNeed.REQUIRED: "inside a window only",
    WindowNeed.ADVISED: "better inside a window",
    WindowNeed.ANY: "at any time",
}


def said(text: str) -> str:
    """Return text from outside as one line that is safe to show."""
    return clean(text)


def lines_of(text: str) -> tuple[str, ...]:
    """Return text from outside as the lines it has, each safe to show."""
    return tuple(clean(line) for line in text.splitlines())


def span(seconds: float) -> str:
    """Return how long something took: `0:12`, `5:51`, `1:02:03`."""
    whole = max(0, int(seconds))
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"
    return f"{whole // 60}:{whole % 60:02}"


def usually(seconds: float) -> str:
    """Return how long something usually takes; empty when nobody knows."""
    return f"usually {show(seconds, 's')}" if seconds > 0 else ""


def who(operator: Operator) -> str:
    """Return who it was: the login, and beside it the user that he became."""
    name, login = said(operator.name), said(operator.login)
    if login and name and login != name:
        return f"{login} as {name}"
    return login or name or "somebody"


def short_who(operator: Operator) -> str:
    """Return who it was in one word."""
    return said(operator.login or operator.name) or "somebody"


def title_of(plan: StepPlan) -> str:
    """Return what the step is called."""
    return said(plan.title) or said(plan.id)


def name_of(plan: Plan) -> str:
    """Return what the runbook is called."""
    return said(plan.title) or said(plan.name)


def number_of(walk: Walk, step: str) -> str:
    """Return the number of a step: that of the one it undoes for one of the way back, with an arrow."""
    for place, plan in enumerate((*walk.plan.steps, *walk.plan.last), 1):
        if plan.id == step:
            return str(place)
        if any(undo.id == step for undo in plan.undo):
            return f"{TAKEN_BACK}{place}"
    return ""


def size_of(plan: Plan) -> str:
    """Return how many steps a runbook has, and how many of them change something."""
    changing = sum(step.changes for step in plan.steps)
    if len(plan.steps) == 1:
        return "one step, which changes something" if changing else "one step, which only looks"
    if changing in (0, len(plan.steps)):
        return (
            f"{len(plan.steps)} steps, {'all of which change something' if changing else 'which only look'}"
        )
    return f"{len(plan.steps)} steps, {changing} of which change something"


def usual_of(plan: StepPlan, usual: Mapping[str, float]) -> float:
    """Return the seconds that a step usually takes, 0 when nobody knows."""
    return usual.get(plan.id, 0.0) or plan.expected


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the values of the walk in it, or as it was written when one is not there yet."""
    try:
        return Template(text).shown(values)
    except MissingValueError:
        return text


def status_word(state: StepState) -> str:
    """Return how a step stands, in words."""
    if state.by_condition:
        return "left out"
    if state.skipped and state.status is not Status.SKIPPED:
        return f"{_WORD[state.status]}, let pass"
    if state.status is Status.SUCCEEDED and state.verified is False:
        return "not verified"
    return _WORD[state.status]


_WORD = {
    Status.PENDING: "to come",
    Status.PLANNED: "waits",
    Status.CONFIRMED: "confirmed",
    Status.STARTED: "runs",
    Status.SUCCEEDED: "done",
    Status.FAILED: "failed",
    Status.UNKNOWN: "unknown",
    Status.NOT_APPLIED: "did nothing",
    Status.SKIPPED: "skipped",
}


def options_of(plan: StepPlan) -> tuple[tuple[str, str], ...]:
    """Return the options of a step that say something, each in one line."""
    shown = ((said(name), _value(value)) for name, value in plan.options.items())
    return tuple((name, value) for name, value in shown if value)


def _value(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Mapping) and set(value) == {"text"}:
        return _value(value["text"])
    if isinstance(value, Mapping):
        members = ((said(str(name)), _value(each)) for name, each in value.items())
        return ", ".join(f"{name}={text}" for name, text in members if text)
    if isinstance(value, list | tuple):
        texts = [_value(each) for each in value]
        return " ".join(text if not _blank(text) else shlex.quote(text) for text in texts if text)
    return said(f"{value:g}" if isinstance(value, float) else str(value))


def _blank(text: str) -> bool:
    return any(char.isspace() for char in text)

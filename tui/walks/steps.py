"""Owns the list of a walk's steps: what stands in the line of each, and under which headings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.walk import Stage, Status, StepState, Walk
from tui.cell import Cell, Piece, Tone
from tui.lines import fit, spread, width_of
from tui.walks.open_walk import OpenWalk
from tui.walks.words import HERE, STATUS_MARK, TAKEN_BACK, number_of, span, title_of, usual_of

NUMBER = 3
"""Cells of a number, the arrow of the way back included."""
LOOKED = "\u203a"
"""Before the step that is shown large."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the list: a step, or a heading when `state` is None."""

    heading: str = ""
    state: StepState | None = None

    @property
    def id(self) -> str:
        """Return the id of the step; empty for a heading."""
        return self.state.id if self.state else ""


def step_lines(walk: Walk) -> tuple[StepLine, ...]:
    """Return the lines of the list: forward, then the way back if it was begun, then what is always run."""
    lines = [StepLine(state=state) for state in walk.steps]
    if walk.undos or walk.stage is Stage.BACK:
        lines += [StepLine("way back"), *(StepLine(state=state) for state in walk.undos)]
    if walk.last:
        lines += [StepLine("finally"), *(StepLine(state=state) for state in walk.last)]
    return tuple(lines)


def draw_step(line: StepLine, opened: OpenWalk, now: float, width: int, *, looked: bool) -> Cell:
    """Return the line of `width` cells: where the walk is, how the step stands, number, title, time."""
    walk, state = opened.walk, line.state
    if state is None:
        return spread((Piece(f"   {line.heading} ", Tone.MUTED),), (), width - 1, "\u2500", Tone.RULE)
    current = walk.current
    here = current is not None and current.id == state.id
    tone = _tone(state, here)
    edge = Piece(f"{LOOKED if looked else ' '}{HERE if here else ' '} ", Tone.FOCUS)
    number = Piece(f"{number_of(walk, state.id):>{NUMBER}} ", tone)
    time = _time(opened, state, now)
    title = title_of(walk.plan.step(state.id))
    room = width - width_of((edge, number, time)) - 3
    return (edge, mark_of(walk, state), number, Piece(fit(title, room) + " ", tone), time, Piece(" "))


def mark_of(walk: Walk, state: StepState) -> Piece:
    """Return the sign for how a step stands; one that was taken back has an arrow."""
    if state.status is Status.SUCCEEDED and _taken_back(walk, state):
        return Piece(TAKEN_BACK, Tone.WARN)
    if state.status is Status.SUCCEEDED and state.verified is False:
        return Piece("!", Tone.MUTED if state.skipped else Tone.CRIT)
    mark = STATUS_MARK[state.status]
    return mark._replace(tone=Tone.MUTED) if state.skipped else mark


def _taken_back(walk: Walk, state: StepState) -> bool:
    plan = walk.plan.step(state.id)
    return bool(walk.undos and plan.undo and plan.changes and not state.touched)


def _tone(state: StepState, here: bool) -> Tone:
    if here:
        return Tone.STRONG
    return Tone.PLAIN if state.status in (Status.SUCCEEDED, Status.FAILED, Status.UNKNOWN) else Tone.MUTED


def _time(opened: OpenWalk, state: StepState, now: float) -> Piece:
    """Return how long it took or has been running, or else what it usually takes."""
    if state.status is Status.STARTED:
        return Piece(span(now - state.started_at), Tone.STRONG)
    if state.ended_at and not state.by_condition:
        return Piece(span(state.elapsed))
    if state.skipped:
        return Piece("skipped" if not state.by_condition else "left out", Tone.MUTED)
    usual = usual_of(opened.walk.plan.step(state.id), opened.live.usual)
    return Piece(f"~{span(usual)}" if usual else "", Tone.MUTED)

"""Owns what is said of a walk as it was: its steps, what was decided and noted, what was left. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from checks.moments import clock_time, named
from checks.units import show
from runbooks.step_events import Evidence
from runbooks.walk import Remark, Status, StepState, Walk
from tui.cell import Cell, Piece, Tone, cell
from tui.paragraph import Paragraph, fact, prose
from tui.walks.open_walk import step_count
from tui.walks.step import joined, step_text
from tui.walks.steps import mark_of
from tui.walks.words import (
    DOT,
    ENDING_TONE,
    ENDING_WORD,
    lines_of,
    name_of,
    number_of,
    said,
    short_who,
    span,
    status_word,
    title_of,
    who,
)
from tui.widgets.table_rows import Row

NEVER = (Status.PENDING, Status.PLANNED, Status.CONFIRMED)
"""Of a walk that is over: what was never begun."""
STEPS, DECIDED, LEFT = "steps", "decided and written down", "evidence"


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line of a walk's story: a step, a remark, or a file that was left."""

    walk: Walk
    state: StepState | None = None
    remark: Remark | None = None
    evidence: Evidence | None = None
    """Of the step in `state`."""


def rows(walk: Walk) -> list[Row[StoryLine]]:
    """Return the lines: every step that was come to, then what was decided, then what was left."""
    lines = [Row(f"step {state.id}", StoryLine(walk, state), STEPS) for state in walk.states]
    lines += [
        Row(f"remark {place}", StoryLine(walk, remark=remark), DECIDED)
        for place, remark in enumerate(walk.remarks)
    ]
    lines += [
        Row(f"file {state.id} {each.name}", StoryLine(walk, state, evidence=each), LEFT)
        for state in walk.states
        for each in state.evidence
    ]
    return lines


def when(line: StoryLine, where: tzinfo | None) -> Cell:
    """Return at what time it was."""
    at = line.remark.at if line.remark else line.state.started_at if line.state else 0.0
    return cell(clock_time(at, where) if at and line.evidence is None else "", Tone.MUTED)


def what(line: StoryLine) -> Cell:
    """Return which step, what was decided, or which file."""
    if line.remark is not None:
        return (Piece(said(line.remark.what), Tone.STRONG), Piece(f"  {said(line.remark.text)}"))
    assert line.state is not None, "what is no remark is of a step"
    number, title = number_of(line.walk, line.state.id), title_of(line.walk.plan.step(line.state.id))
    if line.evidence is not None:
        return (Piece(said(line.evidence.name), Tone.STRONG), Piece(f"  {number} {title}", Tone.MUTED))
    return (mark_of(line.walk, line.state), Piece(f" {number:>2} {title}"))


def came(line: StoryLine) -> Cell:
    """Return what it came to: the word for how a step stands, or the size of a file."""
    if line.evidence is not None:
        return cell(show(line.evidence.size, "B"), Tone.MUTED)
    if line.state is not None:
        never = line.walk.over and line.state.status in NEVER
        word = "not run" if never else status_word(line.state)
        return cell(word, mark_of(line.walk, line.state).tone)
    return ()


def took(line: StoryLine) -> Cell:
    """Return how long a step took."""
    state = line.state
    ran = state is not None and state.ended_at and line.evidence is None
    return cell(span(state.elapsed) if ran and state else "", Tone.MUTED)


def by(line: StoryLine) -> Cell:
    """Return who it was."""
    operator = line.remark.operator if line.remark else line.state.operator if line.state else None
    known = operator is not None and (operator.name or operator.login) and line.evidence is None
    return cell(short_who(operator) if known and operator else "", Tone.MUTED)


def told(line: StoryLine, where: tzinfo | None) -> tuple[Paragraph, ...]:
    """Return all that there is to say of a line."""
    if line.evidence is not None and line.state is not None:
        return _file(line.evidence, line.state)
    if line.remark is not None:
        remark = line.remark
        step = f" on {said(remark.step)}" if remark.step else ""
        head = fact(clock_time(remark.at, where)[:5], f"{said(remark.what)}{step}, by {who(remark.operator)}")
        return joined([[head], [prose(text) for text in lines_of(remark.text)]])
    assert line.state is not None, "what is no remark is of a step"
    return _step(line.walk, line.state)


def _step(walk: Walk, state: StepState) -> tuple[Paragraph, ...]:
    parts = [list(step_text(walk, state, 0.0))]
    if state.resolution is not None:
        parts.append([fact("said", f"{state.resolution.value.replace('_', ' ')}: {said(state.verdict)}")])
    if state.earlier:
        parts.append([prose("earlier attempts", Tone.MUTED)])
        for number, ended in enumerate(state.earlier, 1):
            words = DOT.join(part for part in (ended.ending.value, said(ended.summary)) if part)
            parts[-1].append(fact(f"{number}", words))
    return joined(parts)


def _file(evidence: Evidence, state: StepState) -> tuple[Paragraph, ...]:
    cut = [prose("its middle was left out", Tone.WARN)] if evidence.truncated else []
    return (
        fact("file", said(evidence.name)),
        fact("size", show(evidence.size, "B")),
        fact("sha256", said(evidence.sha256)),
        fact("of", f"{said(state.id)}, attempt {state.attempt}"),
        *cut,
        prose("enter shows it", Tone.MUTED),
    )


def head(walk: Walk, now: float, where: tzinfo | None) -> tuple[Cell, ...]:
    """Return two lines on the walk as a whole: what and how it ended; who, when, on which host."""
    if walk.ending is not None and walk.over:
        word = Piece(f" {ENDING_WORD[walk.ending]} ", ENDING_TONE[walk.ending])
    else:
        word = Piece(f" open, step {step_count(walk)} ", Tone.FOCUS)
    took_it = span((walk.ended_at or now) - walk.opened_at)
    why = said(walk.verdict or walk.reason)
    first = (Piece(f" {name_of(walk.plan)} ", Tone.STRONG), word, Piece(f" {why}" if why else ""))
    second = DOT.join(
        part
        for part in (
            f" {who(walk.opened_by)}",
            named(walk.opened_at, now, where),
            f"took {took_it}",
            said(walk.host),
            said(walk.id),
        )
        if part
    )
    lines = [first, cell(second, Tone.MUTED)]
    if walk.deviations:
        lines.append((Piece(" let pass: ", Tone.WARN), Piece("; ".join(map(said, walk.deviations)))))
    return tuple(lines)

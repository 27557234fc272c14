"""Owns what is said of a runbook before it is walked: what it is, every step, and its dry run. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.units import show
from runbooks import wording
from runbooks.live import DryStep, Runbooks
from runbooks.model import InputPlan, Plan, StepPlan
from runbooks.walk import Status
from tui.cell import Cell, Piece, Tone
from tui.paragraph import BREAK, Paragraph, exact, fact, prose
from tui.walks.step import joined, planned, undo_lines
from tui.walks.words import (
    DOT,
    RISK_TONE,
    STATUS_MARK,
    WINDOW_WORD,
    lines_of,
    said,
    size_of,
    span,
    title_of,
    usual_of,
)

NO_USUAL: Mapping[str, float] = {}


def plan_text(plan: Plan, library: Runbooks, dry: Mapping[str, DryStep]) -> tuple[Paragraph, ...]:
    """Return the whole plan; beneath each step what a dry run said of it."""
    parts = [list(_head(plan, library))]
    for number, step in enumerate(plan.steps, 1):
        parts.append(list(_step(step, number, dry)))
    if plan.last:
        parts.append([Paragraph((Piece("finally, whatever happened before", Tone.MUTED),))])
        parts += [
            list(_step(step, number, dry)) for number, step in enumerate(plan.last, len(plan.steps) + 1)
        ]
    return joined(parts)


def _head(plan: Plan, library: Runbooks) -> Iterator[Paragraph]:
    if library.trouble:
        yield Paragraph((Piece(" NOT NOW ", Tone.CRIT_BADGE), Piece(f" {said(library.trouble)}")))
        yield BREAK
    yield from (prose(line) for line in lines_of(plan.summary))
    if plan.summary:
        yield BREAK
    yield fact("risk", plan.risk.value, RISK_TONE[plan.risk])
    if plan.approval:
        many = sum(step.approval for step in plan.steps)
        yield fact("needs", f"the approval of another user, for {many} step{'s' * (many > 1)}", Tone.WARN)
    yield fact("when", WINDOW_WORD[plan.window])
    usual = library.usual.get(plan.name, 0.0) or plan.expected
    words = [size_of(plan)]
    words += [f"usually {show(usual, 's')}"] if usual else []
    yield fact("takes", DOT.join(words))
    yield fact("guards", ", ".join(map(said, plan.guards)) or "none")
    for each in plan.inputs:
        yield fact("asks", _input(each))
    if plan.target:
        yield fact("locks", said(plan.target))
    if plan.refs:
        yield fact("covers", ", ".join(map(said, plan.refs)))
    if plan.source:
        yield fact("file", said(plan.source), Tone.MUTED)


def _input(each: InputPlan) -> str:
    words = [said(each.prompt) or said(each.name)]
    if each.choices:
        words.append(f"one of {', '.join(map(said, each.choices))}")
    elif each.pattern:
        words.append(f"must match {said(each.pattern)}")
    if each.secret:
        words.append("secret: never stored")
    return DOT.join(words)


def _step(step: StepPlan, number: int, dry: Mapping[str, DryStep]) -> Iterator[Paragraph]:
    yield Paragraph((Piece(f"{number:>2} ", Tone.MUTED), *_title(step)), hang=3)
    yield from map(_indented, _body(step))
    said_dry = dry.get(step.id)
    if said_dry is not None:
        yield from map(_indented, _dry(said_dry))


def _title(step: StepPlan) -> Cell:
    usual = usual_of(step, NO_USUAL)
    words = [said(step.kind), "changes" if step.changes else "looks"]
    words += [f"~{span(usual)}"] if usual else []
    return (Piece(title_of(step), Tone.STRONG), Piece(f"  {DOT.join(words)}", Tone.MUTED))


def _body(step: StepPlan) -> Iterator[Paragraph]:
    yield from (prose(line, Tone.MUTED) for line in lines_of(step.text))
    yield from planned(step)
    for look in step.verify:
        yield fact("then", wording.title_of(look))
    yield from undo_lines(step)
    if step.approval:
        yield fact("needs", "the approval of another user", Tone.WARN)
    for condition in step.when:
        yield fact("when", f"{said(condition.name)} is {' or '.join(map(said, condition.values))}")
    if step.guards:
        yield fact("guards", ", ".join(map(said, step.guards)))


def _dry(step: DryStep) -> Iterator[Paragraph]:
    mark = STATUS_MARK[Status.SUCCEEDED if step.passed else Status.FAILED]
    word = "fine" if step.passed else "not fine"
    yield fact("dry", said(step.said), lead=(mark, Piece(f" {word}  ", mark.tone)))
    for line in step.lines:
        yield from (exact(part) for part in lines_of(line) or ("",))


def _indented(paragraph: Paragraph) -> Paragraph:
    """Return the paragraph set in beneath the title of its step."""
    return paragraph._replace(line=(Piece("   "), *paragraph.line), hang=paragraph.hang + 3)

"""Owns what is said of one step, large: its text, exactly what it does, where, and what comes of it. Pure.

Actions are wrapped, never cut: what will run is read to its end before it is confirmed (reliability S29).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.units import show
from runbooks import wording
from runbooks.action import Action
from runbooks.model import StepPlan
from runbooks.walk import Status, StepState, Walk
from tui.cell import Cell, Piece, Tone
from tui.paragraph import BREAK, Paragraph, exact, fact, prose
from tui.walks.words import DOT, filled, lines_of, options_of, said, status_word, usually, who

DIFFERENCE_TONE = {"+": Tone.OK, "-": Tone.CRIT, "@": Tone.FOCUS}


def step_text(walk: Walk, state: StepState, usual: float) -> tuple[Paragraph, ...]:
    """Return all that the operator should read of a step; how it ended comes first once the walk is over."""
    plan = walk.plan.step(state.id)
    parts = [
        tuple(prose(line) for line in lines_of(filled(plan.text, walk.values))),
        tuple(action_lines(state.action)) or tuple(planned(plan)),
        (*action_facts(state.action, usual), *outlook(walk, plan)),
    ]
    ended = tuple(outcome(state))
    return joined([ended, *parts] if walk.over else [*parts, ended])


def joined(parts: Sequence[Sequence[Paragraph]]) -> tuple[Paragraph, ...]:
    """Return the parts that say something with an empty line between them."""
    lines: list[Paragraph] = []
    for part in parts:
        if part:
            lines += [BREAK, *part] if lines else part
    return tuple(lines)


def action_lines(action: Action) -> Iterator[Paragraph]:
    """Yield exactly what will run, then what will be gone and what will differ."""
    if action.shell:
        yield Paragraph((Piece(" SHELL ", Tone.WARN_BADGE), Piece(" a shell reads this", Tone.WARN)))
    for line in action.lines:
        yield from (exact(part) for part in lines_of(line) or ("",))
    if action.done_already:
        yield Paragraph((Piece("need not be run: ", Tone.OK), Piece(said(action.done_already))))
    if action.destroys:
        yield BREAK
        yield Paragraph((Piece(" DESTROYS ", Tone.CRIT_BADGE), Piece(" gone afterwards:", Tone.CRIT)))
        yield from (exact(part, Tone.CRIT) for line in action.destroys for part in lines_of(line) or ("",))
    if action.difference:
        yield BREAK
        yield Paragraph((Piece("what will differ", Tone.MUTED),))
        for place, line in enumerate(action.difference):
            for part in lines_of(line) or ("",):
                named = place < 2 and part.startswith(("--- ", "+++ "))
                yield exact(part, Tone.MUTED if named else DIFFERENCE_TONE.get(part[:1], Tone.PLAIN))


def planned(plan: StepPlan) -> Iterator[Paragraph]:
    """Yield what a step that was not shown yet will do, as far as its plan says."""
    for name, value in options_of(plan):
        yield fact(name, value)


def action_facts(action: Action, usual: float) -> Iterator[Paragraph]:
    """Yield where it acts, as whom, and how long that usually takes."""
    place = said(action.where) + (f", as {said(action.user)}" if action.user else "")
    words = "      ".join(part for part in (place.strip(", "), usually(usual)) if part)
    if words:
        yield fact("on" if action.where or action.user else "", words)


def outlook(walk: Walk, plan: StepPlan) -> Iterator[Paragraph]:
    """Yield what must be true after a step, and how it is taken back."""
    for look in plan.verify:
        yield fact("then", wording.title_of(look))
    if plan in walk.plan.steps:
        yield from undo_lines(plan)
    if plan.approval and plan in walk.plan.steps:
        yield fact("needs", "the approval of another user", Tone.WARN)
    if plan.guards:
        yield fact("guards", ", ".join(map(said, plan.guards)))
    if plan.expects:
        yield fact("expects", f"{', '.join(map(said, plan.expects))} to fail meanwhile")


def undo_lines(plan: StepPlan) -> Iterator[Paragraph]:
    """Yield how a step is taken back, or that it cannot be."""
    if plan.irreversible:
        yield fact("undo", "cannot be undone", Tone.WARN)
    for step in plan.undo:
        yield fact("undo", wording.title_of(step))
    if plan.changes and not plan.undo and not plan.irreversible:
        yield fact("undo", "nothing to undo")
    if plan.point_of_no_return:
        yield fact("", "point of no return: from here on there is no way back", Tone.WARN)


def outcome(state: StepState) -> Iterator[Paragraph]:
    """Yield how the attempt ended, what was seen, and who decided what."""
    if state.skipped:
        yield fact("skipped", said(state.skipped))
    if state.status in (Status.PENDING, Status.PLANNED, Status.CONFIRMED, Status.STARTED):
        return
    ended = state.outcome
    word = Piece(status_word(state), _OUTCOME_TONE.get(state.status, Tone.MUTED))
    words = DOT.join(part for part in (said(ended.summary), said(ended.error_class)) if part)
    if state.status is not Status.SKIPPED:
        yield fact("ended", words, lead=(word, Piece("  " if words else "")))
    if state.operator.name or state.operator.login:
        yield fact("by", who(state.operator) + (f", attempt {state.attempt}" if state.attempt > 1 else ""))
    if state.verified is not None:
        yield fact(
            "then",
            said(state.verdict),
            lead=(Piece("true  ", Tone.OK) if state.verified else Piece("not true  ", Tone.CRIT),),
        )
    elif state.verdict:
        yield fact("because", said(state.verdict))
    if state.evidence:
        files = (f"{said(each.name)} {show(each.size, 'B')}" for each in state.evidence)
        yield fact("left", ", ".join(files))
    if ended.detail:
        yield BREAK
        yield from (Paragraph((Piece(line, Tone.MUTED),)) for line in lines_of(ended.detail))


_OUTCOME_TONE = {
    Status.SUCCEEDED: Tone.OK,
    Status.FAILED: Tone.CRIT,
    Status.UNKNOWN: Tone.UNKNOWN,
    Status.NOT_APPLIED: Tone.WARN,
}


def heading(walk: Walk, state: StepState, number: str) -> tuple[Cell, Cell]:
    """Return the two ends of the heading: number and title, then kind and attempt."""
    plan = walk.plan.step(state.id)
    title = said(plan.title) or said(plan.id)
    kind = said(plan.kind) + (f"{DOT}attempt {state.attempt}" if state.attempt > 1 else "")
    return (Piece(f"{number} {title}".strip(), Tone.STRONG),), (Piece(f" {kind} ", Tone.MUTED),)

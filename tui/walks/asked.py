"""Owns how it is said what an open walk waits for: what runs, what is asked, by which key. Pure."""

from __future__ import annotations

from datetime import tzinfo

from checks.units import show
from runbooks import wording
from runbooks.model import StepPlan
from runbooks.walk import Status, StepState, Walk
from runbooks.walking.deciding import closed_for
from runbooks.windows.budget import budget_words
from tui.cell import Cell, Piece, Tone
from tui.walks.approval import offered, standing, waiting
from tui.walks.open_walk import OpenWalk
from tui.walks.phase import TONE, Phase, phase_of
from tui.walks.view import WalkView
from tui.walks.words import DOT, ENDING_TONE, ENDING_WORD, said, short_who, span, title_of, usual_of


def bar(view: WalkView, now: float, where: tzinfo | None, *, detached: bool) -> tuple[Cell, ...]:
    """Return what stands above the keys: what is asked, or why nothing can be answered here and now."""
    if detached:
        words = " no agent answers; what was started goes on under its supervisor"
        return ((Piece(" NO AGENT ", Tone.CRIT_BADGE), Piece(words)),)
    lines = asked(view.opened, now, where)
    if view.elsewhere:
        words = " another step than the current one; escape goes back to it"
        return ((Piece(" LOOKING ", Tone.MUTED), Piece(words, Tone.MUTED)), *lines)
    return lines


def asked(opened: OpenWalk, now: float, where: tzinfo | None = None) -> tuple[Cell, ...]:
    """Return what is asked, and beneath it what else the operator must know; each to be wrapped."""
    phase = phase_of(opened)
    word = Piece(f" {phase.upper()} ", TONE.get(phase, Tone.MUTED))
    keys = _keys(phase, opened) if opened.held or phase is Phase.OVER else ()
    lines: list[Cell] = [(word, Piece(" "), *_sentence(phase, opened, now), *keys)]
    if not opened.held and not opened.walk.over:
        lines.append(_watching(opened))
    lines += [line for line in (standing(opened, now), offered(opened)) if line]
    return (*lines, *_time(opened, now, where), *_remarks(opened))


def _time(opened: OpenWalk, now: float, where: tzinfo | None) -> tuple[Cell, ...]:
    """Return how the time in the window stands; nothing without one."""
    words = budget_words(opened.walk, opened.live, now, where)
    tone = Tone.WARN if opened.live.late else Tone.MUTED
    return ((Piece(" TIME ", tone), Piece(f" {words}", tone)),) if words else ()


def _sentence(phase: Phase, opened: OpenWalk, now: float) -> Cell:
    walk, live, state = opened.walk, opened.live, opened.walk.current
    plan = walk.plan.step(state.id) if state else None
    name = title_of(plan) if plan else ""
    match phase:
        case Phase.RUNS | Phase.OVERDUE if state and plan:
            return _clock(phase, opened, state, plan, now)
        case Phase.VERIFIES:
            since = f" {span(now - live.since)}" if live.running and live.since else ""
            return (Piece(f"whether {name} did what it should{since}" if name else f"the checks{since}"),)
        case Phase.SETTLES if live.settling is not None:
            return (Piece(said(wording.settling_words(live.settling, now))),)
        case Phase.CONFIRM:
            return (Piece(f"{name} waits"),)
        case Phase.ASKS:
            return (Piece(said(live.question.prompt) if live.question else name),)
        case Phase.SECRET:
            return (Piece(f"the value of {said(live.wanted_secret)} is wanted again; it was not stored"),)
        case Phase.APPROVAL if state:
            return waiting(opened, now)
        case Phase.CLOSED if state:
            return (Piece(said(closed_for(walk, state, live.gate, live.late))),)
        case Phase.FAILED if state:
            return (Piece(_failure(state)),)
        case Phase.UNKNOWN:
            return (Piece(f"nobody can say what became of {name}"),)
        case Phase.PAUSED:
            return (Piece(said(walk.paused)),)
        case Phase.OVER:
            return _over(walk)
        case _:
            return (Piece(name, Tone.MUTED),)


def _clock(phase: Phase, opened: OpenWalk, state: StepState, plan: StepPlan, now: float) -> Cell:
    passed = now - (state.started_at or opened.live.since)
    usual = usual_of(plan, opened.live.usual)
    words = [f"usually {span(usual)}"] if usual else []
    if phase is Phase.OVERDUE:
        words.append(f"longer than its {show(plan.timeout, 's')}")
    if state.ending_asked:
        words.append("was asked to end")
    clock = Piece(span(passed), Tone.WARN if usual and passed > 2 * usual else Tone.STRONG)
    return (clock, Piece(f"  {DOT.join(words)}" if words else "", Tone.MUTED))


def _failure(state: StepState) -> str:
    if state.status is Status.SUCCEEDED:
        return f"it was done, but: {said(state.verdict) or 'what must be true after it is not'}"
    return said(state.outcome.summary) or said(state.verdict) or "it failed"


def _over(walk: Walk) -> Cell:
    if walk.ending is None:
        return (Piece("it has ended"),)
    word = Piece(ENDING_WORD[walk.ending], ENDING_TONE[walk.ending])
    took = f" after {span(walk.ended_at - walk.opened_at)}"
    why = said(walk.verdict or walk.reason)
    return (word, Piece(took, Tone.MUTED), Piece(f": {why}" if why else ""))


KEYS = {
    Phase.CONFIRM: "enter reads it to its end and confirms",
    Phase.ASKS: "enter answers",
    Phase.SECRET: "enter gives it",
    Phase.CLOSED: "o sets the rule aside",
    Phase.RUNS: "x ends it",
    Phase.OVERDUE: "enter: wait, end it, detach it",
    Phase.FAILED: "enter: what next",
    Phase.UNKNOWN: "enter says what became of it",
    Phase.PAUSED: f"o goes on{DOT}b goes back{DOT}S stops",
    Phase.OVER: "e evidence, escape leaves",
}


def _keys(phase: Phase, opened: OpenWalk) -> Cell:
    words = KEYS.get(phase, "")
    return (Piece(f"   {words}", Tone.FOCUS),) if words else ()


def _watching(opened: OpenWalk) -> Cell:
    walk, may_run = opened.walk, opened.standpoint.may_run
    name = short_who(walk.holder)
    why = next((remark.text for remark in reversed(walk.remarks) if remark.what == "take over"), "")
    return (
        Piece(" WATCHING " if may_run else " OBSERVER ", Tone.MUTED),
        Piece(f" {name} decides", Tone.STRONG),
        Piece("   T takes over, n writes a note" if may_run else "", Tone.FOCUS),
        Piece(f"   {wording.who(walk.holder).removeprefix(name).strip(', ')}", Tone.MUTED),
        Piece(f"   has taken it over: {said(why)}" if why else "", Tone.MUTED),
    )


def _remarks(opened: OpenWalk) -> tuple[Cell, ...]:
    """Return what the operator must know besides."""
    walk, live = opened.walk, opened.live
    lines: list[Cell] = []
    if live.trouble and not walk.over:
        lines.append((Piece(" TROUBLE ", Tone.CRIT_BADGE), Piece(f" {said(live.trouble)}")))
    if walk.paused and phase_of(opened) in (Phase.RUNS, Phase.OVERDUE, Phase.FAILED):
        lines.append((Piece(" PAUSED ", Tone.WARN_BADGE), Piece(f" after this: {said(walk.paused)}")))
    if live.file_changed:
        words = " the runbook's file says something else by now; the walk goes by its own plan"
        lines.append((Piece(" CHANGED ", Tone.WARN), Piece(words, Tone.MUTED)))
    if walk.overridden and not walk.over:
        lines.append(
            (
                Piece(" SET ASIDE ", Tone.WARN),
                Piece(f" {', '.join(map(said, walk.overridden))}"),
            )
        )
    return tuple(lines)

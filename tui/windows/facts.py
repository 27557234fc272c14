"""Owns what is said of the window: since when, until when, by whom, what runs in it, what was found. Pure.

Every text that came from outside is cleaned here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from checks.moments import named
from checks.units import show
from runbooks.comparison import Comparison
from runbooks.operators import WALKDOWN
from runbooks.windows.behind import crossed, crossing_words
from runbooks.windows.found import recheck_words, rechecks
from runbooks.windows.state import SHORTEST, PlannedWindow, WindowsNow, WindowState, WindowWalk
from tui.cell import Cell, Piece, Tone
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.walks.words import DOT, said, short_who, span
from tui.windows.difference import summary

MOST_PLANNED = 5
"""So many windows to come are told."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that is told of."""

    windows: WindowsNow
    now: float
    """UTC seconds."""
    where: tzinfo | None
    found: Comparison | None = None
    """What is different now from the baseline of the window; None while that is not known."""
    problem: str = ""
    """Why it is not."""

    def at(self, moment_: float) -> str:
        """Return a moment as it is shown."""
        return named(moment_, self.now, self.where)


def window_text(told: Told) -> tuple[Paragraph, ...]:
    """Return all that is known of the window, and of those to come."""
    return tuple(_lines(told))


def _lines(told: Told) -> Iterator[Paragraph]:
    windows, state = told.windows, told.windows.state
    if windows.trouble:
        yield Paragraph((Piece(" TROUBLE ", Tone.CRIT_BADGE), Piece(f" {said(windows.trouble)}")))
    if state.is_open(told.now):
        yield from _open(told, state)
    else:
        yield Paragraph((Piece(" CLOSED ", Tone.WARN_BADGE), Piece(f" {said(windows.gate)}")))
        yield from _last(told, state)
    yield from _walks(told)
    yield from _lists(told)
    yield from _compared(told, state)
    yield from _planned(told)


def _open(told: Told, state: WindowState) -> Iterator[Paragraph]:
    left = state.until - told.now
    tone = Tone.WARN if told.windows.reminder else Tone.PLAIN
    badge = (Piece(" OPEN ", Tone.WARN_BADGE if told.windows.reminder else Tone.FOCUS),)
    yield Paragraph((*badge, Piece(f" {said(state.name)}", Tone.STRONG), Piece(f"  {span(left)} left", tone)))
    yield fact("closes", told.at(state.until), tone)
    yield fact("since", f"{told.at(state.opened_at)}{DOT}{opened_by(state)}")
    if state.planned_until and state.planned_until != state.until:
        yield fact("plan", f"was to close {told.at(state.planned_until)}", Tone.MUTED)
    for longer in state.extensions:
        far = " beyond its bound" if longer.beyond else ""
        words = f"to {told.at(longer.until)}{far} by {short_who(longer.by)}: {said(longer.reason)}"
        yield fact("longer", words)
    for one in crossed(told.windows.planned, state.name, state.until, told.now):
        yield fact("mind", said(crossing_words(one, state.name, state.until, told.at)), Tone.WARN)
    if told.windows.latest:
        left = told.windows.latest - state.until
        more = f"may be extended until {told.at(told.windows.latest)}"
        yield fact("bound", more if left >= SHORTEST else "may not be extended any more", Tone.MUTED)


def opened_by(state: WindowState) -> str:
    """Return by whom and why a window was opened."""
    if state.opened_by == WALKDOWN:
        return "as planned"
    return f"by {short_who(state.opened_by)}: {said(state.reason)}"


def _last(told: Told, state: WindowState) -> Iterator[Paragraph]:
    if state.name and state.closed_at:
        words = f"{said(state.name)}, closed {told.at(state.closed_at)}"
        if state.close_reason:
            words += f", early, by {short_who(state.closed_by)}: {said(state.close_reason)}"
        yield fact("last", words)


def _walks(told: Told) -> Iterator[Paragraph]:
    for walk in told.windows.walks:
        name = said(walk.title or walk.runbook)
        yield fact("walk", f"{name}{DOT}{short_who(walk.holder)} decides")
        if walk.safe_until:
            yield fact("safe", *_safe(walk, told))
    if not told.windows.walks and told.windows.state.is_open(told.now):
        yield fact("walks", "none is open", Tone.MUTED)


def _lists(told: Told) -> Iterator[Paragraph]:
    for one in told.windows.lists:
        words = [said(one.title or one.name), *([said(one.phase)] if one.phase else [])]
        words.append(f"{one.settled} of {one.items}")
        if one.unfinished:
            words.append(f"{one.unfinished} must be finished first")
        yield fact("list", DOT.join(words), Tone.WARN if one.unfinished else Tone.PLAIN)


def _safe(walk: WindowWalk, told: Told) -> tuple[str, Tone]:
    passed = told.now > walk.safe_until
    words = [f"{'PASSED' if passed else 'until'} {told.at(walk.safe_until)}"]
    if walk.uncertain:
        words[0] += " at the latest"
    if walk.one_way:
        words.append("no way back: all the rest must fit")
    elif walk.back:
        words.append(f"a way back takes {show(walk.back, 's')}")
    return DOT.join(words), Tone.WARN if passed else Tone.PLAIN


def _compared(told: Told, state: WindowState) -> Iterator[Paragraph]:
    if not state.name:
        return
    if not state.baseline:
        waits = "taken once every check was looked at" if state.is_open(told.now) else "none was taken"
        yield fact("before", waits, Tone.MUTED)
    elif told.found is None:
        yield fact("before", said(told.problem) or "asking the agent", Tone.MUTED)
    else:
        lead: Cell = (Piece(f"as of {told.at(state.baseline_at)}, now: ", Tone.MUTED),)
        yield fact("before", "", lead=(*lead, *summary(told.found)))
    for found in rechecks(state, told.now):
        bad = found is state.recheck and (found.newly_bad or found.trouble)
        words = said(recheck_words(state.name, found))
        yield fact("again", f"{told.at(found.at)}{DOT}{words}", Tone.WARN if bad else Tone.PLAIN)
    if told.windows.recheck_at:
        yield fact("again", f"everything is looked at {told.at(told.windows.recheck_at)}", Tone.MUTED)
    if state.closing is not None:
        yield fact("again", "everything is being looked at, now that it is closed", Tone.MUTED)


def _planned(told: Told) -> Iterator[Paragraph]:
    coming = told.windows.planned
    if not coming:
        yield BREAK
        yield prose("No window is planned. One may be opened by hand.", Tone.MUTED)
        return
    yield BREAK
    for one in coming[:MOST_PLANNED]:
        yield fact("plan", planned_words(one, told))
    if len(coming) > MOST_PLANNED:
        yield fact("", f"and {len(coming) - MOST_PLANNED} more", Tone.MUTED)


def planned_words(one: PlannedWindow, told: Told) -> str:
    """Return when a planned window is open, now or next."""
    words = f"{said(one.name)}{DOT}{said(one.words)} {said(one.zone)}"
    if not one.start:
        return f"{words}{DOT}never again"
    begun = "since" if one.start <= told.now else "from"
    return f"{words}{DOT}{begun} {told.at(one.start)} for {show(one.end - one.start, 's')}"

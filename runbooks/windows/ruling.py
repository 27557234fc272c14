"""Owns what may be done with windows, and what is due: pure rules over the state, the plans and the time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from checks.moments import spoken
from checks.recurrence.timing import LONGEST, Span
from checks.text import clean
from checks.units import show
from runbooks.errors import RefusedDecisionError
from runbooks.reasons import FULL_REASON, REASON, told
from runbooks.window_events import WindowClosed, WindowExtended, WindowOpened
from runbooks.windows.plan import RECHECK, Occurrence, WindowPlan, next_span
from runbooks.windows.state import SHORTEST, PlannedWindow, WindowState, WindowWalk
from runbooks.wording import who

NAMED = 4
"""So many walks are named that are open; the rest is counted."""
EARLY, EARLY_PART = 3600.0, 0.25
"""Seconds before its planned start, and part of the time from that one to the next, within both of which a
window that is opened by hand is that time of it."""
NO_WINDOW = WindowState()
EXTENSION = 3600.0
"""Seconds by which a window may be extended altogether where nobody says; a longer one, by its own length."""
ROUNDING = 0.5
"""Seconds; lengths are typed as whole ones."""
REMIND_AT = (300.0, 900.0, 1800.0)
"""Seconds before its end at which operators are reminded of a window."""
_NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def due(state: WindowState, plans: Iterable[WindowPlan], at: float) -> WindowOpened | WindowClosed | None:
    """Return what happens to windows by itself now; None when nothing does."""
    if state.is_open(at):
        return None
    if state.name and not state.closed_at:
        return WindowClosed(state.name)
    spans = [(plan, span) for plan in plans if (span := plan.timing.containing(at))]
    fresh = [(plan, span) for plan, span in spans if span.start > _passed(state, plan.name)]
    if not fresh:
        return None
    plan, span = max(fresh, key=lambda pair: pair[1].end)
    return WindowOpened(plan.name, span.end, span.end, planned_start=span.start)


def _passed(state: WindowState, name: str) -> float:
    """Return until which moment what was planned of a window to begin is past: it is not opened (again)."""
    return max(state.early.get(name, 0.0), state.shut.get(name, 0.0))


def early_time(planned_: Iterable[PlannedWindow], name: str, lasts: float, at: float) -> PlannedWindow | None:
    """Return the planned time that a window is, if it is opened by hand now for so many seconds.

    It is the time that comes next when that is near, and the length, if one is given, reaches it. None when
    the window is one beside all plans.
    """
    for one in planned_:
        near = 0 < one.early_from <= at < one.start
        if one.name == name and near and (not lasts or at + lasts > one.start):
            return one
    return None


def opened_by_hand(
    state: WindowState,
    name: str,
    lasts: float,
    reason: str,
    at: float,
    planned_: Iterable[PlannedWindow] = (),
) -> WindowOpened:
    """Return the opening of a window that is not planned now, for so many seconds.

    Shortly before a time that it is planned for, it is that time, and ends as planned; then its length may
    be 0.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    if state.is_open(at):
        raise RefusedDecisionError(f"{state.name} is open already; extend it, or close it first")
    if not _NAME.fullmatch(name) or len(name) > 64:
        raise RefusedDecisionError("a window's name is small letters and digits, joined by single - _ .")
    if (one := early_time(planned_, name, lasts, at)) is not None:
        return WindowOpened(name, one.end, one.end, told(reason), one.start)
    if not lasts:
        near = show(EARLY, "s")
        raise RefusedDecisionError(
            f"say for how long: {name} is not planned to open within {near}, so it does not end by a plan"
        )
    return WindowOpened(name, at + _usable(lasts), reason=told(reason))


def extended(
    state: WindowState,
    lasts: float,
    reason: str,
    at: float,
    plans: Iterable[WindowPlan] = (),
    *,
    beyond: bool = False,
) -> WindowExtended:
    """Return that the open window closes so many seconds later.

    How far it may be extended altogether is set aside by `beyond`, with a full reason; how long a window is
    open at most can not.

    Raises:
        RefusedDecisionError: when it may not; says why.
    """
    _demand_open(state, at)
    until, bound = state.until + _usable(lasts), latest(state, plans)
    if until > state.opened_at + LONGEST + ROUNDING:
        raise RefusedDecisionError(f"a window is open for {show(LONGEST, 's')} at most")
    if until <= bound + ROUNDING:
        return WindowExtended(state.name, until, told(reason))
    if not beyond:
        raise RefusedDecisionError(_too_far(state, bound))
    return WindowExtended(state.name, until, told(reason, FULL_REASON), beyond=True)


def latest(state: WindowState, plans: Iterable[WindowPlan]) -> float:
    """Return until when a window may be extended, UTC seconds, however often; not before its end."""
    own = {plan.name: plan.extend for plan in plans}.get(state.name)
    by = own if own is not None else max(EXTENSION, state.first_until - state.opened_at)
    return min(state.first_until + by, state.opened_at + LONGEST)


def _too_far(state: WindowState, bound: float) -> str:
    whole, left = bound - state.first_until, bound - state.until
    if whole < SHORTEST:
        may = f"{state.name} may not be extended"
    else:
        rest = f"{show(left, 's')} of that is left" if left >= SHORTEST else "nothing of that is left"
        may = f"{state.name} may be extended by {show(whole, 's')} altogether; {rest}"
    return f"{may}. That can be set aside, with a reason of at least {FULL_REASON} characters"


def closed_early(
    state: WindowState,
    reason: str,
    at: float,
    walks: Sequence[WindowWalk] = (),
    known: Collection[str] = (),
) -> WindowClosed:
    """Return that the open window is closed now.

    Walks that are open stay so. Who closes it must say that he knows of each of them, by its id in `known`,
    and give a reason as long as one by which a rule is set aside.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    _demand_open(state, at)
    if any(walk.id not in known for walk in walks):
        raise RefusedDecisionError(over_walks(state.name, walks))
    said = told(reason, FULL_REASON if walks else REASON)
    return WindowClosed(state.name, early=True, reason=said, walks=tuple(walk.id for walk in walks))


def over_walks(window: str, walks: Sequence[WindowWalk]) -> str:
    """Return that walks are open in a window, which ones, and what closing it means to them."""
    named = [f"{walk.runbook} ({walk.id}), held by {who(walk.holder)}" for walk in walks[:NAMED]]
    more = f" and {len(walks) - NAMED} more" if len(walks) > NAMED else ""
    head = "a walk is open" if len(walks) == 1 else f"{len(walks)} walks are open"
    return clean(
        f"{head} in {window}: {'; '.join(named)}{more}. "
        f"{'It stays' if len(walks) == 1 else 'They stay'} open when {window} is closed, what runs goes on, "
        "and the next step that changes something is not started"
    )


def gate(state: WindowState, coming: Occurrence | None, at: float) -> str:
    """Return why no changing step may be started now, and when one may; empty when one may."""
    if state.is_open(at):
        return ""
    if coming is None:
        return "no window is open, and none is planned"
    return f"no window is open; {coming.window} opens {spoken(coming.span.start, coming.zone)}"


def reminder(state: WindowState, at: float) -> str:
    """Return that the open window closes soon; empty while it does not."""
    left, whole = state.until - at, state.until - state.opened_at
    passed = [mark for mark in REMIND_AT if left <= mark < whole]
    if not state.is_open(at) or not passed:
        return ""
    return f"the window {state.name} closes within {min(passed) / 60:.0f} minutes"


def lead_of(state: WindowState, plans: Iterable[WindowPlan]) -> float:
    """Return how many seconds before its end everything is looked at again; half its length at most."""
    own = {plan.name: plan.recheck for plan in plans}
    return min(own.get(state.name, RECHECK), (state.until - state.opened_at) / 2)


def recheck_at(state: WindowState, lead: float, at: float) -> float:
    """Return when everything is to be looked at before the end of the open window; 0 when it need not be.

    One that was extended is looked at again before its new end.
    """
    mark = state.until - lead
    done = state.recheck is not None and state.recheck.at >= mark
    return mark if state.is_open(at) and lead > 0 and not done else 0.0


def planned(
    plans: Iterable[WindowPlan], at: float, state: WindowState = NO_WINDOW
) -> tuple[PlannedWindow, ...]:
    """Return when each window comes, those that never do last.

    A time that a window was opened early for, or that was closed early, as the state knows, does not come
    any more.
    """
    found = []
    for plan in plans:
        span = plan.timing.containing(at)
        own = state.is_open(at) and plan.name == state.name
        if span is None or (span.start <= _passed(state, plan.name) and not own):
            span = next_span(plan, at, state.early)
        if span is None:
            found.append(PlannedWindow(plan.name, plan.words, str(plan.zone)))
            continue
        early_from = span.start - _early(plan, span)
        found.append(PlannedWindow(plan.name, plan.words, str(plan.zone), span.start, span.end, early_from))
    return tuple(sorted(found, key=lambda one: one.start or float("inf")))


def _early(plan: WindowPlan, span: Span) -> float:
    """Return how many seconds before its start a window may be opened by hand, and be that time of it."""
    after = plan.timing.next_after(span.start)
    return min(EARLY, (after.start - span.start) * EARLY_PART) if after is not None else EARLY


def _demand_open(state: WindowState, at: float) -> None:
    if not state.is_open(at):
        raise RefusedDecisionError("no window is open")


def _usable(lasts: float) -> float:
    if not SHORTEST <= lasts <= LONGEST:
        raise RefusedDecisionError(f"a length is from {show(SHORTEST, 's')} to {show(LONGEST, 's')}")
    return lasts

"""Owns what may be done with windows, and what is due: pure rules over the state, the plans and the time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from checks.recurrence.timing import LONGEST
from checks.units import show
from runbooks.errors import RefusedDecisionError
from runbooks.reasons import told
from runbooks.window_events import WindowClosed, WindowExtended, WindowOpened
from runbooks.windows.plan import RECHECK, Occurrence, WindowPlan
from runbooks.windows.state import PlannedWindow, WindowState

SHORTEST = 60.0
"""Seconds that a window is opened or extended for at least."""
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
    fresh = [(plan, span) for plan, span in spans if span.start > state.shut_at]
    if not fresh:
        return None
    plan, span = max(fresh, key=lambda pair: pair[1].end)
    return WindowOpened(plan.name, span.end, span.end)


def opened_by_hand(state: WindowState, name: str, lasts: float, reason: str, at: float) -> WindowOpened:
    """Return the opening of a window that is not planned now, for so many seconds.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    if state.is_open(at):
        raise RefusedDecisionError(f"{state.name} is open already; extend it, or close it first")
    if not _NAME.fullmatch(name) or len(name) > 64:
        raise RefusedDecisionError("a window's name is small letters and digits, joined by single - _ .")
    return WindowOpened(name, at + _usable(lasts), reason=told(reason))


def extended(state: WindowState, lasts: float, reason: str, at: float) -> WindowExtended:
    """Return that the open window closes so many seconds later.

    Raises:
        RefusedDecisionError: when it may not; says why.
    """
    _demand_open(state, at)
    return WindowExtended(state.name, state.until + _usable(lasts), told(reason))


def closed_early(state: WindowState, reason: str, at: float) -> WindowClosed:
    """Return that the open window is closed now.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    _demand_open(state, at)
    return WindowClosed(state.name, early=True, reason=told(reason))


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


def planned(plans: Iterable[WindowPlan], at: float) -> tuple[PlannedWindow, ...]:
    """Return when each window comes, those that never do last."""
    found = []
    for plan in plans:
        span = plan.timing.containing(at) or plan.timing.next_after(at)
        start, end = (span.start, span.end) if span else (0.0, 0.0)
        found.append(PlannedWindow(plan.name, plan.words, str(plan.zone), start, end))
    return tuple(sorted(found, key=lambda one: one.start or float("inf")))


def spoken(at: float, zone: tzinfo) -> str:
    """Return a moment as it is said, such as `Sun 29 Nov 03:00 UTC`."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}"


def _demand_open(state: WindowState, at: float) -> None:
    if not state.is_open(at):
        raise RefusedDecisionError("no window is open")


def _usable(lasts: float) -> float:
    if not SHORTEST <= lasts <= LONGEST:
        raise RefusedDecisionError(f"a length is from {show(SHORTEST, 's')} to {show(LONGEST, 's')}")
    return lasts

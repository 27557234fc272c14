"""Owns the opening of lists with their windows: which are due, which come, for what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from runbooks.checklist_events import ChecklistOpened
from runbooks.checklist_plan import ListPlan
from runbooks.checklists.state import ComingList
from runbooks.windows.state import WindowsNow

SAME = 1.0
"""Seconds within which two moments are the beginning of the same window."""


def opened_by_hand(
    plan: ListPlan, windows: WindowsNow, at: float, occasion: str, reason: str
) -> ChecklistOpened:
    """Return the opening of a list for the window that is open or comes next, when it has one."""
    start = _start(plan, windows, at) if plan.window else 0.0
    return ChecklistOpened(plan, occasion, plan.window, start, reason)


def due(
    plans: Iterable[ListPlan], windows: WindowsNow, last: Mapping[str, float], at: float
) -> Iterator[ChecklistOpened]:
    """Yield the lists that open now with their windows.

    Args:
        plans: All lists.
        windows: How windows stand.
        last: For each list by its name, the beginning of the window that it was last opened for.
        at: Now, UTC seconds.
    """
    for plan in plans:
        if not plan.window:
            continue
        start = _start(plan, windows, at)
        if start and start - plan.ahead <= at and start > last.get(plan.name, 0.0) + SAME:
            yield ChecklistOpened(plan, "window", plan.window, start)


def coming(
    plans: Iterable[ListPlan], windows: WindowsNow, last: Mapping[str, float], at: float
) -> tuple[ComingList, ...]:
    """Return the lists that open by themselves later, soonest first."""
    found = []
    for plan in plans:
        start = _start(plan, windows, at) if plan.window else 0.0
        if start - plan.ahead > at and start > last.get(plan.name, 0.0) + SAME:
            found.append(ComingList(plan.name, plan.window, start - plan.ahead))
    return tuple(sorted(found, key=lambda one: (one.at, one.name)))


def _start(plan: ListPlan, windows: WindowsNow, at: float) -> float:
    """Return when the window of a list begins that is open now, or else comes next; 0 when none does."""
    state = windows.state
    if state.name == plan.window and state.is_open(at):
        if state.planned_start > at:  # opened early: it is that time of it
            return state.planned_start
        if not state.planned_until:
            return state.opened_at
    starts = [one.start for one in windows.planned if one.name == plan.window and at < one.end]
    return min(starts, default=0.0)

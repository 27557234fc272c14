"""Owns which time of which window a notice is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from checks.recurrence.timing import Span
from checks.suggest import did_you_mean
from runbooks.errors import RefusedDecisionError
from runbooks.notice_events import NoticeKind
from runbooks.windows.plan import Occurrence, WindowPlan, next_planned
from runbooks.windows.state import WindowState


def about(
    kind: NoticeKind,
    window: str,
    plans: Iterable[WindowPlan],
    state: WindowState,
    at: float,
    starts: float = 0.0,
) -> Occurrence | None:
    """Return the time of a window that a notice is about; None when it is about none.

    An announcement is about the time that begins at `starts`, else about the one that comes next,
    a completion about the window that is open or was last; one about progress is about the open window, and
    needs none.

    Raises:
        RefusedDecisionError: when there is no such time; says why.
    """
    every = {plan.name: plan for plan in plans}
    if window and window not in every and window != state.name:
        near = did_you_mean(window, every) or f"; windows: {', '.join(every) or 'none'}"
        raise RefusedDecisionError(f"no window is called {window!r}{near}")
    held = _held(state) if state.name and window in ("", state.name) else None
    if kind is NoticeKind.PROGRESS:
        return held if state.is_open(at) else None
    if kind is NoticeKind.COMPLETION:
        if held is None:
            raise RefusedDecisionError(
                f"{window or 'a window'} has not been open; there is nothing to report"
            )
        return held
    wanted = [every[window]] if window in every else [] if window else list(every.values())
    found = next_planned(wanted, max(at, starts - 1.0) if starts else at, state.early)
    if starts and (found is None or abs(found.span.start - starts) >= 1.0):
        raise RefusedDecisionError(f"{window or 'no window'} is not planned to open then; look again")
    if found is None:
        raise RefusedDecisionError(f"{window} does not come again" if window else "no window is planned")
    return found


def still_comes(occurrence: Occurrence, plans: Iterable[WindowPlan]) -> bool:
    """Return whether the window is still planned for exactly that time."""
    for plan in plans:
        if plan.name == occurrence.window:
            found = plan.timing.containing(occurrence.span.start) or plan.timing.next_after(
                occurrence.span.start - 1
            )
            return found is not None and abs(found.start - occurrence.span.start) < 1.0
    return False


def _held(state: WindowState) -> Occurrence:
    return Occurrence(state.name, Span(state.opened_at, min(state.closed_at or state.until, state.until)))

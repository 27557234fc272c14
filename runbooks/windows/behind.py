"""Owns what becomes of planned windows while another one is open: who waits, who is lost, how that is told.

One window is open at a time. What was planned to open meanwhile opens once the other is closed, for the rest
of its time; when nothing of that is left, it was missed. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from runbooks.windows.state import Missed, PlannedWindow, WindowState

TOLD_FOR = 86400.0
"""Seconds for which it is told that a window was not opened, unless it is opened before."""
Tell = Callable[[float], str]
"""Says a moment."""


def waiting(planned: Iterable[PlannedWindow], state: WindowState, at: float) -> tuple[PlannedWindow, ...]:
    """Return the windows that would be open now by their plans, but that another one is open."""
    if not state.is_open(at):
        return ()
    return tuple(one for one in planned if one.name != state.name and one.start <= at < one.end)


def crossed(
    planned: Iterable[PlannedWindow], name: str, until: float, at: float
) -> tuple[PlannedWindow, ...]:
    """Return the windows that are planned to open before another one closes, which is or will be open now."""
    return tuple(one for one in planned if one.name != name and at < one.end and 0 < one.start < until)


def crossing_words(one: PlannedWindow, name: str, until: float, tell: Tell) -> str:
    """Return what becomes of a planned window, as another is open until that moment."""
    head = f"{one.name} is planned from {tell(one.start)} to {tell(one.end)}"
    if until >= one.end:
        return f"{head}: it is not opened, for {name} is open until {tell(until)}"
    return f"{head}: it opens only once {name} is closed, at {tell(until)} or before"


def waiting_words(one: PlannedWindow, state: WindowState, tell: Tell) -> str:
    """Return that a window was to open, and waits."""
    return f"{one.name} was to open {tell(one.start)}; it waits for {state.name} to be closed" + (
        f", which is open for longer than {one.name} is planned: it will not be opened"
        if state.until >= one.end
        else ""
    )


def missed_words(name: str, lost: Missed, tell: Tell) -> str:
    """Return that a window was not opened, and why."""
    return f"{name} was not opened {tell(lost.start)}: {why_missed(lost.behind)}"


def why_missed(behind: str) -> str:
    """Return why a window was not opened."""
    return f"{behind} was open all its time" if behind else "no agent was there to open it"


def still_told(state: WindowState, at: float) -> Iterator[tuple[str, Missed]]:
    """Yield the windows that were not opened lately, nor since."""
    for name, lost in state.missed.items():
        since = state.opened_at if name == state.name else state.held.get(name, 0.0)
        if since < lost.at and at - lost.at < TOLD_FOR:
            yield name, lost

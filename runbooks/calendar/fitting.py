"""Owns what does not fit: tasks that take longer than their window is open, or lie outside of it. Pure.

Tasks of one window are done one after another; those that have times of their own begin then, or later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from checks.recurrence.timing import Span
from checks.units import show
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.planned import AHEAD, Usual, lasting, spoken, task_spans, window_spans
from runbooks.windows.plan import WindowPlan


@dataclass(frozen=True, slots=True)
class Misfit:
    """A window and tasks of it that do not go together."""

    window: str
    tasks: tuple[str, ...]
    at: float
    """When that is so first."""
    takes: float = 0.0
    """Seconds that they take together; 0 for one that lies outside of its window."""
    lasts: float = 0.0
    """Seconds that the window is open."""

    def words(self, zone: tzinfo) -> str:
        """Return it as a warning."""
        when = spoken(self.at, zone)
        if not self.takes:
            return f"task {self.tasks[0]} comes outside of its window {self.window}, next on {when}"
        named = ", ".join(self.tasks)
        what = "task" if len(self.tasks) == 1 else "tasks"
        return (
            f"window {self.window} is open for {show(self.lasts, 's')}, and its {what} {named} "
            f"{'takes' if len(self.tasks) == 1 else 'take'} {show(self.takes, 's')}, next on {when}"
        )


def misfits(
    windows: Iterable[WindowPlan], tasks: Sequence[TaskPlan], usual: Usual, start: float
) -> tuple[Misfit, ...]:
    """Return what does not fit in the 14 months that begin at this moment, the worst of each window."""
    found: list[Misfit] = []
    for window in windows:
        own = [task for task in tasks if task.window == window.name]
        if not own:
            continue
        spans = list(window_spans(window, start, start + AHEAD))
        starts = {task.name: [span.start for span in task_spans(task, start, start + AHEAD)] for task in own}
        found += _outside(window.name, own, starts, spans)
        full = [one for span in spans if (one := _overfull(window.name, own, starts, span, usual))]
        if full:
            found.append(max(full, key=lambda one: (one.takes - one.lasts, -one.at)))
    return tuple(sorted(found, key=lambda one: one.at))


def _outside(
    window: str, tasks: Iterable[TaskPlan], starts: dict[str, list[float]], spans: Iterable[Span]
) -> list[Misfit]:
    found = []
    opened = list(spans)
    for task in tasks:
        strays = [at for at in starts[task.name] if not any(at in span for span in opened)]
        if strays and not task.follows:
            found.append(Misfit(window, (task.name,), strays[0]))
    return found


def _overfull(
    window: str, tasks: Iterable[TaskPlan], starts: dict[str, list[float]], span: Span, usual: Usual
) -> Misfit | None:
    """Return that the tasks of one time of a window end after it does, when done one after another."""
    begun = sorted(
        (at, lasting(task, usual), task.name) for task in tasks for at in starts[task.name] if at in span
    )
    end, takes = span.start, 0.0
    for at, lasts, _ in begun:
        end = max(end, at) + lasts
        takes += lasts
    if end <= span.end:
        return None
    names = tuple(name for _, lasts, name in begun if lasts)
    return Misfit(window, names, span.start, end - span.start, span.end - span.start)

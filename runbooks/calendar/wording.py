"""Owns how tasks are put into words: what was missed, how they stand. Pure; what is returned is clean."""

from __future__ import annotations

from datetime import tzinfo

from checks.moments import spoken
from checks.text import clean
from checks.units import show
from runbooks.calendar.state import Means, Standing, TaskNow
from runbooks.task_events import TaskEnding, TaskOutcome
from runbooks.wording import who


def name_of(task: TaskNow) -> str:
    """Return what a task is called."""
    return clean(task.title or task.name)


def missed_words(task: TaskNow, zone: tzinfo | None) -> str:
    """Return what was missed of a task, and what can be done about it."""
    lost = task.missed
    if lost is None:
        return ""
    if lost.count > 1:
        what = f"missed {lost.count} times from {spoken(lost.first or lost.start, zone)} on"
    else:
        what = f"missed on {spoken(lost.start, zone)}"
    return clean(f"{name_of(task)} was {what}; do it, or walkdown task skip {task.name} --reason WHY")


def in_words(task: TaskNow) -> str:
    """Return what fulfils a task."""
    if task.means is Means.HAND:
        return "by hand"
    return clean(f"{task.means} {task.target}")


def away(at: float, now: float) -> str:
    """Return how far away a moment is: `in 2 h`, `3 d ago`; rounds down."""
    seconds = abs(at - now)
    for length, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= length:
            said = f"{int(seconds // length)} {unit}"
            break
    else:
        said = f"{int(seconds)} s"
    return f"in {said}" if at > now else f"{said} ago"


def standing_words(task: TaskNow, now: float, zone: tzinfo | None) -> str:
    """Return how a task stands, in a few words."""
    match task.standing:
        case Standing.DUE:
            return f"due until {spoken(task.until, zone)}"
        case Standing.OVERDUE:
            return f"overdue since {spoken(task.until, zone)}, missed {away(task.lost_at, now)}"
        case Standing.BY_HAND:
            return "when wanted"
        case _ if task.start:
            return f"{spoken(task.start, zone)}, {away(task.start, now)}"
    return "never again"


def recorded_words(task: TaskNow, outcome: TaskOutcome, zone: tzinfo | None) -> str:
    """Return for which of its times it is recorded what became of a task."""
    ending = {TaskEnding.SKIPPED: "left out", TaskEnding.FAILED: "failed"}.get(outcome.ending, "done")
    if outcome.ending is TaskEnding.SKIPPED and not outcome.count:
        ending = "known to be missed"
    if outcome.start:
        when = f"for {spoken(outcome.start, zone)}" + (", late" if outcome.late else "")
    elif task.standing is Standing.BY_HAND:
        when = "now"
    else:
        when = "beside its times, for none is due"
    return f"recorded: {name_of(task)} {ending}, {when}"


def already_words(task: TaskNow, before: TaskOutcome, zone: tzinfo | None) -> str:
    """Return that it is recorded already that a task was done: for which time, by whom and when."""
    of = f" for {spoken(before.start, zone)}" if before.start else ""
    walk = f" ({before.walk})" if before.walk else ""
    at = spoken(before.at, zone)
    return clean(f"recorded already: {name_of(task)} done{of}, by {who(before.by)}{walk}, {at}")


def next_words(task: TaskNow, now: float, zone: tzinfo | None) -> str:
    """Return when a task is due next, or is still; empty for one that comes when somebody wants it."""
    if task.standing is Standing.BY_HAND:
        return ""
    if task.standing in (Standing.DUE, Standing.OVERDUE):
        return f"now: {standing_words(task, now, zone)}"
    return f"next due: {standing_words(task, now, zone)}"


def took_words(took: float, expected: float) -> str:
    """Return how long it took beside what was expected; empty when nobody knows."""
    if took <= 0:
        return f"takes {show(expected, 's')}" if expected > 0 else ""
    return f"took {show(took, 's')}" + (f" of {show(expected, 's')}" if expected > 0 else "")

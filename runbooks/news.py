"""Owns what of all that is written down people are told as news, and in which words. Pure.

A walk without an operator that did not succeed, a run without one that could not begin, a task that was
missed, or failed where no walk tells of it, maintenance that was left on, an alert from outside. What checks
say is no news: that is told by their states.
"""

from __future__ import annotations

from collections.abc import Callable

from checks.alerts.alert import Condition, News
from runbooks.alert_events import AlertRaised, SilenceLeftOn
from runbooks.events import Denied, Entry
from runbooks.task_events import TaskFailed, TaskMissed
from runbooks.walk import Walk
from runbooks.walk_events import Manner, WalkEnded, WalkEnding
from runbooks.wording import ENDINGS, runbook_of, title_of

Quietly = Callable[[str], bool]
"""Says whether nobody is to be told of a check; with an empty name, of anything."""


RUN, TASK = "run ", "task "
"""What a refused run without an operator begins with; the name of the runbook or task follows."""


def news_of(entry: Entry, quiet: Quietly) -> News | None:
    """Return what people are told of an event of no walk; None when nothing."""
    match entry.event:
        case AlertRaised() as event if not quiet(event.check):
            condition = Condition.CRIT if event.severity == Condition.CRIT else Condition.WARN
            about = f" ({event.check})" if event.check else ""
            title = f"{event.kind}{about}"
            text = event.text or "raised from outside"
            key = f"alert {event.kind} {event.check}"
            return News(entry.seq, key, condition, title, text, entry.at, event.check)
        case TaskMissed() as event:
            many = f", {event.outcome.count} times" if event.outcome.count > 1 else ""
            text = event.outcome.note or "nobody did it while it was due"
            title = f"task {event.name} was missed{many}"
            return News(entry.seq, f"task {event.name}", Condition.WARN, title, text, entry.at)
        case TaskFailed() as event if not event.outcome.walk:
            title = f"task {event.name} has failed"
            text = event.outcome.note or "nobody said why"
            return News(entry.seq, f"task {event.name}", Condition.WARN, title, text, entry.at)
        case Denied(alone=True) as event:
            title = f"{event.what} was not begun"
            runbook = event.what.removeprefix(RUN) if event.what.startswith(RUN) else ""
            key = f"refused {event.what}"
            return News(entry.seq, key, Condition.WARN, title, event.why, entry.at, runbook=runbook)
        case SilenceLeftOn() as event:
            title = f"maintenance is left on ({event.id})"
            return News(entry.seq, f"left on {event.id}", Condition.WARN, title, event.why, entry.at)
        case _:
            return None


def news_of_walk(walk: Walk, ended: Entry, log: str) -> News | None:
    """Return what people are told of the end of a walk: of one without an operator, when it did not succeed.

    `log` is the end of what the step has left that failed.
    """
    if walk.manner is not Manner.AUTO or walk.ending is WalkEnding.DONE:
        return None
    certain = walk.ending in (WalkEnding.FAILED, WalkEnding.UNKNOWN)
    condition = Condition.CRIT if certain else Condition.WARN
    failed = next((state for state in walk.states if state.failed or state.outcome.error_class), None)
    lines = [f"walk {walk.id}: {walk.reason or ENDINGS[walk.ending]}"]
    if failed is not None:
        lines.append(f"{title_of(walk.plan.step(failed.id))}: {failed.outcome.summary}")
    if log:
        lines += ["its last lines:", log]
    title = f"{runbook_of(walk.plan)}: {ENDINGS[walk.ending]}"
    text, runbook = "\n".join(lines), walk.plan.name
    return News(ended.seq, f"walk {walk.id}", condition, title, text, ended.at, runbook=runbook)


def is_end_of_walk(entry: Entry) -> bool:
    """Return whether the row says that a walk is over."""
    return isinstance(entry.event, WalkEnded)

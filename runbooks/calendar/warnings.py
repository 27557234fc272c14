"""Owns what an operator is warned of before it happens: what overlaps, and what does not fit. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import PurePath

from checks.suggest import did_you_mean
from checks.text import clean
from runbooks.calendar.fitting import misfits
from runbooks.calendar.overlaps import overlaps
from runbooks.calendar.plan import PROGRAM, TaskPlan
from runbooks.calendar.planned import Usual
from runbooks.calendar.state import Means
from runbooks.model import Plan, WindowNeed
from runbooks.windows.plan import WindowPlan


def schedule_warnings(
    windows: Iterable[WindowPlan], tasks: Sequence[TaskPlan], usual: Usual, at: float, zone: tzinfo
) -> tuple[str, ...]:
    """Return what does not go together in the 14 months that begin at this moment."""
    plans = tuple(windows)
    unfit = [one.words(zone) for one in misfits(plans, tasks, usual, at)]
    beside = [one.words(zone) for one in overlaps(plans, tasks, usual, at)]
    return tuple(map(clean, (*unfit, *beside)))


def unfulfilled(
    tasks: Iterable[TaskPlan],
    runbooks: Iterable[Plan],
    broken: Collection[str] = (),
    checklists: Collection[str] = (),
) -> tuple[str, ...]:
    """Return a warning for each task whose means is not there, or whose runbook may not be walked then."""
    plans = {plan.name: plan for plan in runbooks}
    found = []
    for task in tasks:
        if task.means is Means.CHECKLIST and task.target not in checklists:
            near = did_you_mean(task.target, checklists)
            found.append(
                f"tasks.{task.name}.checklist: warning: no checklist is called {task.target!r}{near}"
            )
        if (walked := _walked_alone(task.command, plans)) is not None and walked.approval:
            why = f"{walked.name} has steps that another user has to approve, so --auto refuses it"
            found.append(f"tasks.{task.name}.command: warning: {why}")
        if task.means is not Means.RUNBOOK or task.target in broken:
            continue
        plan = plans.get(task.target)
        if plan is None:
            why = f"no runbook is called {task.target!r}{did_you_mean(task.target, plans)}"
            found.append(f"tasks.{task.name}.runbook: warning: {why}")
        elif plan.window is WindowNeed.REQUIRED and not task.window:
            why = f"{plan.name} changes things inside a window only, and the task names none"
            found.append(f"tasks.{task.name}.window: warning: {why}")
    return tuple(map(clean, found))


def _walked_alone(command: Sequence[str], plans: Mapping[str, Plan]) -> Plan | None:
    """Return the runbook that a command of ours walks without an operator; None when there is none."""
    ours = bool(command) and PurePath(command[0]).name == PROGRAM
    if not ours or "run" not in command or "--auto" not in command:
        return None
    return next((plans[word] for word in command[command.index("run") + 1 :] if word in plans), None)

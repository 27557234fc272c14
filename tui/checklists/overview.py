"""Owns the lines of the screen of checklists: open ones, those to come, those to open, past ones. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from checks.moments import brief
from runbooks.checklist_events import ListEnding
from runbooks.checklist_plan import ListPlan
from runbooks.checklists.state import BrokenList, ChecklistsNow, ComingList, ListHead, Lists, ListState
from runbooks.checklists.telling import ENDINGS, list_title, stands_in_a_line
from runbooks.operators import WALKDOWN
from tui.cell import Cell, Piece, Tone, cell
from tui.walks.words import said, short_who
from tui.widgets.table_rows import Row

OPEN, COMING, USABLE, PAST, UNUSABLE = (
    "open",
    "open by themselves",
    "can be opened",
    "closed",
    "cannot be used",
)


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line: an open list, a plan, a past list, or a broken file."""

    opened: ListState | None = None
    plan: ListPlan | None = None
    coming: ComingList | None = None
    """When the plan opens by itself."""
    past: ListHead | None = None
    broken: BrokenList | None = None


def rows(lists: Lists, now: ChecklistsNow) -> list[Row[ListLine]]:
    """Return what stands in the table: what is open on top, then what comes, may be opened, and was."""
    lines = [Row(f"list {each.id}", ListLine(opened=each), OPEN) for each in now.open]
    going = {each.plan.name for each in now.open}
    plans = {plan.name: plan for plan in lists.plans}
    coming = {one.name: one for one in now.coming if one.name in plans and one.name not in going}
    lines += [
        Row(f"plan {one.name}", ListLine(plan=plans[one.name], coming=one), COMING) for one in coming.values()
    ]
    lines += [
        Row(f"plan {plan.name}", ListLine(plan=plan), USABLE)
        for plan in lists.plans
        if plan.name not in going and plan.name not in coming
    ]
    still = {each.id for each in now.open}
    lines += [
        Row(f"list {head.id}", ListLine(past=head), PAST) for head in lists.past if head.id not in still
    ]
    lines += [Row(f"file {each.file}", ListLine(broken=each), UNUSABLE) for each in lists.broken]
    return lines


def title(line: ListLine) -> Cell:
    """Return what the list is called."""
    if line.broken is not None:
        return cell(said(line.broken.problems[0] if line.broken.problems else "not usable"), Tone.WARN)
    if line.opened is not None:
        return cell(list_title(line.opened.plan), Tone.STRONG)
    if line.past is not None:
        return cell(said(line.past.title or line.past.name), Tone.MUTED)
    return cell(list_title(line.plan)) if line.plan else ()


def stands(line: ListLine) -> Cell:
    """Return how it stands: the phase and its items, or how it was closed."""
    if line.opened is not None:
        waiting = line.opened.unsettled(line.opened.phase)
        return cell(stands_in_a_line(line.opened), Tone.WARN if waiting else Tone.OK)
    if line.past is not None:
        missing = f", {line.past.unfinished} missing" if line.past.unfinished else ""
        tone = Tone.OK if line.past.ending is ListEnding.DONE else Tone.WARN
        return cell(f"{ENDINGS[line.past.ending]}{missing}", tone)
    if line.broken is not None and len(line.broken.problems) > 1:
        return cell(f"{len(line.broken.problems)} problems", Tone.WARN)
    return cell(f"{sum(1 for _ in line.plan.items())} items", Tone.MUTED) if line.plan else ()


def window(line: ListLine) -> Cell:
    """Return the window that it belongs to."""
    name = ""
    if line.opened is not None:
        name = line.opened.window
    elif line.past is not None:
        name = line.past.window
    elif line.plan is not None:
        name = line.plan.window
    return cell(said(name), Tone.MUTED)


def when(line: ListLine, now: float, where: tzinfo | None) -> Cell:
    """Return when it was opened or closed, or opens by itself."""
    at = 0.0
    if line.opened is not None:
        at = line.opened.opened_at
    elif line.past is not None:
        at = line.past.closed_at
    elif line.coming is not None:
        at = line.coming.at
    return cell(brief(at, now, where) if at else "", Tone.MUTED)


def by(line: ListLine) -> Cell:
    """Return who opened or closed it."""
    operator = line.opened.opened_by if line.opened else line.past.closed_by if line.past else None
    if operator is None:
        return ()
    return (Piece("by itself" if operator == WALKDOWN else short_who(operator), Tone.MUTED),)


def searched(line: ListLine) -> str:
    """Return the text that a filter looks in."""
    plan = line.opened.plan if line.opened else line.plan
    if plan is not None:
        return " ".join((plan.name, plan.title, plan.summary, plan.window, *plan.refs))
    if line.past is not None:
        return " ".join((line.past.id, line.past.name, line.past.title, line.past.window))
    return line.broken.file if line.broken else ""

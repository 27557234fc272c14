"""Owns how checklists are told on the command line: line by line, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import tzinfo
from typing import Any

from agent.checklist_messages import ChecklistsAnswer
from checks.instants import rfc3339
from checks.moments import moment
from checks.text import clean
from runbooks.checklist_plan import ItemPlan
from runbooks.checklists.state import ListState, Mark
from runbooks.checklists.telling import (
    ENDINGS,
    MARKS,
    list_title,
    seen_words,
    stands_in_a_line,
    ticked_by,
    told,
)
from runbooks.wording import who


def lists_lines(answer: ChecklistsAnswer, zone: tzinfo | None) -> Iterator[str]:
    """Yield what is open, what opens, what can be opened, and what was closed."""
    for state in answer.now.open:
        window = f" for {state.window} {moment(state.window_start, zone)}" if state.window else ""
        yield clean(f"open: {state.plan.name} ({list_title(state.plan)}){window}: {stands_in_a_line(state)}")
    for one in answer.now.coming:
        yield clean(f"opens {moment(one.at, zone)} with {one.window}: {one.name}")
    waiting = {one.name for one in answer.now.coming} | {one.plan.name for one in answer.now.open}
    for plan in answer.lists.plans:
        if plan.name not in waiting:
            yield clean(f"can be opened: {plan.name} ({list_title(plan)})")
    for head in answer.lists.past:
        missing = f", {head.unfinished} not finished" if head.unfinished else ""
        how = f"{ENDINGS[head.ending]}{missing}, {moment(head.closed_at, zone)} by {who(head.closed_by)}"
        yield clean(f"closed: {head.name} {head.id}: {how}")
    if not answer.lists.plans and not answer.lists.past and not answer.now.open:
        yield "this system has no checklists"


def lines_of(state: ListState, waits: dict[str, str], zone: tzinfo | None) -> Iterator[str]:
    """Yield a list line by line."""
    plan = state.plan
    window = f", for {state.window} {moment(state.window_start, zone)}" if state.window else ""
    yield clean(f"{plan.name}: {list_title(plan)}{window}")
    reason = f": {state.reason}" if state.reason else ""
    yield clean(f"  {state.id}, opened {moment(state.opened_at, zone)} by {who(state.opened_by)}{reason}")
    begun = {one.phase: one for one in state.begun}
    for phase in plan.phases:
        if phase.name:
            since = begun.get(phase.name)
            said = f"since {moment(since.at, zone)}, by {who(since.by)}" if since else "not begun"
            yield f"{phase.name} ({said})"
        for item in phase.items:
            yield from item_lines(state, item, waits.get(item.id, ""), zone)
    if state.over:
        reason = f": {state.close_reason}" if state.close_reason else ""
        how = f"{ENDINGS[state.ending]}, {moment(state.closed_at, zone)} by {who(state.closed_by)}{reason}"
        yield clean(f"closed: {how}")


def item_lines(state: ListState, item: ItemPlan, waits: str, zone: tzinfo | None) -> Iterator[str]:
    """Yield one item line by line, with what keeps it from being ticked."""
    stands = state.item(item.id)
    advisory = " (advisory)" if item.advisory else ""
    refs = f"  {', '.join(item.refs)}" if item.refs else ""
    yield clean(f" {MARKS[stands.mark]} {item.id}: {item.title}{advisory}{refs}")
    if stands.at:
        word = "" if stands.mark is not Mark.OPEN else "open again, "
        why = f": {stands.why}" if stands.why else ""
        yield clean(f"       {word}{who(stands.by)}, {moment(stands.at, zone)}{why}")
    for line in stands.shown:
        yield clean(f"       | {line}")
    if stands.shown:
        taken = f"taken {moment(stands.shown_at, zone)}, " if stands.shown_at else ""
        yield clean(f"       {taken}{seen_words(stands.shown, stands.shown_sha256)}")
    if stands.note:
        yield clean(f"       note: {stands.note}")
    for remark in stands.notes:
        yield clean(f"       note by {who(remark.by)}, {moment(remark.at, zone)}: {remark.text}")
    if not stands.settled and not state.over:
        yield f"       by {ticked_by(item)}{f': {clean(waits)}' if waits else ''}"


def plain_list(state: ListState, waits: dict[str, str]) -> dict[str, Any]:
    """Return a list as JSON has it: as a report tells it, with what keeps items beside."""
    plain = asdict(told(state))
    for key in ("opened_at", "closed_at"):
        plain[key] = _at(plain[key])
    plain["phases"] = [{"name": n, "begun_at": _at(at), "by": by} for n, at, by in plain["phases"]]
    for item in plain["items"]:
        item["at"] = _at(item["at"])
        item["waits"] = waits.get(item["id"], "")
    plain["unfinished"] = [item.id for item in state.unsettled()]
    return plain


def plain_lists(answer: ChecklistsAnswer) -> dict[str, Any]:
    """Return all of that as JSON has it."""
    return {
        "open": [plain_list(one, answer.now.waits.get(one.id, {})) for one in answer.now.open],
        "coming": [{"name": c.name, "window": c.window, "at": _at(c.at)} for c in answer.now.coming],
        "lists": [{"name": plan.name, "title": plan.title} for plan in answer.lists.plans],
        "past": [
            {
                "id": head.id,
                "name": head.name,
                "opened_at": _at(head.opened_at),
                "closed_at": _at(head.closed_at),
                "closed_by": who(head.closed_by),
                "ending": ENDINGS[head.ending],
                "unfinished": head.unfinished,
            }
            for head in answer.lists.past
        ],
        "broken": [{"file": one.file, "problems": list(one.problems)} for one in answer.lists.broken],
        "trouble": answer.now.trouble or answer.lists.trouble,
    }


def _at(at: float) -> str | None:
    return rfc3339(at) if at else None

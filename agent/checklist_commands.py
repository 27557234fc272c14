"""Owns what `walkdown checklist` says and does, in plain text for any terminal, or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.checklist_messages import (
    AskChecklist,
    AskChecklists,
    AskShown,
    ChecklistAnswer,
    ChecklistsAnswer,
    DecideChecklist,
    OpenChecklist,
    ShownAnswer,
)
from agent.checklist_words import item_lines, lines_of, lists_lines, plain_list, plain_lists
from agent.link import Link, RefusedError
from agent.session import session
from agent.walk_exits import WalkExit
from checks.errors import UsageError
from checks.moments import moment
from checks.suggest import did_you_mean
from checks.text import clean
from runbooks.checklist_decisions import (
    BeginPhase,
    CloseList,
    LeaveItemOut,
    ListDecision,
    NoteItem,
    TickItem,
    UntickItem,
)
from runbooks.checklist_plan import ListPlan
from runbooks.checklists.state import Mark
from runbooks.checklists.telling import (
    MARKS,
    list_title,
    seen_words,
    stands_in_a_line,
    ticked_by,
)
from runbooks.wording import who

REFUSED = WalkExit.REFUSED
UNFINISHED = 3
"""Exit code of `checklist show` when a mandatory item is not finished."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The evidence that was shown for an item."""

    list: str
    item: str
    lines: tuple[str, ...]
    sha256: str


async def tell_lists(source: Path | None, output: str) -> int:
    """Say which lists are open, come, can be opened, and were."""
    async with session(source) as attached:
        answer = await attached.link.ask(ChecklistsAnswer, AskChecklists)
    if output == "json":
        _say_json(plain_lists(answer))
        return 0
    for line in lists_lines(answer, attached.zone):
        click.echo(line)
    for broken in answer.lists.broken:
        for problem in broken.problems:
            click.echo(clean(problem), err=True)
    if trouble := answer.now.trouble or answer.lists.trouble:
        click.echo(clean(f"trouble: {trouble}"), err=True)
    return 0


async def tell_list(source: Path | None, name: str, output: str) -> int:
    """Show one list, open, past, or as it is planned."""
    async with session(source) as attached:
        answer = await attached.link.ask(ChecklistsAnswer, lambda number: AskChecklists(number, 500))
        opened = {one.plan.name: one.id for one in answer.now.open}
        known = {*opened.values(), *(head.id for head in answer.lists.past)}
        wanted = opened.get(name, name) if name else _only(answer)
        if wanted not in known:
            return _say_plan(answer, name, output)
        found = await attached.link.ask(ChecklistAnswer, lambda number: AskChecklist(number, wanted))
    if output == "json":
        _say_json(plain_list(found.list, found.waits))
    else:
        for line in lines_of(found.list, found.waits, attached.zone):
            click.echo(line)
    return UNFINISHED if found.list.unsettled() else 0


async def open_list(source: Path | None, name: str, reason: str) -> int:
    """Open a list."""
    async with session(source) as attached:
        try:
            answer = await attached.link.ask(
                ChecklistAnswer, lambda number: OpenChecklist(number, name, reason)
            )
        except RefusedError as error:
            return _refused(error)
    for line in lines_of(answer.list, answer.waits, attached.zone):
        click.echo(line)
    return 0


async def look_at(source: Path | None, name: str, item: str) -> Seen:
    """Show the evidence for an item, and return what was shown.

    Raises:
        UsageError: when it is not clear of which list, or there is no such item.
    """
    async with session(source) as attached:
        found = await _list_with(attached.link, name, item)
        shown = await attached.link.ask(ShownAnswer, lambda number: AskShown(number, found, item))
    for line in shown.lines:
        click.echo(f"  | {clean(line)}")
    if shown.lines:
        taken = f"taken {moment(shown.at, attached.zone)}, shown to {who(shown.by)}"
        click.echo(clean(f"  {taken}, {seen_words(shown.lines, shown.sha256)}"))
    return Seen(found, item, shown.lines, shown.sha256 if shown.lines else "")


async def tick_item(source: Path | None, seen: Seen, note: str) -> int:
    """Tick an item by what was shown."""
    return await _decided(source, seen.list, seen.item, TickItem(seen.item, seen.sha256, note))


async def untick_item(source: Path | None, name: str, item: str, reason: str) -> int:
    """Have an item open again."""
    return await _decided(source, name, item, UntickItem(item, reason))


async def leave_out(source: Path | None, name: str, item: str, reason: str) -> int:
    """Say that an item does not apply."""
    return await _decided(source, name, item, LeaveItemOut(item, reason))


async def note_item(source: Path | None, name: str, item: str, text: str) -> int:
    """Write something down beside an item."""
    return await _decided(source, name, item, NoteItem(item, text))


async def begin_phase(source: Path | None, name: str) -> int:
    """Begin the next phase of a list."""
    return await _decided(source, name, "", BeginPhase(""))


async def close_list(source: Path | None, name: str, reason: str) -> int:
    """Close a list."""
    return await _decided(source, name, "", CloseList(reason))


async def _decided(source: Path | None, name: str, item: str, decision: ListDecision) -> int:
    async with session(source) as attached:
        found = await _list_with(attached.link, name, item)
        try:
            answer = await attached.link.ask(
                ChecklistAnswer, lambda number: DecideChecklist(number, found, decision)
            )
        except RefusedError as error:
            return _refused(error)
    state = answer.list
    plan = state.plan.item(item)
    if plan is not None:
        for line in item_lines(state, plan, answer.waits.get(item, ""), attached.zone):
            click.echo(line)
    click.echo(f"{list_title(state.plan)}: {stands_in_a_line(state)}")
    return 0


async def _list_with(link: Link, name: str, item: str) -> str:
    """Return the id of the open list that is meant.

    Raises:
        UsageError: when there is none, or several may be meant.
    """
    answer = await link.ask(ChecklistsAnswer, AskChecklists)
    going = [one for one in answer.now.open if name in ("", one.plan.name, one.id)]
    if not going:
        names = [one.plan.name for one in answer.now.open]
        said = f"no list {clean(name)} is open{did_you_mean(name, names)}" if name else "no list is open"
        raise UsageError(said)
    fits = [one for one in going if not item or one.plan.item(item) is not None]
    if not fits:
        ids = [each.id for one in going for each in one.plan.items()]
        raise UsageError(f"there is no item {clean(item)}{did_you_mean(item, ids)}")
    if len(fits) > 1:
        raise UsageError(f"several lists are open; name one: {', '.join(one.plan.name for one in fits)}")
    return fits[0].id


def _only(answer: ChecklistsAnswer) -> str:
    going = answer.now.open
    if len(going) == 1:
        return going[0].id
    names = ", ".join(one.plan.name for one in going)
    raise UsageError(f"several lists are open; name one: {names}" if going else "no list is open; name one")


def _refused(error: RefusedError) -> int:
    click.echo(clean(f"not done: {error}"), err=True)
    return REFUSED


def _say_plan(answer: ChecklistsAnswer, name: str, output: str) -> int:
    plans = {plan.name: plan for plan in answer.lists.plans}
    if name not in plans:
        known = (*plans, *(head.id for head in answer.lists.past))
        raise UsageError(f"no checklist is called {clean(name)!r}{did_you_mean(name, known)}")
    plan: ListPlan = plans[name]
    if output == "json":
        _say_json({"id": "", "plan": msgspec.to_builtins(plan)})
        return UNFINISHED
    click.echo(f"{plan.name}: {list_title(plan)} (not open)")
    for phase in plan.phases:
        if phase.name:
            click.echo(phase.name)
        for item in phase.items:
            advisory = " (advisory)" if item.advisory else ""
            click.echo(clean(f" {MARKS[Mark.OPEN]} {item.id}: {item.title}{advisory}, by {ticked_by(item)}"))
    return UNFINISHED


def _say_json(data: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())

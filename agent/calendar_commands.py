"""Owns what `walkdown calendar` and `walkdown task` say and do."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.calendar_messages import AskCalendar, AskTasks, CalendarAnswer, FinishTask, SkipTask, TasksAnswer
from agent.link import RefusedError
from agent.protocol import Question
from agent.session import session
from agent.walk_exits import WalkExit
from checks.errors import UsageError
from checks.instants import rfc3339
from checks.load import load
from checks.moments import local, moment, zone_name
from checks.recurrence.zones import moment as moment_of
from checks.recurrence.zones import zone_named
from checks.text import clean
from runbooks.calendar.state import Agenda, AgendaEntry, CalendarNow, Slot, Standing, TaskNow
from runbooks.calendar.wording import (
    already_words,
    away,
    in_words,
    missed_words,
    name_of,
    next_words,
    recorded_words,
    standing_words,
    took_words,
)
from runbooks.operators import WALKDOWN
from runbooks.task_events import TaskOutcome
from runbooks.wording import who

DAYS = 7
"""Days that are told when nobody says how many."""
LATE = 1
"""Exit code when something was missed or is overdue, as that of WARN."""


async def tell_calendar(source: Path | None, first: str, last: str, output: str) -> int:
    """Say what is due, was missed and comes.

    Raises:
        UsageError: when a date is none.
    """
    zone = zone_named(load(source).info.timezone)
    async with session(source) as attached:
        now = attached.clock.now()
        today = local(now, zone).date()
        begin = _day(first, "--from") or today
        end = _day(last, "--to") or begin + timedelta(days=DAYS)
        if end < begin:
            raise UsageError("--to: lies before the first day")
        span = _midnight(begin, zone), _midnight(end + timedelta(days=1), zone)
        link = attached.link
        try:
            agenda = (await link.ask(CalendarAnswer, lambda number: AskCalendar(number, *span))).agenda
        except RefusedError as error:
            raise UsageError(str(error)) from error
        calendar = (await link.ask(TasksAnswer, AskTasks)).calendar
    if output == "json":
        plain = _plain(calendar, agenda)
        click.echo(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode())
    else:
        for line in lines(calendar, agenda, now, zone):
            click.echo(clean(line))
    return LATE if any(task.missed or task.standing is Standing.OVERDUE for task in calendar.tasks) else 0


async def finish_task(source: Path | None, name: str, note: str, took: float, again: bool = False) -> int:
    """Write down that a task was done; what is recorded already is said, and not written once more."""
    return await _changed(source, name, lambda number: FinishTask(number, name, note, took, again=again))


async def skip_task(source: Path | None, name: str, reason: str) -> int:
    """Leave a task out that is due, or acknowledge that it was missed."""
    return await _changed(source, name, lambda number: SkipTask(number, name, reason))


async def _changed(source: Path | None, name: str, wish: Callable[[int], Question]) -> int:
    async with session(source) as attached:
        try:
            answer = await attached.link.ask(TasksAnswer, wish)
        except RefusedError as error:
            click.echo(f"not done: {error}", err=True)
            return WalkExit.REFUSED
        now = attached.clock.now()
    task = answer.calendar.task(name)
    if task is not None:
        for line in _written(task, answer, now, attached.zone):
            click.echo(clean(line))
    return 0


def _written(task: TaskNow, answer: TasksAnswer, now: float, zone: tzinfo | None) -> Iterator[str]:
    """Yield what was written of a task, or was before, and when it is due next."""
    if answer.written is not None:
        yield recorded_words(task, answer.written, zone)
    if answer.already is not None:
        yield already_words(task, answer.already, zone)
        yield "nothing was written; --again writes it down once more"
    if coming := next_words(task, now, zone):
        yield coming


def lines(calendar: CalendarNow, agenda: Agenda, now: float, zone: tzinfo) -> list[str]:
    """Return the calendar as text: what needs somebody, day by day what was and comes, what does not fit."""
    found = [f"! {missed_words(task, zone)}" for task in calendar.tasks if task.missed]
    found += [
        f"! {name_of(task)} is {standing_words(task, now, zone)} ({in_words(task)})"
        for task in calendar.tasks
        if task.standing is Standing.OVERDUE
    ]
    for day, entries in itertools.groupby(agenda.entries, lambda entry: local(entry.start, zone).date()):
        of_day = tuple(entries)
        name = zone_name(of_day[0].start, zone)
        found += [
            "",
            f"{day:%a} {day.day} {day:%b %Y}, {name}",
            *(_line(entry, now, zone) for entry in of_day),
        ]
    if agenda.cut:
        found += ["", "There is more; ask for fewer days."]
    if not agenda.entries:
        found += ["", "Nothing is planned in this time."]
    wanted = [task for task in calendar.tasks if task.standing is Standing.BY_HAND]
    if wanted:
        found += [
            "",
            "When wanted",
            *(f"  {name_of(task)}  ({in_words(task)}){_last(task, zone)}" for task in wanted),
        ]
    if calendar.warnings:
        found += ["", "Does not go together", *(f"  {warning}" for warning in calendar.warnings)]
    if calendar.trouble:
        found += ["", f"trouble: {calendar.trouble}"]
    return found[1:] if found and not found[0] else found


def _line(entry: AgendaEntry, now: float, zone: tzinfo) -> str:
    start, end = local(entry.start, zone), local(entry.end, zone)
    if entry.slot is Slot.WINDOW:
        when = f"{start:%H:%M}-{end:%H:%M}"
        stands = away(entry.start, now) if entry.standing is Standing.COMING else str(entry.standing)
        why = f": {entry.note}" if entry.standing in (Standing.DUE, Standing.MISSED) else ""
        return f"  {when:<12} window {entry.name}  {stands}{why}"
    name = entry.title or entry.name
    times = f" ({entry.count} times)" if entry.count > 1 else ""
    said = [str(entry.standing)]
    if entry.standing is Standing.COMING:
        said = [away(entry.start, now)]
    elif entry.standing in (Standing.DUE, Standing.OVERDUE):
        said = [f"{entry.standing}, until {end:%a %H:%M}"]
    if took := took_words(entry.took, entry.lasts):
        said.append(took)
    if entry.by.name and entry.by != WALKDOWN:
        said.append(f"by {who(entry.by)}")
    if entry.note:
        said.append(entry.note)
    return f"  {f'{start:%H:%M}':<12} {name}{times}  {'; '.join(said)}"


def _last(task: TaskNow, zone: tzinfo) -> str:
    return f"  last done {moment(task.last.at, zone)}" if task.last else ""


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no date such as 2026-12-01") from None


def _midnight(day: date, zone: tzinfo) -> float:
    return moment_of(datetime(day.year, day.month, day.day), zone)


def _plain(calendar: CalendarNow, agenda: Agenda) -> dict[str, Any]:
    return {
        "from": rfc3339(agenda.start),
        "to": rfc3339(agenda.end),
        "tasks": [_plain_task(task) for task in calendar.tasks],
        "entries": [_plain_entry(entry) for entry in agenda.entries],
        "cut": agenda.cut,
        "warnings": list(calendar.warnings),
        "trouble": calendar.trouble,
    }


def _plain_task(task: TaskNow) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "when": task.words,
        "timezone": task.zone,
        "fulfilled_by": str(task.means),
        "target": task.target,
        "window": task.window,
        "only": task.only,
        "expected": task.expected,
        "usual": task.usual,
        "state": str(task.standing),
        "start": _at(task.start),
        "until": _at(task.until),
        "missed_at": _at(task.lost_at),
        "missed": _plain_outcome(task.missed),
        "failed": _plain_outcome(task.failed),
        "last_done": _plain_outcome(task.last),
    }


def _plain_outcome(outcome: TaskOutcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {
        "at": _at(outcome.at),
        "start": _at(outcome.start),
        "first": _at(outcome.first),
        "count": outcome.count,
        "late": outcome.late,
        "took": outcome.took,
        "expected": outcome.expected,
        "by": who(outcome.by),
        "walk": outcome.walk,
        "note": outcome.note,
    }


def _plain_entry(entry: AgendaEntry) -> dict[str, Any]:
    return {
        "kind": str(entry.slot),
        "name": entry.name,
        "title": entry.title,
        "state": str(entry.standing),
        "start": _at(entry.start),
        "end": _at(entry.end),
        "window": entry.window,
        "lasts": entry.lasts,
        "took": entry.took,
        "at": _at(entry.at),
        "by": who(entry.by) if entry.by.name else "",
        "walk": entry.walk,
        "note": entry.note,
        "count": entry.count,
    }


def _at(at: float) -> str | None:
    return rfc3339(at) if at else None

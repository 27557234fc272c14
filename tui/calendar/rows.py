"""Owns the rows of the calendar: what needs somebody, the days, what does not go together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from checks.moments import weekday
from checks.units import show
from runbooks.calendar.state import Agenda, AgendaEntry, CalendarNow, Means, Slot, Standing, TaskNow
from runbooks.calendar.wording import away
from tui.calendar.days import day_of, heading, time_of
from tui.cell import Cell, Piece, Tone, cell
from tui.walks.words import said, short_who
from tui.widgets.table_rows import Row

NEEDED, WANTED, CLASHES = "needs somebody", "when wanted", "does not go together"
NEEDS = frozenset({Standing.DUE, Standing.OVERDUE})
TONE = {
    Standing.COMING: Tone.MUTED,
    Standing.DUE: Tone.STRONG,
    Standing.OVERDUE: Tone.WARN_BADGE,
    Standing.MISSED: Tone.WARN,
    Standing.DONE: Tone.OK,
    Standing.LATE: Tone.WARN,
    Standing.SKIPPED: Tone.MUTED,
    Standing.BY_HAND: Tone.MUTED,
    Standing.OPEN: Tone.FOCUS,
}
WORD = {Standing.LATE: "done late", Standing.BY_HAND: "when wanted"}
"""What stands for a standing that its value does not say well."""


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One line: a task that needs somebody or is done when wanted, a time of the agenda, or a warning."""

    task: TaskNow | None = None
    """The task as it stands now, where the line is about one."""
    entry: AgendaEntry | None = None
    warning: str = ""

    @property
    def about(self) -> float:
        """Return the moment that it is about; 0 when it is about none."""
        if self.entry is not None:
            return self.entry.start
        if self.task is None:
            return 0.0
        return self.task.missed.start if self.task.missed else self.task.start


def rows(
    calendar: CalendarNow, agenda: Agenda, first: date, last: date, today: date, where: tzinfo | None
) -> list[Row[CalendarLine]]:
    """Return what stands in the table; of the agenda, what lies between these days."""
    found = [
        Row(f"task {task.name}", CalendarLine(task), NEEDED)
        for task in calendar.tasks
        if task.missed or task.standing in NEEDS
    ]
    needed = {task.name for task in calendar.tasks if task.standing in NEEDS}
    for entry in agenda.entries:
        day = day_of(entry.start, where)
        if entry.slot is Slot.TASK and entry.standing in NEEDS and entry.name in needed:
            continue
        if first <= day <= last:
            task = calendar.task(entry.name) if entry.slot is Slot.TASK else None
            key = f"{entry.slot} {entry.name} {entry.start} {entry.standing}"
            found.append(Row(key, CalendarLine(task, entry), heading(day, today)))
    found += [
        Row(f"wanted {task.name}", CalendarLine(task), WANTED)
        for task in calendar.tasks
        if task.standing is Standing.BY_HAND and not task.missed
    ]
    found += [
        Row(f"clash {warning}", CalendarLine(warning=warning), CLASHES) for warning in calendar.warnings
    ]
    return found


def clashes(calendar: CalendarNow) -> Cell:
    """Return in a line that something overlaps or does not fit, the first of it; empty when nothing does."""
    if not calendar.warnings:
        return ()
    many = len(calendar.warnings)
    badge = " DOES NOT GO TOGETHER " if many == 1 else f" {many} DO NOT GO TOGETHER "
    rest = f"   G: all {many}" if many > 1 else ""
    return (Piece(badge, Tone.WARN_BADGE), Piece(f" {said(calendar.warnings[0])}"), Piece(rest, Tone.FOCUS))


def when(line: CalendarLine, where: tzinfo | None) -> Cell:
    """Return when it is, or was."""
    if line.entry is not None:
        entry = line.entry
        begin = time_of(entry.start, where)
        if entry.slot is Slot.WINDOW:
            return cell(f"{begin}-{time_of(entry.end, where)}")
        return cell(begin)
    task = line.task
    if task is None or task.standing is Standing.BY_HAND:
        return ()
    if task.missed is not None:
        return cell(weekday(task.missed.start, where), Tone.MUTED)
    return cell(weekday(task.start, where), Tone.MUTED)


def what(line: CalendarLine) -> Cell:
    """Return what it is."""
    if line.warning:
        return cell(said(line.warning), Tone.WARN)
    if line.entry is not None:
        entry = line.entry
        if entry.slot is Slot.WINDOW:
            return (Piece("window ", Tone.MUTED), Piece(said(entry.name), Tone.FOCUS))
        more = (Piece(f"  {entry.count} times", Tone.MUTED),) if entry.count > 1 else ()
        return (Piece(said(entry.title or entry.name)), *more)
    assert line.task is not None, "a line is one of the three"
    return cell(said(line.task.title or line.task.name), Tone.STRONG)


def state(line: CalendarLine, now: float) -> Cell:
    """Return how it stands."""
    if line.entry is not None:
        entry = line.entry
        if entry.standing is Standing.COMING:
            return cell(away(entry.start, now), Tone.MUTED)
        word = WORD.get(entry.standing, entry.standing.value)
        who = f" {short_who(entry.by)}" if entry.by.name and entry.slot is Slot.TASK else ""
        return (Piece(word, TONE[entry.standing]), Piece(who, Tone.MUTED))
    task = line.task
    if task is None:
        return ()
    if task.missed is not None:
        count = f" {task.missed.count} TIMES" if task.missed.count > 1 else ""
        again = " and due" if task.standing in NEEDS else ""
        return (Piece(f" MISSED{count} ", Tone.WARN_BADGE), Piece(again, Tone.STRONG))
    if task.standing is Standing.OVERDUE:
        return (Piece(" OVERDUE ", Tone.WARN_BADGE), Piece(f" missed {away(task.lost_at, now)}", Tone.MUTED))
    if task.standing is Standing.DUE:
        tried = (Piece(" failed once", Tone.WARN),) if task.failed else ()
        return (Piece("due", Tone.STRONG), Piece(f" {left(task.until, now)}", Tone.MUTED), *tried)
    return cell(f"last {away(task.last.at, now)}" if task.last else "never done", Tone.MUTED)


def left(until: float, now: float) -> str:
    """Return how much time is left."""
    return f"{away(until, now).removeprefix('in ')} left"


def takes(line: CalendarLine) -> Cell:
    """Return how long it takes, or took of that."""
    if line.entry is not None:
        entry = line.entry
        if entry.took > 0 and entry.slot is Slot.TASK:
            over = Tone.WARN if entry.lasts and entry.took > entry.lasts else Tone.PLAIN
            beside = (Piece(f" of {short(entry.lasts)}", Tone.MUTED),) if entry.lasts else ()
            return (Piece(short(entry.took), over), *beside)
        return cell(short(entry.took or entry.lasts), Tone.MUTED)
    return cell(short(line.task.lasts), Tone.MUTED) if line.task is not None else ()


def short(seconds: float) -> str:
    """Return a length in few cells; empty for none."""
    return show(seconds, "s").removesuffix(" 0 s").removesuffix(" 0 m") if seconds > 0 else ""


def by(line: CalendarLine) -> Cell:
    """Return what fulfils it."""
    task = line.task
    if task is None:
        return ()
    if task.means is Means.HAND:
        return cell("by hand", Tone.MUTED)
    return (Piece(f"{task.means} ", Tone.MUTED), Piece(said(task.target), Tone.MUTED))


def searched(line: CalendarLine) -> str:
    """Return the text that a filter looks in."""
    parts = [line.warning]
    if line.entry is not None:
        parts += [line.entry.slot, line.entry.name, line.entry.title, line.entry.standing, line.entry.note]
    if line.task is not None:
        task = line.task
        parts += [task.name, task.title, task.standing, task.means, task.target, task.window]
        parts.append("missed" if task.missed and line.entry is None else "")
    return " ".join(parts)

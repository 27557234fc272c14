"""Owns the leaf of a month: its days in weeks, with a mark on each day that needs one. Pure.

No mark is a colour alone: `!` stands for what was missed or is overdue, `w` for a window, a dot for tasks.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, tzinfo

from runbooks.calendar.state import AgendaEntry, Slot, Standing
from tui.calendar.days import day_of
from tui.cell import Cell, Piece, Tone

MISSED, WINDOW, TASK = "!", "w", "\u00b7"
WIDTH = 28
"""Cells of a leaf."""
LEGEND: Cell = (Piece(f"{MISSED} missed  {WINDOW} window  {TASK} tasks", Tone.MUTED),)


def marks(entries: Iterable[AgendaEntry], where: tzinfo | None) -> dict[date, str]:
    """Return the mark of each day: what was missed before a window, a window before tasks."""
    found: dict[date, str] = {}
    order = (MISSED, WINDOW, TASK)
    for entry in entries:
        bad = entry.standing in (Standing.MISSED, Standing.OVERDUE)
        mark = MISSED if bad else WINDOW if entry.slot is Slot.WINDOW else TASK
        day = day_of(entry.start, where)
        known = found.get(day)
        if known is None or order.index(mark) < order.index(known):
            found[day] = mark
    return found


def leaf(year: int, month: int, marked: dict[date, str], today: date, chosen: date | None) -> list[Cell]:
    """Return the lines of a month; the day under the cursor stands in brackets."""
    name = f"{calendar.month_name[month]} {year}"
    lines: list[Cell] = [
        (Piece(name.center(WIDTH).rstrip(), Tone.STRONG),),
        tuple(Piece(f" {day} ", Tone.MUTED) for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")),
    ]
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    return [*lines, *(tuple(_day(day, month, marked, today, chosen) for day in week) for week in weeks)]


def _day(day: date, month: int, marked: dict[date, str], today: date, chosen: date | None) -> Piece:
    if day.month != month:
        return Piece(" " * 4)
    mark = marked.get(day, " ")
    before = "[" if day == chosen else ">" if day == today else " "
    tone = {MISSED: Tone.WARN, WINDOW: Tone.FOCUS, TASK: Tone.PLAIN}.get(mark, Tone.MUTED)
    if day in (today, chosen) and mark != MISSED:
        tone = Tone.STRONG
    return Piece(f"{before}{day.day:>2}{mark}", tone)

"""Owns what is told in full of the line under the cursor: a task, a time of it, a window, a warning. Pure."""

from __future__ import annotations

from datetime import tzinfo

from checks.moments import spoken
from checks.units import show
from runbooks.calendar.state import AgendaEntry, Slot, Standing, TaskNow
from runbooks.calendar.wording import away
from runbooks.task_events import TaskOutcome
from tui.calendar.rows import CalendarLine
from tui.cell import Tone
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.walks.words import said, who


def told(line: CalendarLine, now: float, where: tzinfo | None) -> tuple[Paragraph, ...]:
    """Return all that is known of a line."""
    if line.warning:
        return (prose(said(line.warning), Tone.WARN),)
    found: list[Paragraph] = []
    if line.entry is not None:
        found += _entry(line.entry, now, where)
    if line.task is not None:
        found += [BREAK] if found else []
        found += _task(line.task, now, where)
    return tuple(found)


def _entry(entry: AgendaEntry, now: float, where: tzinfo | None) -> list[Paragraph]:
    name = said(entry.title or entry.name)
    heading = f"window {name}" if entry.slot is Slot.WINDOW else name
    found = [prose(heading, Tone.FOCUS)]
    span = f"{spoken(entry.start, where)}, {away(entry.start, now)}"
    found.append(fact("when", span))
    if entry.slot is Slot.WINDOW:
        found.append(fact("until", spoken(entry.end, where)))
        if entry.standing in (Standing.DUE, Standing.MISSED):
            found.append(fact("state", entry.standing.value, Tone.WARN))
        else:
            found.append(fact("open", show(entry.took or entry.lasts, "s")))
    elif entry.standing is Standing.COMING:
        found.append(fact("due", f"until {spoken(entry.end, where)}"))
    else:
        at = f"{entry.standing} {spoken(entry.at, where)}" if entry.at else entry.standing.value
        found.append(fact("state", at))
        if entry.took:
            found.append(fact("took", show(entry.took, "s")))
    if entry.by.name:
        found.append(fact("by", who(entry.by)))
    if entry.note:
        found.append(fact("note", said(entry.note)))
    return found


def _task(task: TaskNow, now: float, where: tzinfo | None) -> list[Paragraph]:
    found = [
        prose(said(task.title or task.name), Tone.FOCUS),
        fact("comes", said(f"{task.words} ({task.zone})")),
        fact("by", said(f"{task.means} {task.target}".strip()) if task.target else "hand"),
    ]
    if task.window:
        found.append(fact("window", said(task.window)))
    if task.only:
        found.append(fact("only", said(task.only)))
    if task.expected or task.usual:
        expected = f"expected {show(task.expected, 's')}" if task.expected else ""
        usual = f"usually {show(task.usual, 's')}" if task.usual else ""
        found.append(fact("takes", ", ".join(filter(None, (usual, expected)))))
    if task.standing in (Standing.DUE, Standing.OVERDUE):
        tone = Tone.WARN if task.standing is Standing.OVERDUE else Tone.STRONG
        found.append(fact("now", f"{task.standing}, since {spoken(task.start, where)}", tone))
        found.append(fact("until", spoken(task.until, where)))
        found.append(fact("grace", f"until {spoken(task.lost_at, where)}, {away(task.lost_at, now)}"))
    if task.coming:
        found.append(fact("next", f"{spoken(task.coming, where)}, {away(task.coming, now)}"))
    for label, outcome in (("missed", task.missed), ("failed", task.failed), ("done", task.last)):
        if outcome is not None:
            found += _outcome(label, outcome, where)
    return found


def _outcome(label: str, outcome: TaskOutcome, where: tzinfo | None) -> list[Paragraph]:
    tone = Tone.PLAIN if label == "done" else Tone.WARN
    at = spoken(outcome.start if label == "missed" else outcome.at, where)
    if outcome.count > 1 and label == "missed":
        at = f"{outcome.count} times, {spoken(outcome.first or outcome.start, where)} to {at}"
    parts = [at, "late" if outcome.late else "", show(outcome.took, "s") if outcome.took else ""]
    if outcome.by.name:
        parts.append(who(outcome.by))
    found = [fact(label, ", ".join(filter(None, parts)), tone)]
    if outcome.note:
        found.append(fact("", said(outcome.note), Tone.MUTED))
    return found

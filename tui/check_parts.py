"""Owns what the detail view of a check says: its state in words, rules beside values, evidence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from checks.model import Labels, Level, Reading, Result, Table, Verdict
from checks.moments import named
from checks.units import show
from tui.cell import LEVEL_TONE, LEVEL_WORD, Cell, Piece, Tone, cell, level_cell, text_of
from tui.check_line import CheckLine, saw_of
from tui.format import AGE_STEP, age, amount
from tui.widgets.header import LEVEL_COLOR

EVIDENCE_ROWS = 100


def headline(
    line: CheckLine, now: float, where: tzinfo | None, *, live: bool, more: tuple[str, ...] = ()
) -> Content:
    """Return who the check is, how it is, and since when; without colour when that is not live.

    `more` are lines about why people are not told of it.
    """
    info, state = line.info, line.state
    word = "STALE" if line.stale else line.level.value
    what = " \u00b7 ".join(part for part in (info.kind, info.group, f"every {show(info.every, 's')}") if part)
    if not line.probed:
        return Content.styled(f" {line.name} ", "bold") + Content.styled(
            f" {what}, not probed yet", "$text-muted"
        )
    first = Content.assemble(
        (f" {word} ", f"$background on {LEVEL_COLOR[line.level]} bold" if live else "$text-muted reverse"),
        (f" {line.name} ", "bold"),
        (f" {what}", "$text-muted"),
    )
    seen = f"seen {age(line.age)} ago" if line.age >= AGE_STEP else "seen now"
    took = f"took {show(state.last.elapsed, 's')}"
    began = state.last.at if line.stale else state.since
    since = f"{word} since {named(began, now, where)} ({show(max(0.0, now - began) // 1, 's')})"
    third = " \u00b7 ".join(part for part in (seen, took, since, _certainty(line)) if part)
    saw = text_of(saw_of(line))
    quiet = [Content.styled(f" {words}", "$text-primary") for words in more]
    return Content("\n").join([first, Content(f" {saw}"), Content.styled(f" {third}", "$text-muted"), *quiet])


def _certainty(line: CheckLine) -> str:
    state = line.state
    words = []
    if state.level is not Level.OK:
        words.append("confirmed" if state.is_hard else f"seen {state.attempt} of {line.info.attempts} times")
    if line.info.needs:
        words.append(f"needs {', '.join(line.info.needs)}")
    if state.missed:
        words.append(f"{state.missed} probes left out")
    return " \u00b7 ".join(words)


def verdict_level(verdict: Verdict) -> Cell:
    """Return what the rule says now: its level when it fires, else the level's letter and how near it is."""
    if verdict.firing:
        return level_cell(verdict.level)
    near = Piece("soon", Tone.WARN) if verdict.pending else Piece("ok", Tone.MUTED)
    return (Piece(f" {verdict.level.letter} ", Tone.MUTED), near)


def verdict_now(verdict: Verdict) -> Cell:
    """Return the value that the rule was judged on, with the member that it belongs to."""
    tone = LEVEL_TONE[verdict.level] if verdict.firing else Tone.PLAIN
    member = labels_text(verdict.labels)
    value = Piece(amount(verdict.value, verdict.unit), tone)
    return (value, Piece(f" {member}", Tone.MUTED)) if member else (value,)


def reading_name(reading: Reading) -> Cell:
    """Return the reading's name and, quieter, its labels."""
    member = labels_text(reading.labels)
    return (Piece(reading.name), Piece(f" {member}" if member else "", Tone.MUTED))


def labels_text(labels: Labels) -> str:
    """Return the values of the labels, as short as they can be told apart."""
    return " ".join(value for _, value in labels)


def reading_key(reading: Reading) -> str:
    """Return what tells a reading from all others of its check."""
    return "\x1f".join((reading.name, *(value for _, value in reading.labels)))


def result_level(result: Result) -> Cell:
    """Return the level of a stored result, quieter than that of a live one."""
    return cell(LEVEL_WORD[result.level], LEVEL_TONE[result.level])


def result_saw(result: Result) -> Cell:
    """Return what a stored result saw, and that it was in maintenance."""
    saw = Piece(result.summary.replace("\n", " "))
    return (Piece("in maintenance: ", Tone.MUTED), saw) if result.maintenance else (saw,)


def evidence(result: Result) -> Content:
    """Return what the check left as proof: its own words, then its rows."""
    seen = result.observation
    parts = [Content(seen.detail)] if seen.detail else []
    if seen.rows.rows:
        parts.append(Content(_table_text(seen.rows)))
    if seen.error_class:
        parts.append(Content.styled(f"error class: {seen.error_class}", "$text-muted"))
    return Content("\n\n").join(parts) if parts else Content.styled("no evidence was left", "$text-muted")


def _table_text(table: Table) -> str:
    """Return the table in columns, each as wide as its widest cell."""
    rows = (table.columns, *table.rows[:EVIDENCE_ROWS])
    widths = [max(cell_len(text) for text in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(set_cell_size(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def options(line: CheckLine) -> Content:
    """Return how the check is configured, secrets masked."""
    rows = [*line.info.options, ("timeout", show(line.info.timeout, "s"))]
    if line.info.refs:
        rows.append(("answers", ", ".join(line.info.refs)))
    width = max(len(name) for name, _ in rows)
    return Content("\n").join(
        [Content.styled(f"{name:<{width}}  ", "$text-muted") + Content(value) for name, value in rows]
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reading whose course is drawn."""

    name: str = ""
    labels: Labels = ()
    unit: str = ""


NOTHING_CHOSEN = Chosen()


def first_choice(result: Result) -> Chosen:
    """Return the reading to draw before the operator has chosen one: the first judged, else the first."""
    names = [verdict.reading for verdict in result.verdicts]
    readings = result.observation.readings
    for reading in (*(r for name in names for r in readings if r.name == name), *readings):
        return Chosen(reading.name, reading.labels, reading.unit)
    return NOTHING_CHOSEN

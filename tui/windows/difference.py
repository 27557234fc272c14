"""Owns the lines of a difference from a baseline: what got worse first. Pure.

Every text that came from outside is cleaned here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checks.model import Level
from checks.units import show
from runbooks.comparison import Changed, Comparison, MovedReading
from tui.cell import LEVEL_TONE, LEVEL_WORD, Cell, Piece, Tone, cell
from tui.walks.words import said
from tui.widgets.table_rows import Row

NEW, WORSE, EXPECTED, BEFORE, FIXED, MOVED, OTHER = (
    "newly bad",
    "slower, fuller",
    "expected",
    "bad before",
    "fixed",
    "moved otherwise",
    "not in both",
)
"""The sections, in the order of what matters."""
TONE = {NEW: Tone.CRIT, WORSE: Tone.WARN, EXPECTED: Tone.MUTED, BEFORE: Tone.MUTED, FIXED: Tone.OK}


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One difference."""

    section: str
    check: str
    """Its name, as it is known to the agent."""
    what: Cell
    """Which level or reading it was, and is."""
    by: Cell = ()
    more: str = ""
    """What is seen now."""


def rows(found: Comparison) -> list[Row[DifferenceLine]]:
    """Return the differences, the worst first; in each section what changed most."""
    worse = [moved for moved in found.moved if moved.is_worse]
    others = [moved for moved in found.moved if not moved.is_worse]
    return [
        *_levels(NEW, found.newly_bad),
        *_moved(WORSE, worse),
        *_levels(EXPECTED, found.expected),
        *_levels(BEFORE, found.bad_before),
        *_levels(FIXED, found.fixed),
        *_moved(MOVED, others),
        *(_absent(name, "is no longer there") for name in found.gone),
        *(_absent(name, "was not there before") for name in found.added),
    ]


def check(line: DifferenceLine) -> Cell:
    """Return the name of the check."""
    return cell(said(line.check), Tone.STRONG if line.section == NEW else Tone.PLAIN)


def summary(found: Comparison) -> Cell:
    """Return in one line how many there are of each sort."""
    worse = sum(moved.is_worse for moved in found.moved)
    counts = (
        (len(found.newly_bad), "newly bad", Tone.CRIT),
        (worse, "slower or fuller", Tone.WARN),
        (len(found.expected), "expected", Tone.MUTED),
        (len(found.bad_before), "bad before", Tone.MUTED),
        (len(found.fixed), "fixed", Tone.OK),
    )
    pieces: list[Piece] = []
    for number, words, tone in counts:
        if number:
            pieces += [Piece(", ") if pieces else Piece(""), Piece(f"{number} {words}", tone)]
    return tuple(pieces) or cell("nothing got worse, nothing was fixed", Tone.OK)


def _levels(section: str, changes: tuple[Changed, ...]) -> Iterator[Row[DifferenceLine]]:
    for one in sorted(changes, key=lambda each: (-_level(each.now).severity, each.check)):
        before, now = _level(one.before), _level(one.now)
        what = (
            Piece(f"{LEVEL_WORD[before]:<4}", LEVEL_TONE[before]),
            Piece(" -> ", Tone.MUTED),
            Piece(LEVEL_WORD[now], LEVEL_TONE[now]),
        )
        line = DifferenceLine(section, one.check, what, more=said(one.summary))
        yield Row(f"{section} {one.check}", line, section)


def _moved(section: str, moves: list[MovedReading]) -> Iterator[Row[DifferenceLine]]:
    for one in sorted(moves, key=lambda each: (-_share(each), each.check, each.reading)):
        member = "".join(f"[{name}={value}]" for name, value in one.labels)
        what = (
            Piece(f"{show(one.before, one.unit)}"),
            Piece(" -> ", Tone.MUTED),
            Piece(show(one.now, one.unit), TONE.get(section, Tone.PLAIN)),
        )
        by = (Piece(f"{said(one.word)} {_by(one)}".rstrip(), TONE.get(section, Tone.MUTED)),)
        line = DifferenceLine(section, one.check, what, by, said(f"{one.reading}{member}"))
        yield Row(f"{section} {one.check} {one.reading}{member}", line, section)


def _absent(name: str, words: str) -> Row[DifferenceLine]:
    return Row(f"{OTHER} {name}", DifferenceLine(OTHER, name, cell(words, Tone.MUTED)), OTHER)


def _level(word: str) -> Level:
    try:
        return Level(word)
    except ValueError:
        return Level.UNKNOWN


def _share(one: MovedReading) -> float:
    """Return by how much of itself, or by how many points, a reading has moved: what is compared to sort."""
    change = abs(one.now - one.before)
    return change / 100 if one.unit == "%" else change / abs(one.before) if one.before else float("inf")


def _by(one: MovedReading) -> str:
    change = one.now - one.before
    if one.unit == "%":
        return f"{change:+.0f} points"
    return f"{change / abs(one.before):+.0%}" if one.before else ""

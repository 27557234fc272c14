"""Owns what is said of the guards of a walk: level and value now, and what was better when it began. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checks.board import CheckState, Snapshot, SystemInfo
from checks.model import Level, worst
from checks.units import show
from runbooks.maintaining import expected
from runbooks.walk import Walk, worse_than_baseline
from runbooks.walking.guarding import guards_of
from tui.cell import LEVEL_TONE, LEVEL_WORD, Cell, Piece, Tone, level_cell
from tui.check_line import CheckLine, check_line
from tui.lines import BLANK, fit, spread
from tui.paragraph import Paragraph
from tui.walks.words import said

MOST_ELSEWHERE = 4
"""So many checks that are worse, and no guards, are named."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard."""

    name: str
    line: CheckLine | None
    """None: there is no such check."""
    worse: bool
    before: str
    """Its level when the walk began; empty when it was not looked at."""

    @property
    def level(self) -> Level:
        """Return the level that may be shown."""
        return self.line.level if self.line else Level.UNKNOWN


@dataclass(frozen=True, slots=True)
class Watch:
    """The guards, and what else is worse."""

    guards: tuple[Guard, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Checks that are no guards and are worse than when the walk began."""

    @property
    def worse(self) -> int:
        """Return how many guards are worse."""
        return sum(guard.worse for guard in self.guards)


def watch(walk: Walk, system: SystemInfo, snapshot: Snapshot, now: float) -> Watch:
    """Return how the guards of the walk are, in the order of the plan."""
    infos = {info.name: info for info in system.checks}
    lines = {
        state.name: check_line(infos[state.name], state, now)
        for state in snapshot.states
        if state.name in infos
    }
    levels = {name: line.level.value for name, line in lines.items()}
    fails_as_expected = expected(walk, snapshot.states)
    worse = [name for name in worse_than_baseline(walk, levels) if name not in fails_as_expected]
    names = sorted(guards_of(walk), key=lambda name: (name not in walk.plan.guards, name))
    guards = tuple(Guard(name, lines.get(name), name in worse, walk.baseline.get(name, "")) for name in names)
    return Watch(guards, tuple(name for name in worse if name not in names and name in lines))


def panel(seen: Watch, width: int) -> tuple[Cell, ...]:
    """Return the guards for a panel of that width."""
    lines: list[Cell] = []
    for guard in seen.guards:
        left = (_level(guard), Piece(" "))
        value = _value(guard.line.state) if guard.line else "no such check"
        lines.append(spread((*left, Piece(_name(guard))), (Piece(f" {value}", Tone.MUTED),), width))
        if (guard.worse or guard.level is not Level.OK) and guard.before:
            same = guard.before == guard.level.value
            words = "as before" if same else f"was {guard.before} before"
            lines.append((Piece("      "), Piece(words, Tone.WARN if guard.worse else Tone.MUTED)))
    if not seen.guards:
        lines.append((Piece(" no guards", Tone.MUTED),))
    lines.append(BLANK)
    for line in _compared(seen):
        lines += Paragraph(line, hang=1).rows(width)
    return tuple(lines)


def _level(guard: Guard) -> Piece:
    """Return the level; loud only when it is worse than when the walk began."""
    (piece,) = level_cell(guard.level, stale=guard.line.stale if guard.line else False)
    return piece if guard.worse else piece._replace(tone=LEVEL_TONE[guard.level])


def _compared(seen: Watch) -> Iterator[Cell]:
    """Yield how many are worse than when the walk began, guards and others."""
    worse = f"{seen.worse} worse" if seen.worse else "none worse"
    yield (Piece(f" baseline: {worse}", Tone.WARN if seen.worse else Tone.MUTED),)
    if seen.elsewhere:
        names = ", ".join(map(said, seen.elsewhere[:MOST_ELSEWHERE]))
        rest = len(seen.elsewhere) - MOST_ELSEWHERE
        yield (Piece(f" elsewhere worse: {names}{f' and {rest} more' if rest > 0 else ''}", Tone.WARN),)


def one_line(seen: Watch, width: int) -> Cell:
    """Return the guards in one line: those that are worse or not well by name, the rest as a number."""
    pieces: list[Piece] = [Piece(" guards ", Tone.MUTED)]
    loud = [guard for guard in seen.guards if guard.worse or guard.level is not Level.OK]
    for guard in loud:
        value = f" {_value(guard.line.state)}" if guard.line else " no such check"
        before = f" (was {guard.before})" if guard.worse else ""
        pieces.append(Piece(f" {LEVEL_WORD[guard.level]} ", LEVEL_TONE[guard.level]))
        pieces.append(Piece(f"{_name(guard)}{value}{before}  "))
    quiet = len(seen.guards) - len(loud)
    if quiet:
        pieces += [Piece(f" {quiet} ", Tone.PLAIN), Piece("OK", Tone.OK), Piece("  ")]
    if not seen.guards:
        pieces.append(Piece(" none", Tone.MUTED))
    if seen.elsewhere:
        pieces.append(Piece(f" elsewhere {len(seen.elsewhere)} worse", Tone.WARN))
    return spread(tuple(pieces), (), width)


def worst_of(seen: Watch) -> Level:
    """Return the worst level of the guards."""
    return worst(tuple(guard.level for guard in seen.guards))


def _name(guard: Guard) -> str:
    return said(guard.line.name if guard.line else guard.name)


def _value(state: CheckState) -> str:
    """Return the reading that the rules judge first, else the first there is, else nothing."""
    observation = state.last.observation
    judged = [verdict.reading for verdict in state.last.verdicts]
    readings = {reading.name: reading for reading in reversed(observation.readings)}
    for name in (*judged, *(reading.name for reading in observation.readings)):
        if name in readings:
            return show(readings[name].value, readings[name].unit)
    return fit(said(observation.summary), 16).rstrip()

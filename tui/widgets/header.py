"""Owns the one line that is always on top: which system, how it is, since when that is known, what time it is.

Parts that find no room are left out, the least important first; the level and the counts always stay.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from checks.board import Health, Snapshot, SystemInfo
from checks.model import Level
from tui.format import clock_time, zone, zone_name

HEALTH_LEVEL = {
    Health.HEALTHY: Level.OK,
    Health.DEGRADED: Level.WARN,
    Health.UNHEALTHY: Level.CRIT,
    Health.UNKNOWN: Level.UNKNOWN,
}
LEVEL_COLOR = {
    Level.OK: "$success",
    Level.WARN: "$warning",
    Level.CRIT: "$error",
    Level.UNKNOWN: "$secondary",
}
COUNTED = ((Level.CRIT, "C"), (Level.WARN, "W"), (Level.UNKNOWN, "?"), (Level.OK, "OK"))
"""Levels in the order in which they are counted, and the letters that stand for them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the line; the highest `drop` goes first when there is not room for all."""

    content: Content
    drop: int = 0


class HeaderBar(Horizontal):
    """The header of every screen."""

    DEFAULT_CSS = """
    HeaderBar {
        height: 1;
        dock: top;
        background: $panel;
        & > #header-state { width: 1fr; height: 1; text-wrap: nowrap; }
        & > #header-clock { width: auto; height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="header-state", markup=False)
        yield Static(id="header-clock", markup=False)

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self._state = Content()
        self._clock = Content()

    def show(
        self,
        system: SystemInfo,
        snapshot: Snapshot,
        now: float,
        detached: str,
        extra: tuple[Part, ...] = (),
    ) -> None:
        """Show how things are; `extra` is what a screen or a walk has to say."""
        where = zone(system.timezone)
        clock = Content(f"{clock_time(now, where)} {zone_name(now, where)}" if now else "")
        if self.size.width < NARROW:
            clock = clock[:5]
        state = fitted(parts(system, snapshot, detached, extra), self.size.width - len(clock) - 2)
        if clock != self._clock:
            widened = len(clock) != len(self._clock)
            self._clock = clock
            self.query_one("#header-clock", Static).update(clock, layout=widened)
        if not state.is_same(self._state):
            self._state = state
            self.query_one("#header-state", Static).update(state, layout=False)


NARROW = 70
"""Cells; below it the clock shows no seconds and no zone."""


def parts(
    system: SystemInfo, snapshot: Snapshot, detached: str, extra: tuple[Part, ...] = ()
) -> tuple[Part, ...]:
    """Return the parts of the line, from left to right."""
    level = Level.UNKNOWN if detached else HEALTH_LEVEL[snapshot.health]
    word = "DETACHED" if detached else snapshot.health.upper()
    color = LEVEL_COLOR[level]
    name = system.title or system.name or "walkdown"
    line = [
        Part(Content.styled(f" {level.letter} ", f"$background on {color} bold")),
        Part(Content.styled(f" {name} ", "bold"), drop=1),
        Part(Content.styled(f"{word} ", color), drop=5),
    ]
    if system.environment:
        line.insert(2, Part(_badge(system.environment), drop=2))
    counts = snapshot.counts()
    line += [Part(_count(each, letter, counts[each], live=not detached)) for each, letter in COUNTED]
    line += extra
    if snapshot.notices:
        many = len(snapshot.notices)
        line.append(Part(Content.styled(f"  {many} notice{'s' * (many > 1)}", "$text-warning"), drop=3))
    return tuple(line)


def fitted(line: tuple[Part, ...], width: int) -> Content:
    """Return the parts joined, without those for which there is no room."""
    shown = list(line)
    while sum(part.content.cell_length for part in shown) > width:
        last = max(shown, key=lambda part: part.drop, default=Part(Content()))
        if not last.drop:
            break
        shown.remove(last)
    return Content("").join([part.content for part in shown])


def _badge(environment: str) -> Content:
    color = "$error" if environment.casefold() in ("production", "prod") else "$primary"
    return Content.styled(f"[{environment.upper()}]", f"{color} bold") + Content(" ")


def _count(level: Level, letter: str, number: int, *, live: bool) -> Content:
    loud = live and number and level is not Level.OK
    return Content.styled(f" {letter} {number} ", f"{LEVEL_COLOR[level]} bold" if loud else "$text-muted")

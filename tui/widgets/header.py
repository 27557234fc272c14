"""Owns the one line that is always on top: which system, how it is, what time it is.

Where there is not room for all, the clock is cut short; then parts are left out, the least important first,
counts of zero before all else. The level and the other counts always stay; the environment goes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from checks.board import EMPTY, Health, Snapshot, SystemInfo
from checks.model import Level, worst
from checks.moments import clock_time, zone_name, zone_of
from checks.text import clean
from runbooks.live import Budget
from runbooks.rights import Standpoint
from runbooks.windows.state import WindowsNow
from tui.walks.open_walk import OpenWalks, foremost, tag
from tui.walks.phase import Phase, phase_of

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
    group: str = ""
    """Parts of one group, where that has a name, go together."""
    returns: bool = False
    """Whether it comes back into the room that a longer part has left; it must say something by itself."""


NO_SYSTEM = SystemInfo()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the line is made of."""

    system: SystemInfo = NO_SYSTEM
    snapshot: Snapshot = EMPTY
    now: float = 0.0
    """The agent's wall clock; 0 while it is not known."""
    detached: str = ""
    """Why no agent answers; empty while one does."""
    extra: tuple[Part, ...] = ()
    """What a screen or a walk has to say."""


NO_FACTS = Facts()
CALLS = {
    Phase.OVERDUE: "$warning",
    Phase.APPROVAL: "$warning",
    Phase.CLOSED: "$warning",
    Phase.PAUSED: "$warning",
    Phase.FAILED: "$error",
    Phase.UNKNOWN: "$secondary",
}
"""What an open walk may wait for that must be seen from every screen, and its colour."""
NARROW = 70
"""Cells; below it the clock shows no seconds."""


class HeaderBar(Widget):
    """The header of every screen. A tick of the clock paints the clock alone."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HeaderBar {
        height: 1;
        dock: top;
        background: $panel;
        text-wrap: nowrap;
    }
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self._facts = NO_FACTS
        self._state = Content()
        self._clock = Content()

    def show(self, facts: Facts) -> None:
        """Show how things are."""
        self._facts = facts
        width = self.size.width
        line = parts(facts)
        forms = _clocks(facts)[width < NARROW :]
        clock = next((form for form in forms if _length(line) <= width - len(form)), forms[-1])
        state = fitted(line, width - len(clock))
        state = state.pad_right(max(0, width - len(clock) - state.cell_length))
        same_state, same_clock = state.is_same(self._state), clock.is_same(self._clock)
        self._state, self._clock = state, clock
        if not same_state:
            self.refresh()
        elif not same_clock:
            self.refresh(Region(width - len(clock), 0, len(clock), 1))

    def render(self) -> Content:
        """Return the line."""
        return self._state + self._clock

    def on_resize(self, event: events.Resize) -> None:
        """Fit the parts to the new width."""
        self.show(self._facts)


def _clocks(facts: Facts) -> tuple[Content, ...]:
    """Return the clock whole, and shorter: the seconds go first, its zone is that of all times."""
    if not facts.now:
        return (Content("  "), Content("  "))
    where = zone_of(facts.system.timezone)
    time, zone = clock_time(facts.now, where), zone_name(facts.now, where)
    said = (f"{time} {zone}", f"{time[:5]} {zone}", time[:5])
    return tuple(Content.styled(f" {each} ", "$text-muted") for each in said)


def parts(facts: Facts) -> tuple[Part, ...]:
    """Return the parts of the line, from left to right."""
    system, snapshot, detached = facts.system, facts.snapshot, facts.detached
    level = Level.UNKNOWN if detached or snapshot.health is Health.UNKNOWN else _worst(snapshot)
    word = "DETACHED" if detached else snapshot.health.upper()
    color = LEVEL_COLOR[level]
    name = system.title or system.name or "walkdown"
    line = [
        Part(Content.styled(f" {level.letter} ", f"$background on {color} bold")),
        Part(Content.styled(f" {name} ", "bold"), drop=2),
        Part(Content.styled(f"{word} ", color), drop=4, returns=True),
    ]
    if system.environment:
        line.insert(2, Part(_badge(system.environment), drop=1))
    counts = snapshot.counts()
    heard = {state.level for state in snapshot.states if not state.is_quiet}
    line += [
        Part(
            _count(each, letter, counts[each], live=not detached and each in heard),
            drop=0 if counts[each] else 8,
        )
        for each, letter in COUNTED
    ]
    line += _quiet(snapshot)
    line += facts.extra
    if snapshot.notices:
        many = len(snapshot.notices)
        line.append(Part(Content.styled(f"  {many} notice{'s' * (many > 1)}", "$text-warning"), drop=6))
    return tuple(line)


def standpoint_parts(standpoint: Standpoint) -> tuple[Part, ...]:
    """Return that whoever sits here may not run anything; nothing when he may."""
    if standpoint.may_run:
        return ()
    word = " APPROVER " if standpoint.may_approve else " OBSERVER "
    return (Part(Content.styled(word, "$text-muted bold"), drop=3),)


def looking_only(standpoint: Standpoint) -> str:
    """Return in words what is left to somebody who may not run anything."""
    return "you may look and approve" if standpoint.may_approve else "you may look only"


def _quiet(snapshot: Snapshot) -> Iterator[Part]:
    """Yield of how many checks that are not well somebody sees to, and how many are in maintenance."""
    for words, many in (
        ("ack", sum(one.acknowledged for one in snapshot.states)),
        ("silenced", sum(one.silenced for one in snapshot.states)),
        ("maintenance", sum(one.maintenance for one in snapshot.states)),
    ):
        if many:
            yield Part(Content.styled(f"  {many} {words}", "$text-muted"), drop=7)


def walk_parts(walks: OpenWalks) -> tuple[Part, ...]:
    """Return who walks what and how far; with a word when somebody has to decide something."""
    opened = foremost(walks)
    if opened is None:
        return ()
    others = sum(not each.walk.over for each in walks.values()) - 1
    words = f"  {clean(tag(opened))}{f' +{others}' if others else ''} "
    line = [Part(Content.styled(words, "$text-primary bold"), drop=4)]
    phase = phase_of(opened)
    if phase in CALLS:
        badge = Content.styled(f" {phase.upper()} ", f"$background on {CALLS[phase]} bold")
        line.append(Part(Content(" ") + badge + Content(" "), drop=2))
    return tuple(line)


def window_parts(windows: WindowsNow, walks: OpenWalks, now: float, timezone: str) -> tuple[Part, ...]:
    """Return how long the open window stays open, and until when it is safe to go on with the walk."""
    state = windows.state
    if not now or not state.is_open(now):
        return ()
    left = int(state.until - now)
    clock = f"{left // 3600:02}:{left % 3600 // 60:02}:{left % 60:02}"
    loud = "$text-warning bold" if windows.reminder else "$text-primary"
    line = [
        Part(Content.styled("  window", loud), drop=6),
        Part(Content.styled(f" {clean(state.name)}:", loud), drop=4),
        Part(Content.styled(f" {clock}", loud), drop=2),
        Part(Content.styled(" left", loud), drop=5),
    ]
    opened = foremost(walks)
    if opened is not None and (spent := opened.live.budget) is not None and spent.safe_until:
        line += _safe(spent, now, zone_of(timezone))
    return tuple(line)


def _safe(spent: Budget, now: float, where: tzinfo | None) -> list[Part]:
    """Return until when it is safe to go on; a question mark where not every time is known."""
    until = f"{clock_time(spent.safe_until, where)[:5]}{'?' if spent.uncertain else ''}"
    passed = now > spent.safe_until
    words = ("(SAFE POINT ", "PASSED ", "") if passed else ("(", "safe ", "until ")
    color = "$text-warning bold" if passed else "$text-muted"
    said = ((" ", 3), (words[0], 5), (words[1], 3), (words[2], 5), (until, 3), (")", 5))
    return [Part(Content.styled(text, color), drop, f"safe {drop}") for text, drop in said if text]


def _worst(snapshot: Snapshot) -> Level:
    return worst(tuple(state.level for state in snapshot.states))


def fitted(line: tuple[Part, ...], width: int) -> Content:
    """Return the parts joined, without those for which there is no room."""
    shown = list(line)
    while _length(shown) > width:
        last = max(shown, key=lambda part: part.drop, default=Part(Content()))
        if not last.drop:
            break
        shown = [part for part in shown if part is not last and not (last.group and part.group == last.group)]
    for part in line:
        if part.returns and part not in shown and _length((*shown, part)) <= width:
            shown = [each for each in line if each in shown or each is part]
    return Content("").join([part.content for part in shown])


def _length(line: Iterable[Part]) -> int:
    return sum(part.content.cell_length for part in line)


def _badge(environment: str) -> Content:
    color = "$error" if environment.casefold() in ("production", "prod") else "$primary"
    return Content.styled(f"[{environment.upper()}]", f"{color} bold") + Content(" ")


def _count(level: Level, letter: str, number: int, *, live: bool) -> Content:
    loud = live and number and level is not Level.OK
    return Content.styled(f" {letter} {number} ", f"{LEVEL_COLOR[level]} bold" if loud else "$text-muted")

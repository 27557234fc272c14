"""Owns the section on a window as a whole: planned and held, by whom, why, how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.moments import moment
from checks.units import show
from runbooks.events import Denied, Entry
from runbooks.figures.walks import walks_within
from runbooks.material import Material
from runbooks.operators import WALKDOWN
from runbooks.report_blocks import Block, Facts, Items
from runbooks.report_layout import event_line
from runbooks.report_parts import EventPart
from runbooks.section import Section
from runbooks.walk_events import HolderChanged, Overridden
from runbooks.window_events import Rechecked, WindowClosed, WindowExtended, WindowMissed, WindowOpened
from runbooks.windows.behind import why_missed
from runbooks.windows.past import ended, first_until, planned_length
from runbooks.windows.state import WindowState
from runbooks.wording import who, words_of

TOLD_ABOVE = ("opened", "closed", "closed early")
"""What of the decisions stands among the facts."""
KINDS = (
    WindowOpened,
    WindowExtended,
    WindowClosed,
    WindowMissed,
    Rechecked,
    Overridden,
    Denied,
    HolderChanged,
)


class WindowSection(Section, frozen=True):
    """The window, and what was decided about it."""

    TITLE: ClassVar[str] = "The window"

    name: str
    planned: bool
    opened_at: float
    opened_by: str
    reason: str
    """Why it was opened by hand; empty when it was planned."""
    until: float
    """When it was to close in the end."""
    closed_at: float
    """0 while it is open, or when its time was over while no agent ran."""
    closed_by: str
    close_reason: str
    planned_seconds: float
    """As it was opened."""
    open_seconds: float
    extended_seconds: float
    walks: dict[str, int]
    """Walks by their ending."""
    verdict: str
    decisions: tuple[EventPart, ...]
    """All that was decided about it, refused or set aside, in order."""
    begun_before: int = 0
    """How many of the walks were begun before it opened."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the window of the material."""
        state = material.window
        walks = walks_within(material)
        endings = Counter(line.ending or "open" for line in walks)
        over = ended(state, material.made_at)
        rows = material.entries(*KINDS, after=GRACE)
        planned_until = first_until(rows, state)
        decisions = tuple(part for entry in rows if (part := _part(entry, state)) is not None)
        return cls(
            state.name,
            bool(state.planned_until),
            state.opened_at,
            who(state.opened_by),
            state.reason,
            state.until,
            state.closed_at,
            who(state.closed_by) if state.closed_at else "",
            state.close_reason,
            planned_length(rows, state),
            max(0.0, over - state.opened_at),
            state.until - planned_until,
            dict(endings),
            _verdict(state, endings, over < material.made_at or bool(state.closed_at)),
            decisions,
            sum(line.opened_at < state.opened_at for line in walks),
        )

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the window, then the decisions."""
        yield Facts(tuple(self._facts(zone)))
        more = tuple(part for part in self.decisions if part.what not in TOLD_ABOVE)
        yield Items(tuple(event_line(part, zone) for part in more) or ("nothing else was decided",))

    def _facts(self, zone: tzinfo) -> Iterator[tuple[str, str]]:
        yield "Verdict", self.verdict
        why = self.reason or ("as planned" if self.planned else "by hand")
        if self.planned and self.reason:
            why = f"early, for the time that was planned: {why}"
        yield "Opened", f"{moment(self.opened_at, zone)} by {self.opened_by}: {why}"
        yield "To be closed", moment(self.until, zone)
        early = ", early" if self.close_reason else ""
        closed = f"{early} by {self.closed_by}" if self.closed_by else ""
        reason = f": {self.close_reason}" if self.close_reason else ""
        yield "Closed", f"{moment(self.closed_at, zone)}{closed}{reason}" if self.closed_at else "not yet"
        yield "Planned", show(self.planned_seconds, "s")
        yield "Open for", show(self.open_seconds, "s")
        if self.extended_seconds:
            yield "Extended by", show(self.extended_seconds, "s")
        told = ", ".join(f"{number} {words_of(ending)}" for ending, number in self.walks.items())
        before = f"; {self.begun_before} begun before it opened" if self.begun_before else ""
        yield "Walks", f"{told}{before}" if told else "none"

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return how it went."""
        return (
            f"{self.name}: {self.verdict}",
            f"{moment(self.opened_at, zone)} for {show(self.open_seconds, 's')}"
            f" ({show(self.planned_seconds, 's')} planned)",
        )


GRACE = 900.0
"""Seconds after its end in which what is decided still belongs to it: it is rechecked once it has closed."""


def _verdict(state: WindowState, endings: Counter[str], over: bool) -> str:
    walks, bad = sum(endings.values()), sum(endings.values()) - endings["done"] - endings["open"]
    walked = f"{walks} walk{'s' if walks > 1 else ''}, {f'{bad} of them not done' if bad else 'none failed'}"
    how = "still open" if not over else "closed early" if state.close_reason else "closed in time"
    return f"{how}; {walked if walks else 'nothing was walked'}"


def _held(entry: Entry, event: HolderChanged) -> str:
    """Return who decides about a walk from then on; whoever takes it himself is told as who did it."""
    same = (entry.operator.name, entry.operator.login) == (event.holder.name, event.holder.login)
    return f"walk {entry.walk} taken over" if same else f"walk {entry.walk} passed to {who(event.holder)}"


def _part(entry: Entry, state: WindowState) -> EventPart | None:
    """Return a row as a decision; None for what is about another window."""
    by = "" if entry.operator == WALKDOWN else who(entry.operator)
    match entry.event:
        case WindowOpened() | WindowExtended() | WindowClosed() | Rechecked() as event if (
            event.name != state.name
        ):
            return None
        case WindowMissed() as event:
            if event.behind != state.name:
                return None
            return EventPart(entry.at, by, f"{event.name} not opened", "", why_missed(event.behind))
        case WindowOpened() as event:
            return EventPart(entry.at, by, "opened", "", event.reason or "as planned")
        case WindowExtended() as event:
            how = "extended beyond its bound" if event.beyond else "extended"
            return EventPart(entry.at, by, how, "", event.reason)
        case WindowClosed() as event:
            left = f"; walks that stayed open: {', '.join(event.walks)}" if event.walks else ""
            how = "closed early" if event.early else "closed"
            return EventPart(entry.at, by, how, "", f"{event.reason}{left}")
        case Rechecked() as event:
            worse = event.difference.newly_bad if event.difference else ()
            seen = f"newly bad: {', '.join(one.check for one in worse)}" if worse else "nothing newly bad"
            return EventPart(entry.at, by, "rechecked", "", f"{event.occasion}: {event.trouble or seen}")
        case Overridden() as event:
            return EventPart(entry.at, by, f"set aside: {event.rule}", "", event.reason)
        case Denied() as event:
            return EventPart(entry.at, by, "refused", "", f"{event.what}: {event.why}")
        case HolderChanged() as event:
            said = "; ".join(filter(None, (event.reason, event.state_of_things)))
            return EventPart(entry.at, by, _held(entry, event), "", said)
        case _:
            return None

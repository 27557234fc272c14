"""Owns the section on maintenance in a period: windows, hours, walks, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.moments import moment
from checks.units import show
from runbooks.figures.walks import WalkLine, walks_of
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Facts, Heading, Items, Table
from runbooks.report_parts import EventPart
from runbooks.section import Section
from runbooks.window_events import WindowMissed
from runbooks.windows.behind import why_missed
from runbooks.windows.fold import KINDS
from runbooks.windows.past import ended, first_until, past_windows, planned_length
from runbooks.windows.plan import next_planned, windows_of
from runbooks.wording import done_words, who, words_of

LONGEST = 62 * 86400.0
"""Seconds before a period in which a window that reaches into it was opened at the earliest."""


class HeldWindow(msgspec.Struct, frozen=True):
    """A window that was open in the period; seconds of all of it."""

    name: str
    planned: bool
    opened_at: float
    opened_by: str
    closed_at: float
    """0 while it is open, or when its time was over while no agent ran."""
    planned_seconds: float
    open_seconds: float
    within_period: float
    """What of it lay in the period."""
    over_plan: float
    """Seconds that it was open for longer than planned."""
    closed_early: bool
    reason: str


class WalkedLine(msgspec.Struct, frozen=True):
    """A walk in a line."""

    walk: str
    runbook: str
    title: str
    ending: str
    opened_at: float
    took: float
    performed_by: str
    issues: tuple[str, ...]
    """What went otherwise than planned, and what is left."""


class NextWindow(msgspec.Struct, frozen=True):
    """The window that comes next."""

    name: str
    starts_at: float
    lasts: float


class NotOpened(msgspec.Struct, frozen=True):
    """A planned window that was not opened."""

    name: str
    starts_at: float
    lasts: float
    why: str


class MaintenanceSection(Section, frozen=True):
    """What was done, and how long it took."""

    TITLE: ClassVar[str] = "Maintenance"

    windows: tuple[HeldWindow, ...]
    planned_hours: float
    """Hours of the period in which a window was open."""
    walks: tuple[WalkedLine, ...]
    done: int
    """Walks that ended as they should."""
    next: NextWindow | None
    not_opened: tuple[NotOpened, ...] = ()
    """What was planned and is over without having been opened."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the windows and walks of the period."""
        rows = material.entries(*KINDS, before=LONGEST)
        held = tuple(
            one
            for state in past_windows(rows)
            if (
                one := HeldWindow(
                    state.name,
                    bool(state.planned_until),
                    state.opened_at,
                    who(state.opened_by),
                    state.closed_at,
                    planned_length(rows, state),
                    max(0.0, ended(state, material.made_at) - state.opened_at),
                    _overlap(state.opened_at, ended(state, material.made_at), material),
                    max(0.0, ended(state, material.made_at) - first_until(rows, state)),
                    bool(state.close_reason),
                    state.close_reason or state.reason,
                )
            ).within_period
            > 0
        )
        walked = tuple(
            _walked(line, material.made_at) for line in walks_of(material, material.since, material.until)
        )
        coming = next_planned(windows_of(material.system), material.made_at)
        return cls(
            held,
            sum(one.within_period for one in held) / 3600,
            walked,
            sum(one.ending == "done" for one in walked),
            NextWindow(coming.window, coming.span.start, coming.span.end - coming.span.start)
            if coming
            else None,
            tuple(
                NotOpened(lost.name, lost.start, lost.end - lost.start, why_missed(lost.behind))
                for entry in material.entries(WindowMissed)
                if isinstance(lost := entry.event, WindowMissed)
            ),
        )

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield hours, windows, walks."""
        coming = self.next
        told = f"{coming.name}, {moment(coming.starts_at, zone)}" if coming else "no window is planned"
        yield Facts(
            (
                ("In windows", show(self.planned_hours * 3600, "s")),
                ("Walks", f"{len(self.walks)}, {self.done} of them done"),
                ("Next", f"{told}, for {show(coming.lasts, 's')}" if coming else told),
            )
        )
        if self.windows:
            yield Heading(3, "Windows")
            yield Table(
                ("Window", "Opened", "By", "Planned", "Real", "Over plan", "Why"),
                tuple(
                    (
                        one.name,
                        moment(one.opened_at, zone),
                        one.opened_by,
                        Amount(one.planned_seconds, "s"),
                        Amount(one.open_seconds, "s"),
                        Amount(one.over_plan, "s"),
                        one.reason,
                    )
                    for one in self.windows
                ),
            )
        if self.not_opened:
            yield Items(
                tuple(
                    f"{one.name} was not opened, {moment(one.starts_at, zone)}: {one.why}"
                    for one in self.not_opened
                )
            )
        if self.walks:
            yield Heading(3, "Walks")
            yield Table(
                ("Runbook", "Begun", "By", "Ended", "Took"),
                tuple(
                    (
                        one.runbook,
                        moment(one.opened_at, zone),
                        one.performed_by,
                        words_of(one.ending) or "open",
                        Amount(one.took, "s"),
                    )
                    for one in self.walks
                ),
            )
            yield Items(
                tuple(f"{one.runbook}: {issue}" for one in self.walks for issue in one.issues)
                or ("no issues",)
            )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return what was walked."""
        return tuple(f"{one.runbook}: {words_of(one.ending) or 'open'}" for one in self.walks)


def _overlap(began: float, over: float, material: Material) -> float:
    return max(0.0, min(over, material.until) - max(began, material.since))


def _issue(part: EventPart) -> str:
    return " ".join(filter(None, (done_words(part.what), part.step))) + (
        f": {part.text}" if part.text else ""
    )


def _walked(line: WalkLine, now: float) -> WalkedLine:
    issues = (*(_issue(part) for part in line.deviations), *line.left)
    took = (line.ended_at or now) - line.opened_at
    return WalkedLine(
        line.walk, line.runbook, line.title, line.ending, line.opened_at, took, line.opened_by, issues
    )

"""Owns what panels read of the board: the checks of their kinds, and the readings of those as one view. Pure.

A panel that shows a host merges what several checks say (three disks, three checks: one list of disks); one
that shows services takes them one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from math import isnan

from checks.board import EMPTY, CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Labels, Level, Reading, Series, Table, worst
from tui.axes import Threshold
from tui.format import age
from tui.series import NO_COURSES, Courses

NO_SYSTEM = SystemInfo()


@dataclass(frozen=True, slots=True)
class Scene:
    """All that panels draw from."""

    system: SystemInfo = NO_SYSTEM
    snapshot: Snapshot = EMPTY
    courses: Courses = NO_COURSES
    now: float = 0.0
    """The agent's wall clock."""
    span: float = 900.0
    """Seconds that plots show."""
    where: tzinfo | None = None
    ascii_only: bool = False
    live: bool = True
    """False while no agent answers: what is shown is getting old."""


@dataclass(frozen=True, slots=True)
class Source:
    """One check that a panel shows."""

    info: CheckInfo
    state: CheckState

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Return what its last probe measured."""
        return self.state.last.observation.readings


@dataclass(frozen=True, slots=True)
class Member:
    """One of several readings of a name: a core, a mount, a container."""

    label: str
    reading: Reading
    stale: bool

    @property
    def value(self) -> float:
        """Return the reading's value."""
        return self.reading.value


@dataclass(frozen=True, slots=True)
class View:
    """The readings of some checks as if they were one; where two say the same, the first counts."""

    scene: Scene
    sources: tuple[Source, ...]

    @property
    def level(self) -> Level:
        """Return the worst level of the checks."""
        return worst(tuple(source.state.level for source in self.sources))

    @property
    def is_stale(self) -> bool:
        """Return whether none of the checks has a result that still counts."""
        return all(source.state.stale for source in self.sources)

    def value(self, name: str) -> float | None:
        """Return a reading that has no siblings; None when it was not measured."""
        return next((r.value for s in self.sources for r in s.readings if r.name == name), None)

    def sum_of(self, name: str) -> float | None:
        """Return the sum of a reading over checks and members; None when none of them measured it."""
        values = [r.value for s in self.sources for r in s.readings if r.name == name]
        return sum(values) if values else None

    def members(self, name: str) -> dict[str, Member]:
        """Return every member of a reading by its label."""
        found: dict[str, Member] = {}
        for source in self.sources:
            for reading in source.readings:
                if reading.name == name:
                    label = label_of(reading.labels)
                    found.setdefault(label, Member(label, reading, source.state.stale))
        return found

    def table(self) -> Table:
        """Return the longest table that a check saw."""
        tables = [source.state.last.observation.rows for source in self.sources]
        return max(tables, key=lambda table: len(table.rows), default=Table())

    def thresholds(self, name: str, labels: Labels = ()) -> tuple[Threshold, ...]:
        """Return the bounds that rules set on a reading; those for other members only are left out."""
        bounds = {
            Threshold(verdict.bound, verdict.level)
            for source in self.sources
            for verdict in source.state.last.verdicts
            if verdict.reading == name and verdict.level is not Level.UNKNOWN
            if not ("[" in verdict.rule and labels and verdict.labels != labels)
        }
        return tuple(sorted(bounds, key=lambda bound: (bound.level.severity, bound.bound)))

    def level_of(self, name: str, labels: Labels = ()) -> Level:
        """Return the worst level that a firing rule gives to this very reading."""
        return worst(
            tuple(
                verdict.level
                for source in self.sources
                for verdict in source.state.last.verdicts
                if verdict.firing and verdict.reading == name and verdict.labels == labels
            )
        )

    def worst_of(self, name: str) -> Level:
        """Return the worst level that a firing rule gives to any member of a reading."""
        return worst(
            tuple(
                verdict.level
                for source in self.sources
                for verdict in source.state.last.verdicts
                if verdict.firing and verdict.reading == name
            )
        )

    def courses(self, name: str) -> dict[str, Series]:
        """Return the course of every member of a reading by its label."""
        found: dict[str, Series] = {}
        for source in self.sources:
            for series in self.scene.courses.of(source.info.name, name):
                found.setdefault(label_of(series.labels), series)
        return found

    def last_measured(self) -> float:
        """Return when any reading was last measured; 0 for never."""
        return max((_last(series) for name in self.sources for series in self._all(name)), default=0.0)

    def _all(self, source: Source) -> tuple[Series, ...]:
        return tuple(self.scene.courses.by_check.get(source.info.name, {}).values())


def label_of(labels: Labels) -> str:
    """Return the text that names a member among its siblings; empty when there are none."""
    return " ".join(value for _, value in labels)


def sources(scene: Scene, kinds: tuple[str, ...]) -> tuple[Source, ...]:
    """Return the checks of these kinds, worst first, else in the order of their definition."""
    infos = {info.name: info for info in scene.system.checks if info.kind in kinds}
    found = [Source(infos[state.name], state) for state in scene.snapshot.states if state.name in infos]
    return tuple(sorted(found, key=lambda source: -source.state.level.severity))


def looks_alike(before: Scene, after: Scene, kinds: tuple[str, ...]) -> bool:
    """Return whether checks of these kinds look the same: no news of them, and no age that has risen."""
    settings = [(s.system, s.span, s.where, s.ascii_only, s.live) for s in (before, after)]
    if settings[0] != settings[1]:
        return False
    old, new = sources(before, kinds), sources(after, kinds)
    courses = [
        (before.courses.by_check.get(s.info.name), after.courses.by_check.get(s.info.name)) for s in new
    ]
    ages = [(age(before.now - s.state.last.at), age(after.now - s.state.last.at)) for s in new]
    return (
        [id(source.state) for source in old] == [id(source.state) for source in new]
        and all(earlier is later for earlier, later in courses)
        and all(earlier == later for earlier, later in ages)
    )


def _last(series: Series) -> float:
    pairs = zip(reversed(series.at), reversed(series.mean), strict=True)
    return next((at for at, mean in pairs if not isnan(mean)), 0.0)
